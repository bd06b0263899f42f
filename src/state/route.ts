import type { Family } from '../ip/address.js'
import { canonicalPrefix, formatPrefix, networkOf, parsePrefix } from '../ip/prefix.js'
import type { AnyEncapsulation } from '../rtnetlink/encapsulation/encapsulation.js'
import type { ListedRoute, Nexthop, Route } from '../rtnetlink/route.js'
import { sameEncapsulation } from './encapsulation.js'
import { type PropertyChange, sameLoosely, sameValue } from './equal.js'

/** RT_TABLE_MAIN: include/uapi/linux/rtnetlink.h */
export const mainTable = 254
/** RTPROT_KERNEL: what the kernel itself made, such as the prefix route of an address. */
export const kernelProtocol = 2
/** Protocols of routes that come and go by themselves: redirects, the kernel's own, router advertisements. */
const passingProtocols: ReadonlySet<number> = new Set([1, kernelProtocol, 9])

/** Whether a route was made by somebody and stays until somebody removes it. */
export function isLasting(route: Route): boolean {
  return !passingProtocols.has(route.protocol ?? 0) && route.expires === undefined
}

/** IP6_RT_PRIO_USER: include/uapi/linux/ipv6_route.h */
const ipv6Metric = 1024

/** A route with everything that names it written out. */
export interface RouteRecord extends Route {
  readonly family: Family
  readonly table: number
  readonly metric: number
  readonly tos: number
}

const unlinked: ReadonlySet<string> = new Set(['blackhole', 'unreachable', 'prohibit', 'throw'])

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

const keptWithoutWay: ReadonlySet<string> = new Set(['family', 'table', 'to', 'from', 'tos', 'metric', 'protocol'])

function given<Name extends string, T>(name: Name, value: T | undefined): { [K in Name]?: T } {
  const entry: { [K in Name]?: T } = {}
  if (value !== undefined) entry[name] = value
  return entry
}

function normalizeNexthop(nexthop: Nexthop): Nexthop {
  const { via, dev, weight, onlink, encapsulation } = nexthop
  return {
    ...given('via', via),
    ...given('dev', dev),
    weight: weight ?? 1,
    ...(onlink ? { onlink } : {}),
    ...given('encapsulation', encapsulation),
  }
}

/** The record of a route that was listed: without what the kernel tells of its state. */
export function routeOf(listed: ListedRoute): RouteRecord {
  const { flags: _f, linkdown: _l, dead: _d, offload: _o, cloned: _c, unknown: _u, ...route } = listed
  return normalizeRoute(route)
}

/** What names a route for a user: family, table, destination, source prefix, type of service and metric. */
export function routeKey(route: RouteRecord): string {
  return `${route.family} ${route.table} ${route.to} ${route.from ?? ''} ${route.tos} ${route.metric}`
}

/** How messages and plans name a route. */
export function routeName(route: RouteRecord): string {
  const to = route.to === '0.0.0.0/0' || route.to === '::/0' ? 'default' : route.to
  const family = to === 'default' && route.family === 'inet6' ? ' (inet6)' : ''
  const table = route.table === mainTable ? '' : ` table ${route.table}`
  const metric =
    route.metric === 0 || (route.family === 'inet6' && route.metric === ipv6Metric) ? '' : ` metric ${route.metric}`
  return `${to}${family}${table}${metric}${route.tos ? ` tos ${route.tos}` : ''}`
}

const keyProperties: ReadonlySet<string> = new Set(['family', 'table', 'to', 'from', 'tos', 'metric'])

/** What of the stated properties a route of the same key does not have. */
export function routeDifferences(wanted: Partial<Route>, actual: RouteRecord): PropertyChange[] {
  const changes: PropertyChange[] = []
  for (const [property, after] of Object.entries(wanted)) {
    if (keyProperties.has(property) || after === undefined) continue
    const before: unknown = Object.getOwnPropertyDescriptor(actual, property)?.value
    if (sameProperty(property, after, before)) continue
    changes.push({ property, ...(before === undefined ? {} : { before }), after })
  }
  return changes
}

function sameProperty(property: string, after: unknown, before: unknown): boolean {
  if (property === 'encapsulation') return sameEncapsulation(after as AnyEncapsulation, before as AnyEncapsulation)
  if (property === 'nexthops') return sameNexthops(after, before)
  if (property === 'type') return (after ?? 'unicast') === (before ?? 'unicast')
  if (property === 'preference') return (after ?? 'medium') === (before ?? 'medium')
  if (property === 'scope') return (after ?? 'global') === (before ?? 'global')
  return typeof after === 'object' ? sameValue(after, before) : sameLoosely(after, before)
}

/** The order of next hops means nothing to a user; a link that is not stated may be any. */
function sameNexthops(after: unknown, before: unknown): boolean {
  if (!Array.isArray(after) || !Array.isArray(before) || after.length !== before.length) return false
  const rest: Nexthop[] = [...before]
  for (const wanted of after as Nexthop[]) {
    const index = rest.findIndex((nexthop) => matchesNexthop(wanted, nexthop))
    if (index < 0) return false
    rest.splice(index, 1)
  }
  return true
}

function matchesNexthop(wanted: Nexthop, actual: Nexthop): boolean {
  return (
    wanted.via === actual.via &&
    (wanted.dev === undefined || wanted.dev === actual.dev) &&
    (wanted.weight ?? 1) === (actual.weight ?? 1) &&
    sameLoosely(wanted.onlink, actual.onlink) &&
    sameEncapsulation(wanted.encapsulation, actual.encapsulation)
  )
}

/** The links that a route leads through. */
export function linksOfRoute(route: Pick<Route, 'dev' | 'nexthops'>): (string | number)[] {
  const links = [route.dev, ...(route.nexthops ?? []).map(({ dev }) => dev)]
  return links.filter((link) => link !== undefined)
}

const ways = ['via', 'dev', 'nexthops', 'nexthopId'] as const

/** An existing route with the stated properties put over it; what leads it elsewhere takes the old way's along. */
export function mergedRoute(wanted: Partial<Route>, actual: RouteRecord): RouteRecord {
  const merged: Record<string, unknown> = { ...actual }
  const changesWay = [...ways, 'type'].some(
    (property) => property in wanted && routeDifferences(pick(wanted, property), actual).length > 0,
  )
  if (changesWay)
    for (const property of ['via', 'dev', 'nexthops', 'onlink', 'scope', 'nexthopId', 'encapsulation'])
      delete merged[property]
  // Of a route that no longer leads anywhere, what told how packets travel means nothing.
  if (wanted.type !== undefined && unlinked.has(wanted.type) && !unlinked.has(actual.type ?? 'unicast')) {
    for (const property of Object.keys(merged)) if (!keptWithoutWay.has(property)) delete merged[property]
  }
  const isLed = ways.some((property) => Object.getOwnPropertyDescriptor(wanted, property)?.value !== undefined)
  // Whoever says where it leads means a route that leads.
  if (isLed && wanted.type === undefined && unlinked.has(actual.type ?? 'unicast')) delete merged['type']
  const keepsDev = changesWay && !isLed
  const leads = isLed || !unlinked.has(wanted.type ?? actual.type ?? 'unicast')
  return {
    ...(merged as unknown as RouteRecord),
    ...(keepsDev && leads && actual.dev !== undefined ? { dev: actual.dev } : {}),
    ...wanted,
    family: actual.family,
    table: actual.table,
    to: actual.to,
    metric: actual.metric,
    tos: actual.tos,
  }
}

function pick(route: Partial<Route>, property: string): Partial<Route> {
  const value: unknown = Object.getOwnPropertyDescriptor(route, property)?.value
  return { [property]: value }
}

/** What the kernel gives a route by itself, or works out from its gateway. */
const derived: ReadonlySet<string> = new Set(['dev', 'scope', 'preference', 'type', 'protocol'])

/** Whether a route of the same key is the one that a wish led to: what was stated, and nothing else that tells apart. */
export function isMadeFrom(stated: Partial<Route>, actual: RouteRecord): boolean {
  if (routeDifferences(stated, actual).length > 0) return false
  if ((stated.type ?? 'unicast') !== (actual.type ?? 'unicast')) return false
  return Object.entries(actual).every(
    ([property, value]) => property in stated || derived.has(property) || sameLoosely(value, undefined),
  )
}
