import { parseAddress } from '../../ip/address.js'
import { type Path, pointer } from '../../spec/pointer.js'
import type { FdbSpec, MdbSpec } from '../../spec/types.js'
import type { DesiredFdbEntry, DesiredMdbEntry } from '../desired.js'
import { canonicalAddress, canonicalMac } from './canonical.js'

/** Brings an entry of a forwarding database into the kernel's terms. */
export function resolveFdbEntry({ absent = false, mac, dst, ...others }: FdbSpec, path: Path): DesiredFdbEntry {
  const entry = { ...others, mac: canonicalMac(mac), ...(dst === undefined ? {} : { dst: canonicalAddress(dst) }) }
  return { path: pointer(path), absent, entry }
}

/** Brings an entry of a multicast database into the kernel's terms. */
export function resolveMdbEntry(spec: MdbSpec, path: Path): DesiredMdbEntry {
  const { absent = false, group, source, sourceList, dst, state = 'permanent', ...others } = spec
  const entry = {
    ...others,
    state,
    group: parseAddress(group) ? canonicalAddress(group) : canonicalMac(group),
    ...(source === undefined ? {} : { source: canonicalAddress(source) }),
    ...(dst === undefined ? {} : { dst: canonicalAddress(dst) }),
    ...(sourceList ? { sourceList: sourceList.map(canonicalAddress) } : {}),
  }
  return { path: pointer(path), absent, entry }
}
