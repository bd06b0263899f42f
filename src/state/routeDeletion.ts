import { ownValue } from '../ownValue.js'
import { loopback } from '../rtnetlink/deletedRoute.js'
import type { Nexthop } from '../rtnetlink/route.js'
import { sameLoosely, sameValue } from './equal.js'
import type { RouteRecord } from './route.js'

/** What finds a route in another way than by being equal, or not at all. */
const foundOtherwise: ReadonlySet<string> = new Set([
  ...['family', 'table', 'to', 'from', 'tos', 'metric', 'protocol', 'type', 'scope', 'expires', 'preference'],
  ...['via', 'dev', 'nexthops', 'nexthopId', 'onlink', 'encapsulation', 'realms'],
])

/**
 * Whether the kernel may take a route for one of the same key that it is told to delete: it deletes the first that it
 * takes for it (net/ipv4/fib_trie.c, fib_table_delete; net/ipv6/route.c, ip6_route_del).
 */
export function isTakenFor(route: RouteRecord, deleted: RouteRecord): boolean {
  if (deleted.protocol && deleted.protocol !== route.protocol) return false
  return deleted.family === 'inet' ? isTakenForIpv4(route, deleted) : isTakenForIpv6(route, deleted)
}

/** A nexthop object is looked at only where the message has one. */
function isTakenForIpv6(route: RouteRecord, deleted: RouteRecord): boolean {
  if (deleted.nexthopId !== undefined) return route.nexthopId === deleted.nexthopId
  if (route.nexthopId !== undefined) return true
  return hopsOf(deleted).some((hop) => hopsOf(route).some((other) => hop.via === other.via && hop.dev === other.dev))
}

/** Of several next hops the first stands for all (net/ipv4/fib_semantics.c, fib_nh_match). */
function isTakenForIpv4(route: RouteRecord, deleted: RouteRecord): boolean {
  if (deleted.type !== undefined && deleted.type !== (route.type ?? 'unicast')) return false
  if (deleted.scope !== undefined && deleted.scope !== (route.scope ?? 'global')) return false
  if (deleted.nexthopId !== route.nexthopId) return false
  const [hop, other] = [hopsOf(deleted)[0], hopsOf(route)[0]]
  if (hop?.dev !== other?.dev || (hop?.via !== undefined && hop.via !== other?.via)) return false
  return Object.entries(deleted).every(([property, value]) => {
    if (foundOtherwise.has(property) || value === undefined) return true
    const its = ownValue(route, property)
    return typeof value === 'object' ? sameValue(value, its) : sameLoosely(value, its)
  })
}

/** Under which the routes are that may be taken for each other, but for those of IPv6 nexthop objects. */
export function deletionNames(route: RouteRecord): string[] {
  const { family, table, from = '', tos, metric, protocol = 0, nexthopId = '' } = route
  const hops = family === 'inet' ? hopsOf(route).slice(0, 1) : hopsOf(route)
  return hops.map(({ via, dev }) => [family, table, from, tos, metric, protocol, nexthopId, via, dev].join())
}

function hopsOf({ family, nexthops, via, dev }: RouteRecord): readonly Nexthop[] {
  if (nexthops) return nexthops
  const link = dev ?? (family === 'inet6' ? loopback : undefined)
  return [{ ...(via === undefined ? {} : { via }), ...(link === undefined ? {} : { dev: link }) }]
}
