import { parseMac } from '../ip/mac.js'
import { defined } from '../rtnetlink/defined.js'
import { type FdbEntry, isSelf, type ListedFdbEntry } from '../rtnetlink/fdb.js'
import type { ListedLink } from '../rtnetlink/link.js'
import { findVni } from '../rtnetlink/vniChanges.js'
import { entryDifferences, type PropertyChange, sameLoosely } from './equal.js'
import type { NetworkState } from './model.js'

/** Whether an address can have several remote ends on a VXLAN: that of a group, or the one for all without an entry. */
export function hasSeveralRemotes({ mac, ...entry }: FdbEntry): boolean {
  if (!isSelf(entry) || (entry.dst === undefined && entry.nexthopId === undefined)) return false
  const bytes = parseMac(mac)
  return bytes !== undefined && (((bytes[0] ?? 0) & 1) === 1 || bytes.every((byte) => byte === 0))
}

/**
 * What the kernel takes for the same entry: link, table, address and VLAN; on a VXLAN also where frames come from, and
 * the remote end where there can be several.
 */
export function fdbKey(entry: FdbEntry): string {
  const { dev, mac, vlan = 0, sourceVni = 0, dst, port, vni, via, nexthopId } = entry
  const remote = hasSeveralRemotes(entry) ? [dst, port, vni, via, nexthopId] : []
  return [dev, isSelf(entry) ? 'self' : 'master', mac, vlan, sourceVni, ...remote].join(' ')
}

/** What names an entry, without what a device may have ignored of it. */
export function fdbEntryName(entry: FdbEntry): FdbEntry {
  const { dev, mac, vlan, sourceVni, dst, port, vni, via, nexthopId } = entry
  const remote = hasSeveralRemotes(entry) ? { dst, port, vni, via, nexthopId } : {}
  return defined<FdbEntry>({ dev, mac, self: isSelf(entry), vlan, sourceVni, ...remote })
}

/** Whether an entry was set, and is not learned. */
export function isMadeFdbEntry({ state }: ListedFdbEntry): boolean {
  return state === 'permanent' || state === 'static'
}

/** Whether an entry was made by somebody: it ages not, and is none of those that the kernel keeps by itself. */
export function isLastingFdbEntry(entry: ListedFdbEntry, { links }: Pick<NetworkState, 'links'>): boolean {
  const { dev, mac, state, master, self } = entry
  if (!isMadeFdbEntry(entry)) return false
  const link = links.get(String(dev))?.link
  if (!link) return false
  // The bridge's own address, and those of its ports (net/bridge/br_fdb.c, br_fdb_add_local).
  if (master !== undefined) {
    const owned = [link.mac, links.get(String(master))?.link.mac]
    return state === 'static' || !owned.includes(mac)
  }
  return self && link.kind === 'vxlan' && !isOfDevice(entry, link)
}

/**
 * The remote end that a VXLAN was made with (drivers/net/vxlan/vxlan_core.c, __vxlan_dev_create), or that of a VNI which
 * it takes (vxlan_vnifilter.c, vxlan_vni_update_group).
 */
function isOfDevice({ mac, dst, vni, port, sourceVni }: ListedFdbEntry, { vxlan }: ListedLink): boolean {
  const isForAll = parseMac(mac)?.every((byte) => byte === 0) ?? false
  if (!isForAll || dst === undefined || port) return false
  if (!vni) return [vxlan?.remote, vxlan?.group].includes(dst)
  const taken = vni === sourceVni ? findVni(vxlan?.vnis ?? [], vni) : undefined
  return taken !== undefined && (taken.group ?? taken.remote ?? vxlan?.group ?? vxlan?.remote) === dst
}

/** What a VXLAN takes for the remote end where nothing is said, which the kernel then tells nothing of. */
export type FdbDefaults = Pick<FdbEntry, 'port' | 'vni'>

const comparedProperties = [
  'state',
  'dst',
  'port',
  'vni',
  'via',
  'nexthopId',
  'sticky',
  'externallyLearned',
  'router',
] as const

/**
 * What of the stated properties an entry of the same key does not have.
 *
 * @param exact whether what is not stated is to be as it is by itself
 */
export function fdbDifferences(
  wanted: FdbEntry,
  actual: ListedFdbEntry,
  defaults: FdbDefaults = {},
  exact = false,
): PropertyChange[] {
  return entryDifferences<FdbEntry>(comparedProperties, wanted, actual, { defaults, exact, same: sameLoosely })
}

/** An entry as it was, with what it was not. */
export function fdbEntryAsItWas(entry: ListedFdbEntry): FdbEntry {
  const {
    index: _index,
    master: _master,
    used: _used,
    updated: _updated,
    offloaded: _offloaded,
    locked: _l,
    ...own
  } = entry
  return { sticky: false, externallyLearned: false, ...own }
}

/** Whether an entry has all that is stated of one that is to be absent. */
export function isMeantByFdbAbsence(wanted: FdbEntry, actual: ListedFdbEntry): boolean {
  const { dev, mac, vlan, sourceVni, dst, port, vni, via, nexthopId, self } = wanted
  const stated = Object.entries({ dev, mac, vlan, sourceVni, dst, port, vni, via, nexthopId, self })
  const own = new Map<string, unknown>(Object.entries(actual))
  return stated.every(([name, value]) => value === undefined || own.get(name) === value)
}
