import type { DesiredRoute } from '../../state/desired.js'
import { sameLoosely } from '../../state/equal.js'
import type { Owner } from '../../state/owner.js'
import { mergedRoute, type RouteRecord, routeDifferences } from '../../state/route.js'
import type { RouteOperation } from '../steps/operation.js'

/**
 * What must be done for a route to be as it should be.
 * @param same the routes that are there of its key
 * @returns `undefined` where one of them is as it should be
 */
export function operationFor(
  wanted: DesiredRoute,
  same: readonly RouteRecord[],
  owner: Owner | undefined,
): RouteOperation | undefined {
  if (same.some((route) => holds(wanted, route))) return undefined
  const previous = closest(wanted, same)
  const route = previous && !wanted.exact ? mergedRoute(wanted.stated, previous) : withProtocol(wanted.route, owner)
  if (!previous) return { type: 'addRoute', route }
  const exact = replacesExactly(previous, route, same.length)
  return { type: 'replaceRoute', route, previous, exact, alone: same.length === 1 }
}

/** Whether a route is as it should be. */
export function holds({ stated, exact }: DesiredRoute, route: RouteRecord): boolean {
  if (routeDifferences(stated, route).length > 0) return false
  if (!exact) return true
  const others = Object.entries(route).filter(([property]) => !(property in stated) && property !== 'forPrefix')
  return others.every(([, value]) => sameLoosely(value, undefined))
}

/** A route with the mark of whoever makes it, unless it says another. */
export function withProtocol(route: RouteRecord, owner: Owner | undefined): RouteRecord {
  return { ...route, protocol: route.protocol ?? owner?.protocol ?? 0 }
}

/** Which of the routes of one key an update is about: for IPv6 rather one that it can replace. */
function closest({ route }: DesiredRoute, same: readonly RouteRecord[]): RouteRecord | undefined {
  const [first] = same
  if (route.family === 'inet') return first
  return same.find((other) => hasGateway(other) === hasGateway(route)) ?? first
}

/**
 * NLM_F_REPLACE swaps an IPv4 route for another of its key, but of several always the first, and not for one that is
 * there already. For IPv6 it does so within a class: routes with a gateway replace such routes, and the others the
 * others (net/ipv4/fib_trie.c, fib_table_insert; net/ipv6/ip6_fib.c, fib6_add_rt2node).
 */
function replacesExactly(previous: RouteRecord, route: RouteRecord, count: number): boolean {
  return route.family === 'inet' ? count === 1 : hasGateway(previous) === hasGateway(route)
}

/** Whether a route leads to a gateway, or to several. */
export function hasGateway(route: RouteRecord): boolean {
  return route.via !== undefined || route.nexthops !== undefined
}
