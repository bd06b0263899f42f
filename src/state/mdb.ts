import type { ListedMdbEntry, MdbEntry } from '../rtnetlink/mdb.js'
import { type PropertyChange, sameValue } from './equal.js'

/** What the kernel takes for the same entry. */
export function mdbKey({ dev, port, group, vlan = 0, source = '' }: MdbEntry): string {
  return `${dev} ${port} ${group} ${vlan} ${source}`
}

/** RTPROT_KERNEL */
const kernelProtocol = 2

/** Whether an entry was made by somebody: neither learned nor added by the kernel to match another one. */
export function isLastingMdbEntry({ state, protocol, addedByStarExclude }: ListedMdbEntry): boolean {
  return state === 'permanent' && protocol !== kernelProtocol && !addedByStarExclude
}

/** What of the stated properties an entry of the same key does not have. */
export function mdbDifferences(wanted: MdbEntry, actual: ListedMdbEntry): PropertyChange[] {
  const changes: PropertyChange[] = []
  for (const property of ['state', 'filterMode', 'sourceList', 'protocol'] as const) {
    const after = comparable(wanted[property])
    const before = comparable(actual[property])
    // With IGMPv2 or MLDv1 the kernel tells nothing of sources (net/bridge/br_mdb.c, __mdb_fill_info).
    if (after === undefined || before === undefined || sameValue(after, before)) continue
    changes.push({ property, before: actual[property], after: wanted[property] })
  }
  return changes
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
}: ListedMdbEntry): MdbEntry {
  const given = Object.entries({ vlan, source, state, filterMode, sourceList, protocol })
  return { dev, port, group, ...Object.fromEntries(given.filter(([, value]) => value !== undefined)) }
}

/** Whether an entry has all that is stated of one that is to be absent. */
export function isMeantByMdbAbsence({ dev, port, group, vlan, source }: MdbEntry, actual: ListedMdbEntry): boolean {
  return (
    dev === actual.dev &&
    port === actual.port &&
    group === actual.group &&
    (vlan === undefined || vlan === actual.vlan) &&
    (source === undefined || source === actual.source)
  )
}
