import type { DesiredRoute } from '../../state/desired.js'
import { sameValue } from '../../state/equal.js'
import { isLasting, type RouteRecord, routeKey } from '../../state/route.js'
import { eachInTurns, groupedInTurns } from '../../system/inTurns.js'
import { holds } from '../diff/routeDecision.js'
import type { RouteOperation } from '../steps/operation.js'

/** A route as it was, as a wish. */
export function formerWish(route: RouteRecord): DesiredRoute {
  return { absent: false, route, stated: route, exact: true }
}

/** What happened to routes. */
export interface RouteHistory {
  /** Those that were to be there. */
  readonly wishes: readonly DesiredRoute[]
  readonly before: readonly RouteRecord[]
  readonly after: readonly RouteRecord[]
  /** What steps did to them. */
  readonly operations: readonly RouteOperation[]
  /** Whether a route was to be absent. */
  readonly isUnwanted: (route: RouteRecord) => boolean
}

/** Those of one key. */
interface KeyHistory extends Omit<RouteHistory, 'isUnwanted'> {
  /** What nobody wanted away of what was there before. */
  readonly kept: readonly RouteRecord[]
}

/**
 * What is to be there of each key of which routes were lost that nobody wanted away, in the order that they had.
 *
 * @param mayBeLost whether steps can have taken a route along, and it can come back
 */
export async function lostRoutes(
  { wishes, before, after, operations, isUnwanted }: RouteHistory,
  mayBeLost: (route: RouteRecord) => boolean,
): Promise<DesiredRoute[]> {
  const wanted = await groupedInTurns(wishes, ({ route }) => routeKey(route))
  const left = await groupedInTurns(after, routeKey)
  const done = await groupedInTurns(operations, ({ route }) => routeKey(route))
  const lost: DesiredRoute[] = []
  await eachInTurns(await groupedInTurns(before.filter(isLasting), routeKey), ([key, routes]) => {
    const [own, present] = [done.get(key) ?? [], left.get(key) ?? []]
    const staying = routes.filter((route) => !isRemoved(route, own))
    if (staying.every((route) => isAmong(route, present))) return
    const kept = staying.filter((route) => !isUnwanted(route))
    const history = { before: routes, after: present, operations: own, wishes: wanted.get(key) ?? [], kept }
    lost.push(...lostOfKey(history, mayBeLost))
  })
  return lost
}

function lostOfKey(history: KeyHistory, mayBeLost: (route: RouteRecord) => boolean): DesiredRoute[] {
  const { before, after, wishes, kept } = history
  if (isChangedByOthers(history)) return []
  const [wish] = wishes
  // What is wanted of one route takes its place, and what is wanted of all is all.
  if (wish && (wish.exact || wishes.length > 1)) return []
  if (wish && before.length === 1) return withUnnamed(wish, kept.filter(mayBeLost))
  const place = wish && placeOf(wish, history)
  const lost = kept.filter((route) => route !== place && !isAmong(route, after) && mayBeLost(route))
  if (lost.length === 0) return []
  return before.flatMap((route) => {
    if (wish && route === place) return [wish]
    return lost.includes(route) || (kept.includes(route) && isAmong(route, after)) ? [formerWish(route)] : []
  })
}

/** A route that was as it is wanted comes back with what nobody named of it. */
function withUnnamed(wish: DesiredRoute, lost: readonly RouteRecord[]): DesiredRoute[] {
  return lost.filter((route) => holds(wish, route)).map((route) => ({ ...wish, ...formerWish(route) }))
}

function isAmong(route: RouteRecord, others: readonly RouteRecord[]): boolean {
  return others.some((other) => holds(formerWish(route), other))
}

/** Whether somebody else put something there meanwhile. */
function isChangedByOthers({ before, after, wishes }: KeyHistory): boolean {
  return after.some(
    (route) =>
      isLasting(route) &&
      !before.some((other) => holds(formerWish(other), route) || isWithoutSource(route, other)) &&
      !wishes.some((wish) => holds(wish, route)),
  )
}

/** Whether a route stays without its source where that goes: net/ipv6/route.c, fib6_remove_prefsrc */
export function losesSource({ family, src }: RouteRecord): boolean {
  return family === 'inet6' && src !== undefined
}

/** Whether a route is what is left of another one whose source went. */
function isWithoutSource(route: RouteRecord, former: RouteRecord): boolean {
  const { src: _gone, ...left } = former
  return losesSource(former) && holds(formerWish(left), route)
}

/** The route whose place a wish has: which it changed, which was as it says, or which was gone when it was added. */
function placeOf(wish: DesiredRoute, { before, after, operations, kept }: KeyHistory): RouteRecord | undefined {
  return (
    before.find((route) => isReplaced(route, operations)) ??
    before.find((route) => holds(wish, route)) ??
    kept.find((route) => !isAmong(route, after)) ??
    before[0]
  )
}

function isReplaced(route: RouteRecord, operations: readonly RouteOperation[]): boolean {
  return operations.some((one) => one.type === 'replaceRoute' && sameValue(one.previous, route))
}

/** Whether steps removed a route and did not put it back. */
function isRemoved(route: RouteRecord, operations: readonly RouteOperation[]): boolean {
  if (isReplaced(route, operations)) return true
  const own = operations.filter((one) => sameValue(one.route, route))
  return own.some(({ type }) => type === 'deleteRoute') && !own.some(({ type }) => type === 'addRoute')
}
