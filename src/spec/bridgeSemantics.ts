import { familyOf, parseAddress } from '../ip/address.js'
import { isSelf } from '../rtnetlink/fdb.js'
import { isAnyGroup } from '../rtnetlink/mdbAttributes.js'
import { vlansOf } from '../rtnetlink/vlanRange.js'
import { ethernetProblem } from './macSemantics.js'
import type { Path } from './pointer.js'
import type { Report } from './report.js'
import type { FdbSpec, LinkSpec, MdbSpec } from './types.js'

/** What is wrong with the VLANs of links. */
export function* vlanProblems(links: readonly LinkSpec[], path: Path, report: Report): Generator<void> {
  for (const [index, { bridge, bridgePort }] of links.entries()) {
    yield
    const at = [...path, index]
    listProblems(bridge?.vlans ?? [], [...at, 'bridge', 'vlans'], report)
    listProblems(bridgePort?.vlans ?? [], [...at, 'bridgePort', 'vlans'], report)
    listProblems(bridge?.vlanOptions ?? [], [...at, 'bridge', 'vlanOptions'], report)
    for (const [position, vlan] of (bridge?.vlans ?? []).entries()) {
      if (typeof vlan === 'object' && vlan.tunnelId !== undefined) {
        report([...at, 'bridge', 'vlans', position, 'tunnelId'], 'VLANs are mapped to tunnels on a port only')
      }
    }
  }
}

type ListedVlan = number | string | { readonly id: number | string; readonly pvid?: boolean }

function listProblems(vlans: readonly ListedVlan[], path: Path, report: Report): void {
  const seen = new Set<number>()
  let untagged: number | string | undefined
  for (const [index, vlan] of vlans.entries()) {
    const { id, pvid = false } = typeof vlan === 'object' ? vlan : { id: vlan }
    const { first, last } = vlansOf(id)
    for (let one = first; one <= last; one++) {
      if (seen.has(one)) report([...path, index], `VLAN ${one} is listed twice`)
      if (seen.has(one)) break
      seen.add(one)
    }
    if (!pvid) continue
    if (first !== last) report([...path, index, 'pvid'], 'only one VLAN can be that of frames without a tag')
    else if (untagged !== undefined) report([...path, index, 'pvid'], `VLAN ${untagged} is the PVID already`)
    untagged ??= id
  }
}

/** What is wrong with the entries of forwarding databases. */
export function* fdbProblems(entries: readonly FdbSpec[], path: Path, report: Report): Generator<void> {
  const seen = new Set<string>()
  for (const [index, entry] of entries.entries()) {
    yield
    const at = [...path, index]
    const { absent = false, dst, nexthopId, self, vlan } = entry
    if (dst !== undefined && nexthopId !== undefined) report(at, 'only one of dst and nexthopId can be given')
    if (self === false && isSelf({ ...entry, self: undefined } as never)) {
      report([...at, 'self'], 'what is said of a VXLAN is in its own table, so self cannot be false')
    }
    if (entry.sticky && entry.state === 'permanent')
      report([...at, 'sticky'], 'an address of this host moves not anyway')
    if (vlan !== undefined && dst !== undefined) report([...at, 'vlan'], 'an entry of a VXLAN has no VLAN')
    ethernetProblem(entry.mac, [...at, 'mac'], report)
    const key = JSON.stringify({ ...entry, mac: entry.mac.toLowerCase() }, Object.keys(entry).sort())
    if (seen.has(key) && !absent) report(at, `the entry of ${entry.mac} on ${entry.dev} is listed twice`)
    seen.add(key)
  }
}

/** What is wrong with the entries of multicast databases. */
export function* mdbProblems(entries: readonly MdbSpec[], path: Path, report: Report): Generator<void> {
  for (const [index, entry] of entries.entries()) {
    yield
    const { group, source, sourceList, filterMode, state = 'permanent' } = entry
    const at = [...path, index]
    remoteProblems(entry, at, report)
    const isIp = parseAddress(group) !== undefined
    for (const address of [source, ...(sourceList ?? [])]) {
      if (address === undefined) continue
      if (!isIp) report(at, `the link-layer group ${group} has no sources`)
      else if (familyOf(address) !== familyOf(group))
        report(at, `the source ${address} is not of the family of ${group}`)
    }
    if (sourceList && filterMode === undefined) report([...at, 'sourceList'], 'sourceList needs filterMode')
    if (!isIp && state !== 'permanent') report([...at, 'state'], 'a link-layer group is always permanent')
  }
}

/** What is wrong with the remote end of an entry of a VXLAN: drivers/net/vxlan/vxlan_mdb.c, vxlan_mdb_config_init. */
function remoteProblems(entry: MdbSpec, at: Path, report: Report): void {
  const { dev, port, group, vlan, source, state, dst, absent = false } = entry
  const [further] = (['dstPort', 'vni', 'via', 'sourceVni'] as const).filter((name) => entry[name] !== undefined)
  if (dst === undefined && !absent) {
    if (further) report([...at, further], `${further} needs dst, the remote end`)
    if (isAnyGroup(group)) report([...at, 'group'], `${group} is no multicast address, but on a VXLAN with a dst`)
  }
  if (dst === undefined && !further) return
  if (port !== dev) report([...at, 'port'], `the members of a group of the VXLAN ${dev} are behind ${dev} itself`)
  if (vlan !== undefined) report([...at, 'vlan'], 'an entry of a VXLAN has no VLAN')
  if (state === 'temporary') report([...at, 'state'], 'an entry of a VXLAN is always permanent')
  if (!parseAddress(group)) report([...at, 'group'], 'a group of a VXLAN is an IP address')
  if (isAnyGroup(group) && source !== undefined)
    report([...at, 'source'], 'the entry for all other groups has no source')
}
