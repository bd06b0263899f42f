import { familyOf } from '../../ip/address.js'
import type { DesiredRoute } from '../../state/desired.js'
import { type PropertyChange, sameLoosely } from '../../state/equal.js'
import { grouped } from '../../state/grouped.js'
import {
  linksOfRoute,
  mergedRoute,
  type RouteRecord,
  routeDifferences,
  routeKey,
  routeName,
} from '../../state/route.js'
import { isMeantByAbsence } from '../../state/routeAbsence.js'
import { Phase } from '../step.js'
import { addStep, type DiffContext } from './context.js'
import { isThere } from './lookup.js'

/** Steps for the routes of a namespace. */
export function diffRoutes(context: DiffContext): void {
  const present = grouped(context.actual.routes, routeKey)
  const added: RouteRecord[] = []
  const doomedLinks = new Set(context.desired.links.filter(({ absent }) => absent).map(({ name }) => name))
  const replaced = new Set<RouteRecord>()
  const byDestination = grouped(context.actual.routes, destinationKey)
  for (const wanted of context.desired.routes) {
    if (wanted.absent) continue
    checkLinks(context, wanted)
    const same = present.get(routeKey(wanted.route)) ?? []
    if (same.some((route) => holds(wanted, route))) continue
    const previous = closest(wanted, same)
    const route = previous && !wanted.exact ? mergedRoute(wanted.stated, previous) : withProtocol(wanted.route, context)
    added.push(route)
    if (previous) {
      replaced.add(previous)
      updateRoute(context, wanted, route, previous, same.length)
    } else createRoute(context, wanted, route)
  }
  for (const wanted of context.desired.routes) {
    if (!wanted.absent) continue
    const candidates = byDestination.get(destinationKey(wanted.route)) ?? []
    removeRoutes(context, wanted, candidates, doomedLinks, replaced)
  }
}

function destinationKey({ family, to }: RouteRecord): string {
  return `${family} ${to}`
}

function holds({ stated, exact }: DesiredRoute, route: RouteRecord): boolean {
  if (routeDifferences(stated, route).length > 0) return false
  if (!exact) return true
  const others = Object.entries(route).filter(([property]) => !(property in stated))
  return others.every(([, value]) => sameLoosely(value, undefined))
}

function withProtocol(route: RouteRecord, context: DiffContext): RouteRecord {
  return { ...route, protocol: route.protocol ?? context.owner?.protocol ?? 0 }
}

function checkLinks(context: DiffContext, { route, path }: DesiredRoute): void {
  for (const dev of linksOfRoute(route)) {
    if (typeof dev === 'number' || isThere(context, dev)) continue
    context.problems.push({ path: `${path}/dev`, message: `the link ${dev} does not exist` })
  }
}

function createRoute(context: DiffContext, wanted: DesiredRoute, route: RouteRecord): void {
  const { family: _family, to: _to, table: _table, metric: _metric, tos: _tos, ...properties } = route
  addStep(context, {
    ...described(wanted, route),
    action: 'create',
    changes: Object.entries(properties).map(([property, after]) => ({ property, after })),
    operation: { type: 'addRoute', route },
  })
}

function updateRoute(
  context: DiffContext,
  wanted: DesiredRoute,
  route: RouteRecord,
  previous: RouteRecord,
  count: number,
): void {
  addStep(context, {
    ...described(wanted, route),
    action: 'update',
    changes: routeChanges(previous, route),
    operation: {
      type: 'replaceRoute',
      route,
      previous,
      exact: replacesExactly(previous, route, count),
    },
  })
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

function hasGateway(route: RouteRecord): boolean {
  return route.via !== undefined || route.nexthops !== undefined
}

function routeChanges(before: RouteRecord, after: RouteRecord): PropertyChange[] {
  const gone = Object.keys(before).filter((property) => !(property in after))
  const removed = gone.map((property): PropertyChange => {
    const value: unknown = Object.getOwnPropertyDescriptor(before, property)?.value
    return { property, before: value }
  })
  return [...routeDifferences(after, before), ...removed]
}

function described(wanted: DesiredRoute, route: RouteRecord) {
  const links = linksOfRoute(route)
  return {
    object: 'route' as const,
    id: routeName(route),
    path: wanted.path,
    // A gateway must be on a link: by the prefix of an address, or by a route without a gateway, never by another
    // gateway (net/ipv4/fib_semantics.c, fib_check_nh; net/ipv6/route.c, ip6_route_check_nh).
    phase: hasGateway(route) || route.nexthopId !== undefined ? Phase.gatewayRoute : Phase.deviceRoute,
    needs: [
      ...links.flatMap((dev) => [`link ${dev}`, `configured ${dev}`, `changed ${dev}`, `addresses ${dev}`]),
      ...(route.nexthopId === undefined ? [] : [`nexthop ${route.nexthopId}`]),
      ...(route.src === undefined ? [] : [`address ${familyOf(route.src)}`]),
    ],
  }
}

function removeRoutes(
  context: DiffContext,
  wanted: DesiredRoute,
  candidates: readonly RouteRecord[],
  doomedLinks: ReadonlySet<string>,
  replaced: ReadonlySet<RouteRecord>,
): void {
  for (const actual of candidates) {
    if (!isMeantByAbsence(wanted, actual) || (wanted.exact && replaced.has(actual))) continue
    // What hangs on a link that is removed goes with it.
    if (linksOfRoute(actual).some((dev) => doomedLinks.has(String(dev)))) continue
    addStep(context, {
      action: 'delete',
      object: 'route',
      id: routeName(actual),
      changes: [],
      path: wanted.path,
      phase: Phase.deleteRoute,
      operation: { type: 'deleteRoute', route: actual },
    })
  }
}
