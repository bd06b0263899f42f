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

/** The parts of a list that was loaded. */
export function loadedRoutes({ routes = [] }: Pick<NetworkSpec, 'routes'>): readonly RouteEntry[] {
  if (Array.isArray(routes)) return routes
  throw new TypeError('routes that are no list have to be loaded first')
}
