import { ownValue } from '../ownValue.js'
import { defined } from '../rtnetlink/defined.js'
import type { AnyEncapsulation } from '../rtnetlink/encapsulation/encapsulation.js'
import type { Nexthop, Route } from '../rtnetlink/route.js'
import { ipv6Metric, mainTable, type RouteRecord, unlinked } from '../rtnetlink/routeRecord.js'
import { sameEncapsulation } from './encapsulation.js'
import { type PropertyChange, sameLoosely, sameValue } from './equal.js'

export {
  destinationOf,
  isExpiring,
  isLasting,
  kernelProtocol,
  linksOfRoute,
  mainTable,
  normalizeRoute,
  type RouteRecord,
  routeOf,
  unlinked,
} from '../rtnetlink/routeRecord.js'

const keptWithoutWay: ReadonlySet<string> = new Set(['family', 'table', 'to', 'from', 'tos', 'metric', 'protocol'])

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

/** What names a route, or tells who made it and nothing of the route itself. */
const keyProperties: ReadonlySet<string> = new Set(['family', 'table', 'to', 'from', 'tos', 'metric', 'forPrefix'])

/** What of the stated properties a route of the same key does not have. */
export function routeDifferences(wanted: Partial<Route>, actual: RouteRecord): PropertyChange[] {
  const changes: PropertyChange[] = []
  for (const [property, after] of Object.entries(wanted)) {
    if (keyProperties.has(property) || after === undefined) continue
    const before = ownValue(actual, property)
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

/** Whether a route has this value of a property by itself, where nothing is said of it. */
export function isByItself(property: string, value: unknown): boolean {
  return sameProperty(property, undefined, value)
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
    wanted.realms === actual.realms &&
    sameLoosely(wanted.onlink, actual.onlink) &&
    sameEncapsulation(wanted.encapsulation, actual.encapsulation)
  )
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
  // A single way's realms are its route's, several have each its own, and a nexthop object none.
  if (changesWay && (wanted.nexthops ?? wanted.nexthopId) !== undefined) delete merged['realms']
  // Of a route that no longer leads anywhere, what told how packets travel means nothing.
  if (wanted.type !== undefined && unlinked.has(wanted.type) && !unlinked.has(actual.type ?? 'unicast')) {
    for (const property of Object.keys(merged)) if (!keptWithoutWay.has(property)) delete merged[property]
  }
  const isLed = ways.some((property) => ownValue(wanted, property) !== undefined)
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
  const value = ownValue(route, property)
  return { [property]: value }
}

/**
 * What a route that was made is known by where it stands under a key of its own: not what the kernel may have ignored, or
 * tells in another way.
 */
export function knownByMaking(route: RouteRecord): Partial<Route> {
  const { family, table, to, from, tos, metric, type, protocol, via, nexthopId } = route
  return defined<Partial<Route>>({ family, table, to, from, tos, metric, type, protocol, via, nexthopId })
}

/** What the kernel gives a route by itself, or works out from its gateway. */
const derived: ReadonlySet<string> = new Set(['dev', 'scope', 'preference', 'type', 'protocol', 'forPrefix'])

/** Whether a route of the same key is the one that a wish led to: what was stated, and nothing else that tells apart. */
export function isMadeFrom(stated: Partial<Route>, actual: RouteRecord): boolean {
  if (routeDifferences(stated, actual).length > 0) return false
  if ((stated.type ?? 'unicast') !== (actual.type ?? 'unicast')) return false
  return Object.entries(actual).every(
    ([property, value]) => property in stated || derived.has(property) || sameLoosely(value, undefined),
  )
}
