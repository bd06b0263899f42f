import type { ListedMdbEntry, MdbEntry } from '../rtnetlink/mdb.js'
import { entryDifferences, type PropertyChange, sameValue } from './equal.js'

/** What the kernel takes for the same entry: on a VXLAN also the remote end, and where packets come from. */
export function mdbKey({ dev, port, group, vlan = 0, source = '', dst = '', sourceVni = 0 }: MdbEntry): string {
  return `${dev} ${port} ${group} ${vlan} ${source} ${dst} ${sourceVni}`
}

/** What a VXLAN takes for the remote end where nothing is said, which the kernel then tells nothing of. */
export type MdbDefaults = Pick<MdbEntry, 'dstPort' | 'vni'>

/** RTPROT_KERNEL */
const kernelProtocol = 2

/** The entries that somebody made: neither learned nor added by the kernel to match another one. */
export function lastingMdbEntries(entries: readonly ListedMdbEntry[]): ListedMdbEntry[] {
  const followers = followingMdbEntries(entries)
  return entries.filter(
    (entry) =>
      entry.state === 'permanent' &&
      entry.protocol !== kernelProtocol &&
      !entry.addedByStarExclude &&
      !followers.has(mdbKey(entry)),
  )
}

/**
 * The keys of the entries that a VXLAN has for the sources of another one, and which go with that
 * (drivers/net/vxlan/vxlan_mdb.c, vxlan_mdb_remote_src_fwd_add).
 */
export function followingMdbEntries(entries: readonly ListedMdbEntry[]): ReadonlySet<string> {
  const keys = entries.flatMap(({ sourceList = [], ...entry }) =>
    entry.dst === undefined ? [] : sourceList.map((source) => mdbKey({ ...entry, source })),
  )
  return new Set(keys)
}

/**
 * What of the stated properties an entry of the same key does not have.
 *
 * @param exact whether what is not stated is to be as it is by itself
 */
export function mdbDifferences(
  wanted: MdbEntry,
  actual: ListedMdbEntry,
  defaults: MdbDefaults = {},
  exact = false,
): PropertyChange[] {
  const remote = { defaults, exact, same: Object.is }
  const changes = entryDifferences<MdbEntry>(['dstPort', 'vni', 'via'], wanted, actual, remote)
  for (const property of ['state', 'filterMode', 'sourceList', 'protocol'] as const) {
    const after = comparable(wanted[property] ?? (exact ? listed(wanted, property) : undefined))
    const before = comparable(actual[property] ?? listed(actual, property))
    // With IGMPv2 or MLDv1 the kernel tells nothing of sources (net/bridge/br_mdb.c, __mdb_fill_info).
    if (after === undefined || before === undefined || sameValue(after, before)) continue
    changes.push({ property, before: actual[property], after: wanted[property] })
  }
  return changes
}

/** Of an entry of which the filter is told, no list of sources is an empty one. */
function listed({ filterMode }: MdbEntry, property: string): readonly string[] | undefined {
  return property === 'sourceList' && filterMode !== undefined ? [] : undefined
}

/** The kernel keeps sources in an order of its own. */
function comparable(value: unknown): unknown {
  return Array.isArray(value) ? [...value].sort() : value
}

/** An entry without what is only read of it. */
export function mdbEntryAsItWas({
  dev,
  port,
  group,
  vlan,
  source,
  state,
  filterMode,
  sourceList,
  protocol,
  dst,
  dstPort,
  vni,
  via,
  sourceVni,
}: ListedMdbEntry): MdbEntry {
  const remote = { dst, dstPort, vni, via, sourceVni }
  const given = Object.entries({ vlan, source, state, filterMode, sourceList, protocol, ...remote })
  return { dev, port, group, ...Object.fromEntries(given.filter(([, value]) => value !== undefined)) }
}

/** Whether an entry has all that is stated of one that is to be absent. */
export function isMeantByMdbAbsence(wanted: MdbEntry, actual: ListedMdbEntry, defaults: MdbDefaults = {}): boolean {
  const { dev, port, group, vlan, source, dst, dstPort, vni, via, sourceVni } = wanted
  const stated = Object.entries({
    dev,
    port,
    group,
    vlan,
    source,
    dst,
    dstPort,
    vni,
    via,
    sourceVni: sourceVni || undefined,
  })
  const own = new Map<string, unknown>(Object.entries({ ...defaults, ...actual }))
  return stated.every(([name, value]) => value === undefined || own.get(name) === value)
}
