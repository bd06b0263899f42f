import { familyOf } from '../../ip/address.js'
import { routeNames } from '../../network/propertyNames.js'
import { ownValue } from '../../ownValue.js'
import type { DesiredRoute } from '../../state/desired.js'
import type { PropertyChange } from '../../state/equal.js'
import { isByItself, linksOfRoute, type RouteRecord, routeDifferences, routeName } from '../../state/route.js'
import type { RouteOperation } from '../steps/operation.js'
import { Phase } from '../steps/step.js'
import type { StepDraft } from './context.js'
import { newProperties } from './newProperties.js'
import { hasGateway } from './routeDecision.js'

/** Where a spec says something of a route. */
type RouteWish = Pick<DesiredRoute, 'path' | 'origin'>

/** The step that does something to one route. */
export function routeStep(operation: RouteOperation, { path, origin }: RouteWish = {}): StepDraft {
  const { route } = operation
  const step = {
    object: 'route',
    id: routeName(route),
    path,
    ...(origin === undefined ? {} : { origin }),
    operation,
    phase: phaseOf(operation),
    needs: needsOf(operation),
  } as const
  switch (operation.type) {
    case 'addRoute':
      return { ...step, action: 'create', changes: propertiesOf(route) }
    case 'replaceRoute':
      return { ...step, action: 'update', changes: routeChanges(operation.previous, route) }
    case 'deleteRoute':
      return { ...step, action: 'delete', changes: [] }
  }
}

/** When it is its turn. */
export function phaseOf({ type, route }: RouteOperation): number {
  if (type === 'deleteRoute') return Phase.deleteRoute
  // A gateway must be on a link: by the prefix of an address, or by a route without a gateway, never by another
  // gateway (net/ipv4/fib_semantics.c, fib_check_nh; net/ipv6/route.c, ip6_route_check_nh).
  return hasGateway(route) || route.nexthopId !== undefined ? Phase.gatewayRoute : Phase.deviceRoute
}

/** What must have been done before. */
export function needsOf({ type, route }: RouteOperation): string[] {
  if (type === 'deleteRoute') return []
  const needs: string[] = []
  for (const dev of linksOfRoute(route)) {
    needs.push(`link ${dev}`, `configured ${dev}`, `changed ${dev}`, `addresses ${dev}`)
  }
  if (route.nexthopId !== undefined) needs.push(`nexthop ${route.nexthopId}`)
  if (route.src !== undefined) needs.push(`address ${familyOf(route.src)}`)
  return needs
}

function propertiesOf(route: RouteRecord): PropertyChange[] {
  const { family: _family, to: _to, table: _table, metric: _metric, tos: _tos, forPrefix: _for, ...properties } = route
  return newProperties(routeNames, properties)
}

function routeChanges(before: RouteRecord, after: RouteRecord): PropertyChange[] {
  const gone = Object.keys(before).filter((property) => !(property in after))
  const removed = gone.flatMap((property): PropertyChange[] => {
    const value = ownValue(before, property)
    return isByItself(property, value) ? [] : [{ property, before: value }]
  })
  return [...routeDifferences(after, before), ...removed]
}
