import { familyOf } from '../ip/address.js'
import { formatPrefix, hasHostBits, networkOf, parsePrefix } from '../ip/prefix.js'
import type { Path } from './pointer.js'
import type { Report } from './report.js'
import { isSingleRoute } from './routeEntries.js'
import type { NeighborSpec, RouteEntry, RouteSpec } from './types.js'

/** Types of route that lead to no link. */
export const unlinkedTypes: ReadonlySet<string> = new Set(['blackhole', 'unreachable', 'prohibit', 'throw'])

/** The family of a route: as it says, or by its destination or gateway. */
export function routeFamily(route: RouteSpec): 'inet' | 'inet6' {
  if (route.family) return route.family
  if (route.to !== 'default') return familyOf(route.to)
  const hint = route.via ?? route.src ?? route.from ?? route.nexthops?.find(({ via }) => via !== undefined)?.via
  return hint === undefined ? 'inet' : familyOf(hint)
}

/** What is wrong with the routes of one namespace. */
export function* routeProblems(routes: readonly RouteEntry[], path: Path, report: Report): Generator<void> {
  const seen = new Map<string, number>()
  for (const [index, route] of routes.entries()) {
    yield
    if (!isSingleRoute(route)) continue
    const at = [...path, index]
    prefixProblems(route, at, report)
    familyProblems(route, at, report)
    if (route.absent) continue
    wayProblems(route, at, report)
    const key = keyOf(route)
    const first = seen.get(key)
    if (first !== undefined) {
      report(at, `the same route as number ${first}: family, table, to, tos and metric name a route`)
    } else seen.set(key, index)
  }
}

function keyOf(route: RouteSpec): string {
  const family = routeFamily(route)
  const prefix = route.to === 'default' ? undefined : parsePrefix(route.to)
  const to = prefix ? formatPrefix(networkOf(prefix)) : 'default'
  const metric = route.metric || (family === 'inet6' ? 1024 : 0)
  return [family, route.table ?? 'main', to, route.from ?? '', route.tos ?? 0, metric].join(' ')
}

function prefixProblems(route: RouteSpec, at: Path, report: Report): void {
  for (const property of ['to', 'from'] as const) {
    const text = route[property]
    const prefix = text === undefined || text === 'default' ? undefined : parsePrefix(text)
    if (!prefix || !hasHostBits(prefix)) continue
    report([...at, property], `${text} has bits set behind its prefix length`, {
      found: text,
      hint: `did you mean ${formatPrefix(networkOf(prefix))}?`,
    })
  }
}

function familyProblems(route: RouteSpec, at: Path, report: Report): void {
  const family = routeFamily(route)
  const mismatch = (property: string, value: string | undefined, allowed: boolean): void => {
    if (value === undefined || value === 'default' || allowed) return
    report([...at, property], `${value} is not of the route's family ${family}`)
  }
  mismatch('to', route.to, route.to === 'default' || familyOf(route.to) === family)
  mismatch('src', route.src, route.src !== undefined && familyOf(route.src) === family)
  mismatch('from', route.from, family === 'inet6' && route.from !== undefined && familyOf(route.from) === family)
  // An IPv4 route may have an IPv6 gateway (RFC 5549), not the other way round.
  const gatewayFits = (via: string | undefined): boolean =>
    via === undefined || family === 'inet' || familyOf(via) === family
  mismatch('via', route.via, gatewayFits(route.via))
  for (const [index, { via }] of (route.nexthops ?? []).entries())
    mismatch(`nexthops/${index}/via`, via, gatewayFits(via))
  if (route.preference !== undefined && family === 'inet') {
    report([...at, 'preference'], 'only an IPv6 route has a preference')
  }
  if (family === 'inet6') realmsOfIpv6(route, at, report)
  if (family === 'inet6' && isNumber(route.protocol, 0)) {
    report([...at, 'protocol'], 'for the protocol 0 the kernel takes 3 (boot) in an IPv6 route')
  }
  if (family === 'inet6' && !(route.scope === undefined || route.scope === 'global' || isNumber(route.scope, 0))) {
    report([...at, 'scope'], 'the scope of an IPv6 route is always global')
  }
}

function realmsOfIpv6({ realms, nexthops = [] }: RouteSpec, at: Path, report: Report): void {
  const message = 'only an IPv4 route has realms'
  if (realms !== undefined) report([...at, 'realms'], message)
  for (const [index, nexthop] of nexthops.entries()) {
    if (nexthop.realms !== undefined) report([...at, 'nexthops', index, 'realms'], message)
  }
}

function isNumber(value: number | string | undefined, number: number): boolean {
  return value !== undefined && Number(value) === number
}

function wayProblems(route: RouteSpec, at: Path, report: Report): void {
  const { type = 'unicast', via, dev, nexthops, nexthopId } = route
  const leads = via !== undefined || dev !== undefined || nexthops !== undefined || nexthopId !== undefined
  if (unlinkedTypes.has(type)) {
    if (leads) report(at, `a ${type} route leads nowhere: via, dev, nexthops and nexthopId cannot be given`)
    return
  }
  if (!leads) report(at, `the route to ${route.to} needs via, dev, nexthops or nexthopId`)
  if (nexthops && (via !== undefined || dev !== undefined)) {
    report(at, 'give either via and dev, or nexthops')
  }
  if (route.encapsulation && (nexthops || nexthopId !== undefined)) {
    report([...at, 'encapsulation'], 'say it of each next hop, or of the nexthop object')
  }
  if (route.realms !== undefined && nexthops) report([...at, 'realms'], 'say them of each next hop')
  if (route.realms !== undefined && nexthopId !== undefined) {
    report([...at, 'realms'], 'the kernel ignores realms of a route on a nexthop object')
  }
  if (nexthopId !== undefined && (via !== undefined || dev !== undefined || nexthops || route.onlink)) {
    report([...at, 'nexthopId'], 'a nexthop object tells via and dev itself: give it alone')
  }
  for (const [index, nexthop] of (nexthops ?? []).entries()) {
    if (nexthop.via === undefined && nexthop.dev === undefined) {
      report([...at, 'nexthops', index], 'a next hop needs via or dev')
    }
  }
  if (route.onlink && (via === undefined || dev === undefined)) {
    report([...at, 'onlink'], 'onlink needs both via and dev')
  }
  if (route.lockMtu && route.mtu === undefined) report([...at, 'lockMtu'], 'lockMtu needs mtu')
}

/** What is wrong with the neighbors of one namespace. */
export function* neighborProblems(neighbors: readonly NeighborSpec[], path: Path, report: Report): Generator<void> {
  const seen = new Set<string>()
  for (const [index, neighbor] of neighbors.entries()) {
    yield
    const at = [...path, index]
    const key = `${neighbor.dev} ${neighbor.address.toLowerCase()} ${neighbor.proxy === true}`
    if (seen.has(key)) report(at, `the neighbor ${neighbor.address} of ${neighbor.dev} is listed twice`)
    seen.add(key)
    if (neighbor.absent) continue
    if (
      neighbor.managed &&
      neighbor.state !== undefined &&
      neighbor.state !== 'reachable' &&
      neighbor.state !== 'stale'
    ) {
      report([...at, 'state'], `the kernel resolves what is managed, and nothing is ${neighbor.state} then`)
    }
    if (neighbor.router && familyOf(neighbor.address) === 'inet') {
      report([...at, 'router'], 'only an IPv6 neighbor can be a router')
    }
  }
}
