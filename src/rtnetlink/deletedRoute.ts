import type { Family } from '../ip/address.js'
import type { Route } from './route.js'

/** LOOPBACK_IFINDEX, where IPv6 hangs what leads nowhere: include/net/flow.h; net/ipv6/route.c, fib6_nh_init. */
export const loopback = 1

/**
 * What tells the kernel which of several routes of a key is to be deleted, of a route of which all is told. It finds an
 * IPv6 route by metric, protocol, link and gateway, and the gateway of one without is `::` (net/ipv6/route.c,
 * ip6_route_del).
 */
export function deletedAs(route: Route & { readonly family: Family }): Route {
  const { family, via, nexthops, nexthopId } = route
  const leadsToGateway = via !== undefined || nexthops !== undefined || nexthopId !== undefined
  return family === 'inet' || leadsToGateway ? route : { ...route, via: '::', dev: route.dev ?? loopback }
}
