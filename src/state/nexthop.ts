import type { AnyEncapsulation } from '../rtnetlink/encapsulation/encapsulation.js'
import type { ListedNexthopObject, NexthopMember, NexthopObject } from '../rtnetlink/nexthop.js'
import { sameEncapsulation } from './encapsulation.js'
import { type PropertyChange, sameLoosely } from './equal.js'

/** A nexthop object with everything written out that the kernel would fill in. */
export type NexthopRecord = NexthopObject

/** Writes out weights and the type of a group, and drops what a single one or a group of another type has not. */
export function normalizeNexthop(nexthop: NexthopObject): NexthopRecord {
  const { group, type = 'mpath', via, dev, onlink, family, blackhole, buckets, idleTimer, unbalancedTimer } = nexthop
  const { id, protocol, fdb, encapsulation } = nexthop
  const shared = { id, fdb: fdb || undefined, protocol }
  if (!group)
    return given({
      ...shared,
      family,
      via,
      dev,
      onlink: onlink || undefined,
      blackhole: blackhole || undefined,
      encapsulation,
    })
  const members = group.map((member) => ({ id: member.id, weight: member.weight ?? 1 }))
  const timers = type === 'resilient' ? { buckets, idleTimer, unbalancedTimer } : {}
  return given({ ...shared, group: members, type, ...timers })
}

function given(nexthop: { readonly [Name in keyof NexthopObject]: NexthopObject[Name] | undefined }): NexthopRecord {
  const entries = Object.entries(nexthop).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as unknown as NexthopRecord
}

/** The record of a listed object: without what the kernel tells of its state. */
export function nexthopOf(listed: ListedNexthopObject): NexthopRecord {
  const { scope: _s, flags: _f, unbalancedTime: _t, unknown: _u, ...nexthop } = listed
  return normalizeNexthop(nexthop)
}

/** What of the stated properties an object of the same id does not have; where `exact`, also what it has beyond. */
export function nexthopDifferences(
  stated: Partial<NexthopObject>,
  actual: NexthopRecord,
  exact = false,
): PropertyChange[] {
  const names = new Set([...Object.keys(stated), ...(exact ? Object.keys(actual) : [])]) as Set<keyof NexthopObject>
  const changes: PropertyChange[] = []
  for (const property of names) {
    const [after, before] = [stated[property], actual[property]]
    if (property === 'id' || (after === undefined && !exact) || sameProperty(property, after, before)) continue
    changes.push({
      property,
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
    })
  }
  return changes
}

function sameProperty(property: string, after: unknown, before: unknown): boolean {
  if (property === 'group') return sameGroup(after, before)
  if (property === 'encapsulation') return sameEncapsulation(after as AnyEncapsulation, before as AnyEncapsulation)
  if (property === 'family') return (after ?? 'inet') === (before ?? 'inet')
  if (property.endsWith('Timer') && typeof after === 'number' && typeof before === 'number') {
    // The kernel keeps hundredths of a second in ticks of its own (CONFIG_HZ).
    return Math.abs(after - before) <= 0.0101
  }
  return sameLoosely(after, before)
}

/** The order of members means nothing to a user. */
function sameGroup(after: unknown, before: unknown): boolean {
  if (!Array.isArray(after) || !Array.isArray(before)) return after === before
  const keyOf = ({ id, weight = 1 }: NexthopMember): string => `${id} ${weight}`
  return after.map(keyOf).sort().join() === before.map(keyOf).sort().join()
}

/** An existing object with the stated properties put over it; what makes it something else takes the rest along. */
export function mergedNexthop(stated: Partial<NexthopObject>, actual: NexthopRecord): NexthopRecord {
  const { id, protocol, group, ...single } = actual
  const marked = { id, ...(protocol === undefined ? {} : { protocol }) }
  const becomes = stated.group ? 'group' : stated.blackhole ? 'blackhole' : stated.via || stated.dev ? 'way' : undefined
  const was = group ? 'group' : actual.blackhole ? 'blackhole' : 'way'
  if (becomes !== undefined && becomes !== was) return normalizeNexthop({ ...marked, ...stated })
  // Another gateway is of its own family, and on its link by its own right.
  const { family: _family, onlink: _onlink, via: _via, fdb: _fdb, dev: _dev, ...rest } = single
  const { encapsulation: _encapsulation, ...others } = rest
  const kept = becomes === 'way' && nexthopDifferences(way(stated), actual).length > 0 ? others : single
  return normalizeNexthop({ ...marked, ...kept, ...(group ? { group } : {}), ...stated })
}

function way({ via, dev }: Partial<NexthopObject>): Partial<NexthopObject> {
  return { ...(via === undefined ? {} : { via }), ...(dev === undefined ? {} : { dev }) }
}

/** Whether the kernel replaces one by the other (net/ipv4/nexthop.c, replace_nexthop_grp and replace_nexthop_single). */
export function isReplaceable(before: NexthopRecord, after: NexthopRecord): boolean {
  if ((before.group === undefined) !== (after.group === undefined)) return false
  if ((before.fdb ?? false) !== (after.fdb ?? false)) return false
  if (before.type !== after.type) return false
  return after.buckets === undefined || before.buckets === after.buckets
}

/** What goes with nexthop objects that go. */
export interface NexthopLosses {
  /** The ids of those that go, groups without another member among them. */
  readonly gone: ReadonlySet<number>
  /** Groups that lose some of their members. */
  readonly reduced: ReadonlyMap<number, NexthopRecord>
}

/** What goes when some nexthop objects, or the links that they lead through, do. */
export function nexthopLosses(
  nexthops: readonly NexthopRecord[],
  goes: (nexthop: NexthopRecord) => boolean,
): NexthopLosses {
  const gone = new Set(nexthops.filter(goes).map(({ id }) => id))
  const reduced = new Map<number, NexthopRecord>()
  for (const nexthop of nexthops) {
    const { id, group } = nexthop
    if (!group || gone.has(id)) continue
    const left = group.filter((member) => !gone.has(member.id))
    if (left.length === 0) gone.add(id)
    else if (left.length < group.length) reduced.set(id, { ...nexthop, group: left })
  }
  return { gone, reduced }
}

/** What is left of nexthop objects. */
export function withoutLosses(
  nexthops: readonly NexthopRecord[],
  { gone, reduced }: NexthopLosses,
): readonly NexthopRecord[] {
  if (gone.size === 0) return nexthops
  return nexthops.filter(({ id }) => !gone.has(id)).map((nexthop) => reduced.get(nexthop.id) ?? nexthop)
}
