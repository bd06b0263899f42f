import { linksOfRoute, normalizeRoute, type RouteRecord } from './route.js'

type IsLink = (dev: string | number | undefined) => boolean

/**
 * What is left of a route when links go down. Of several next hops IPv6 loses those of the links; an IPv4 route stays as
 * long as one next hop is up, but not where a link goes altogether (net/ipv6/route.c, fib6_ifdown;
 * net/ipv4/fib_semantics.c, fib_sync_down_dev).
 *
 * @param isDeleted whether a link that goes down is deleted
 */
export function routeWithout(route: RouteRecord, goesDown: IsLink, isDeleted: IsLink): RouteRecord | undefined {
  // Asked of every route there is, so that no list is made.
  if (!goesDown(route.dev) && !route.nexthops?.some(({ dev }) => goesDown(dev))) return route
  const nexthops = route.nexthops?.filter(({ dev }) => !goesDown(dev)) ?? []
  if (nexthops.length === 0) return undefined
  if (route.family === 'inet') return linksOfRoute(route).some(isDeleted) ? undefined : route
  return normalizeRoute({ ...route, nexthops })
}
