import type { Family } from '../ip/address.js'
import { canonicalPrefix, formatPrefix, networkOf, parsePrefix } from '../ip/prefix.js'
import type { ListedRoute, Nexthop, Route } from './route.js'

/** RT_TABLE_MAIN: include/uapi/linux/rtnetlink.h */
export const mainTable = 254
/** RTPROT_KERNEL: what the kernel itself made, such as the prefix route of an address. */
export const kernelProtocol = 2
/** Protocols of routes that come and go by themselves, with the names that `ip` has for them. */
export const passingProtocols: ReadonlyMap<number, string> = new Map([
  [1, 'redirect'],
  [kernelProtocol, 'kernel'],
  [9, 'ra'],
])

/** Whether a route was made by somebody and stays until somebody removes it. */
export function isLasting(route: Route & Pick<RouteRecord, 'forPrefix'>): boolean {
  return isMade(route) && route.expires === undefined
}

/** Whether a route was made by somebody and goes by itself after a while: `ip -6 route add … expires`. */
export function isExpiring(route: Route & Pick<RouteRecord, 'forPrefix'>): boolean {
  return isMade(route) && route.expires !== undefined
}

function isMade({ protocol = 0, forPrefix }: Route & Pick<RouteRecord, 'forPrefix'>): boolean {
  return forPrefix === true || !passingProtocols.has(protocol)
}

/** IP6_RT_PRIO_USER: include/uapi/linux/ipv6_route.h */
export const ipv6Metric = 1024

/** A route with everything that names it written out. */
export interface RouteRecord extends Route {
  readonly family: Family
  readonly table: number
  readonly metric: number
  readonly tos: number
  /** Whether somebody made it in place of the prefix route of an address, though under the kernel's protocol. */
  readonly forPrefix?: true
}

/** Types of routes that lead nowhere. */
export const unlinked: ReadonlySet<string> = new Set(['blackhole', 'unreachable', 'prohibit', 'throw'])

/** The destination as every route has it: `0.0.0.0/0`, not `default`. */
export function destinationOf(to: string, family: Family): string {
  if (to === 'default') return family === 'inet' ? '0.0.0.0/0' : '::/0'
  const prefix = parsePrefix(to)
  return prefix ? formatPrefix(networkOf(prefix)) : to
}

/** Writes out what names a route, and drops what a route of its type has only by accident. */
export function normalizeRoute(route: Route & { readonly family: Family }): RouteRecord {
  const { family, to, from, nexthops, via, dev, onlink, encapsulation: _encapsulation, ...others } = route
  const { nexthopId, type, encapsulation } = route
  const [only] = nexthops ?? []
  const single = nexthops?.length === 1 ? only : undefined
  const leads = !unlinked.has(type ?? 'unicast')
  const hops: Partial<Route> = {
    ...(nexthops && !single ? { nexthops: nexthops.map(normalizeNexthop) } : {}),
    ...given('via', via ?? single?.via),
    ...given('dev', dev ?? single?.dev),
    ...given('onlink', onlink ?? single?.onlink),
    ...given('encapsulation', encapsulation ?? single?.encapsulation),
    ...given('realms', route.realms ?? single?.realms),
  }
  return {
    ...others,
    // IPv6 hangs blackholes on the loopback device (net/ipv6/route.c, ip6_route_info_create).
    ...(leads && nexthopId === undefined ? hops : {}),
    // The kernel lists a route with what its nexthop object is, down to its being a blackhole.
    ...(nexthopId !== undefined && type === 'blackhole' ? { type: 'unicast' } : {}),
    ...(from === undefined || from === '::/0' ? {} : { from: canonicalPrefix(from) ?? from }),
    family,
    to: destinationOf(to, family),
    table: route.table ?? mainTable,
    metric: route.metric || (family === 'inet6' ? ipv6Metric : 0),
    tos: route.tos ?? 0,
  }
}

function given<Name extends string, T>(name: Name, value: T | undefined): { [K in Name]?: T } {
  const entry: { [K in Name]?: T } = {}
  if (value !== undefined) entry[name] = value
  return entry
}

function normalizeNexthop(nexthop: Nexthop): Nexthop {
  const { via, dev, weight, realms, onlink, encapsulation } = nexthop
  return {
    ...given('via', via),
    ...given('dev', dev),
    weight: weight ?? 1,
    ...given('realms', realms),
    ...(onlink ? { onlink } : {}),
    ...given('encapsulation', encapsulation),
  }
}

/** The record of a route that was listed: without what the kernel tells of its state. */
export function routeOf(listed: ListedRoute): RouteRecord {
  const { flags: _f, linkdown: _l, dead: _d, offload: _o, cloned: _c, unknown: _u, ...route } = listed
  return normalizeRoute(route)
}

/** The links that a route leads through. */
export function linksOfRoute(route: Pick<Route, 'dev' | 'nexthops'>): (string | number)[] {
  const links = [route.dev, ...(route.nexthops ?? []).map(({ dev }) => dev)]
  return links.filter((link) => link !== undefined)
}
