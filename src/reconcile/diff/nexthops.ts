import { problemsAt, type RouteOrigin } from '../../spec/routeOrigin.js'
import type { DesiredNexthop, DesiredRoute } from '../../state/desired.js'
import type { PropertyChange } from '../../state/equal.js'
import { isReplaceable, mergedNexthop, type NexthopRecord, nexthopDifferences } from '../../state/nexthop.js'
import { eachInTurns } from '../../system/inTurns.js'
import { Phase } from '../steps/step.js'
import { addStep, type DiffContext } from './context.js'
import { isThere, requireLinks } from './lookup.js'

/** Steps for the nexthop objects of a namespace. */
export async function diffNexthops(context: DiffContext): Promise<void> {
  const present = new Map(context.actual.nexthops.map((nexthop) => [nexthop.id, nexthop]))
  const absent = new Set(context.desired.nexthops.filter((wanted) => wanted.absent).map(({ nexthop }) => nexthop.id))
  const known = new Set([...present.keys(), ...context.desired.nexthops.map(({ nexthop }) => nexthop.id)])
  for (const id of absent) known.delete(id)
  const users = absent.size === 0 ? new Map<number, number>() : routesByNexthop(context)
  const groups = await groupsToBe(context, present)
  const absentGroups = absentGroupsByMember(context, absent)
  const former = new Map(
    context.before.nexthops
      .filter(({ id }) => context.recreatedNexthops.has(id))
      .map((nexthop) => [nexthop.id, nexthop]),
  )
  await eachInTurns(context.desired.nexthops, (wanted) => {
    const actual = present.get(wanted.nexthop.id)
    if (wanted.absent) {
      if (actual) removeNexthop(context, wanted, actual, absentGroups.get(actual.id) ?? [], users.get(actual.id) ?? 0)
      return
    }
    checkReferences(context, wanted, known, groups)
    if (!actual) createNexthop(context, wanted, former.get(wanted.nexthop.id))
    else updateNexthop(context, wanted, actual)
  })
  await checkRoutes(context, known)
}

function checkReferences(
  context: DiffContext,
  { nexthop, path = '' }: DesiredNexthop,
  known: ReadonlySet<number>,
  groups: ReadonlySet<number>,
): void {
  const { dev, group = [] } = nexthop
  requireLinks(context, path, [['dev', dev]])
  for (const [index, { id }] of group.entries()) {
    if (!known.has(id)) {
      context.problems.push({ path: `${path}/group/${index}`, message: `the nexthop ${id} does not exist` })
    } else if (groups.has(id)) {
      context.problems.push({
        path: `${path}/group/${index}`,
        message: `the nexthop ${id} is a group, and cannot be in one, as it is in ${nexthop.id}`,
      })
    }
  }
}

/** The ids of what will be groups once the plan is done. */
async function groupsToBe({ desired }: DiffContext, present: ReadonlyMap<number, NexthopRecord>): Promise<Set<number>> {
  const groups = new Set([...present.values()].filter(({ group }) => group !== undefined).map(({ id }) => id))
  await eachInTurns(desired.nexthops, (wanted) => {
    const { nexthop } = wanted
    const actual = present.get(nexthop.id)
    if ((actual ? becoming(wanted, actual) : nexthop).group) groups.add(nexthop.id)
    else groups.delete(nexthop.id)
  })
  return groups
}

/** The groups that are to go, by each of their members. */
function absentGroupsByMember({ actual }: DiffContext, absent: ReadonlySet<number>): Map<number, number[]> {
  const groups = new Map<number, number[]>()
  for (const { id, group = [] } of actual.nexthops) {
    if (!absent.has(id)) continue
    for (const member of group) {
      const others = groups.get(member.id)
      if (others) others.push(id)
      else groups.set(member.id, [id])
    }
  }
  return groups
}

/** How many routes use each object. */
function routesByNexthop({ actual }: DiffContext): Map<number, number> {
  const users = new Map<number, number>()
  for (const { nexthopId } of actual.routes) {
    if (nexthopId !== undefined) users.set(nexthopId, (users.get(nexthopId) ?? 0) + 1)
  }
  return users
}

/** A route on an object that is not there would be refused when half the work is done. */
async function checkRoutes(context: DiffContext, known: ReadonlySet<number>): Promise<void> {
  const check = ({ absent, route, path = '' }: DesiredRoute, find: () => RouteOrigin | undefined): void => {
    const { nexthopId } = route
    if (absent || nexthopId === undefined || known.has(nexthopId)) return
    const problem = { path: `${path}/nexthopId`, message: `the nexthop ${nexthopId} does not exist` }
    context.problems.push(...problemsAt([problem], path, find()))
  }
  const { routes, bulk } = context.desired
  await eachInTurns(routes, (wanted) => check(wanted, () => wanted.origin?.(wanted.route.to)))
  await eachInTurns((await bulk?.used()) ?? [], (way) => check(way, () => way.origin?.()))
}

/** @param former what it was, where it is made anew */
function createNexthop(context: DiffContext, wanted: DesiredNexthop, former: NexthopRecord | undefined): void {
  const { nexthop, path } = wanted
  const marked = { ...nexthop, protocol: nexthop.protocol ?? context.owner?.protocol ?? 0 }
  const { id, ...properties } = marked
  if (marked.type === 'resilient' && marked.buckets === undefined) {
    context.problems.push({ path: `${path}/buckets`, message: 'a new resilient group needs buckets' })
  }
  const replaces = context.recreatedNexthops.has(id)
  addStep(context, {
    ...described(marked),
    action: replaces ? 'recreate' : 'create',
    changes: former
      ? nexthopDifferences(wanted.nexthop, former, wanted.exact)
      : Object.entries(properties).map(([property, after]) => ({ property, after })),
    path,
    disruption: replaces ? 'recreate' : 'none',
    operation: { type: 'createNexthop', nexthop: marked, replaces },
  })
}

function updateNexthop(context: DiffContext, wanted: DesiredNexthop, actual: NexthopRecord): void {
  const changes = nexthopDifferences(wanted.exact ? wanted.nexthop : wanted.stated, actual, wanted.exact)
  if (changes.length === 0) return
  const nexthop = becoming(wanted, actual)
  addStep(context, {
    ...described(nexthop),
    action: 'update',
    changes: [...changes, ...dropped(actual, nexthop, changes)],
    path: wanted.path,
    operation: { type: 'replaceNexthop', nexthop },
  })
}

/** What goes with a change that nobody named: the link of what becomes a blackhole. */
function dropped(before: NexthopRecord, after: NexthopRecord, named: readonly PropertyChange[]): PropertyChange[] {
  const isNamed = (property: string): boolean => named.some((change) => change.property === property)
  // The family of a gateway is told by it.
  const goes = (property: string): boolean =>
    !(property in after) && !(property === 'family' && after.via !== undefined)
  return Object.entries(before)
    .filter(([property]) => goes(property) && !isNamed(property))
    .map(([property, value]: [string, unknown]) => ({ property, before: value }))
}

/** What an object that is there is to become. */
export function becoming(wanted: DesiredNexthop, actual: NexthopRecord): NexthopRecord {
  return wanted.exact ? wanted.nexthop : mergedNexthop(wanted.stated, actual)
}

/** Whether an object must be made anew to be what is wanted. */
export function needsNewNexthop(wanted: DesiredNexthop, actual: NexthopRecord): boolean {
  if (nexthopDifferences(wanted.exact ? wanted.nexthop : wanted.stated, actual, wanted.exact).length === 0) return false
  return !isReplaceable(actual, becoming(wanted, actual))
}

/** What forwarding databases use is there before their entries. */
function phaseOf({ group, fdb }: NexthopRecord): number {
  if (fdb) return group ? Phase.fdbNexthopGroup : Phase.fdbNexthop
  return group ? Phase.nexthopGroup : Phase.nexthop
}

function described(nexthop: NexthopRecord) {
  const { id, dev, group = [] } = nexthop
  const needs = dev === undefined ? [] : [`link ${dev}`, `configured ${dev}`, `changed ${dev}`, `addresses ${dev}`]
  return {
    object: 'nexthop' as const,
    id: String(id),
    phase: phaseOf(nexthop),
    provides: [`nexthop ${id}`],
    needs: [...needs, ...group.map((member) => `nexthop ${member.id}`)],
  }
}

/** The kernel takes the routes of an object along (net/ipv4/nexthop.c, __remove_nexthop_fib), and groups without members. */
function removeNexthop(
  context: DiffContext,
  { path }: DesiredNexthop,
  actual: NexthopRecord,
  groups: readonly number[],
  routes: number,
): void {
  const { id, dev } = actual
  // What hangs on a link that is removed goes with it.
  if (typeof dev === 'string' && !isThere(context, dev)) return
  addStep(context, {
    action: 'delete',
    object: 'nexthop',
    id: String(id),
    changes: routes === 0 ? [] : [{ property: 'routes', before: routes, after: 0 }],
    path,
    phase: Phase.deleteNexthop,
    provides: [`gone nexthop ${id}`],
    needs: groups.map((group) => `gone nexthop ${group}`),
    operation: { type: 'deleteNexthop', nexthop: actual },
  })
}
