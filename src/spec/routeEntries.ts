import type { RouteSet } from './routeSet.js'
import { isRouteSet } from './routeSetBrand.js'
import type { NetworkSpec, RouteEntry, RouteFileSpec, RouteSpec } from './types.js'

/** Whether a part of a spec's list is a route by itself. */
export function isSingleRoute(entry: RouteEntry): entry is RouteSpec {
  return 'to' in entry
}

/** Whether it names a file with routes. */
export function isRouteFile(entry: unknown): entry is RouteFileSpec {
  return typeof entry === 'object' && entry !== null && 'file' in entry && !isRouteSet(entry)
}

/** Sets that stand for the whole list, or the single routes of it; the others are a part of it. */
const whole = new WeakSet<RouteSet>()

/** Notes that a set stands for the whole list of routes. */
export function markWhole(set: RouteSet): RouteSet {
  whole.add(set)
  return set
}

/** Whether a set stands for the whole list of routes, so that its items are the list's. */
export function isWhole(set: RouteSet): boolean {
  return whole.has(set)
}

/** The places of sets in a list whose single routes have become one set in front. */
const places = new WeakMap<RouteSet, number>()

/** A set of a list at its place there. */
export function placed(set: RouteSet, index: number): RouteSet {
  const own = set.copy()
  places.set(own, index)
  return own
}

/** The place of a set that is in a loaded list at an index. */
export function placeOf(set: RouteSet, index: number): number {
  return places.get(set) ?? index
}

/** The parts of a list that was loaded. */
export function loadedRoutes({ routes = [] }: Pick<NetworkSpec, 'routes'>): readonly RouteEntry[] {
  if (Array.isArray(routes)) return routes
  throw new TypeError('routes that are no list have to be loaded first')
}
