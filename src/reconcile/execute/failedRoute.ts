import { rowsTo } from '../../rtnetlink/packed/rowsTo.js'
import { type RouteOrigin, withLine } from '../../spec/routeOrigin.js'
import type { DesiredNetwork, DesiredRoute } from '../../state/desired.js'
import { type RouteRecord, routeKey } from '../../state/route.js'
import { isMeantByAbsence } from '../../state/routeAbsence.js'
import type { Failure } from './pipeline.js'

/** A failure of one of many routes, with where the spec says it. */
export function located(failure: Failure, networks: ReadonlyMap<string, DesiredNetwork>): Failure {
  const { step, error } = failure
  const { bulk } = networks.get(step.namespace ?? '') ?? {}
  if (!bulk || !('route' in step.operation)) return failure
  const { route } = step.operation
  const rows = bulk[route.family]
  for (const row of rowsTo(rows, route.to)) {
    const way = bulk.ways[rows.ways[row] ?? 0]
    const origin = way?.path === step.path ? originOf(way, route) : undefined
    if (!origin) continue
    return { step: { ...step, path: origin.path }, error: error.with({}, withLine(error.message, origin)) }
  }
  return failure
}

function originOf(way: DesiredRoute | undefined, route: RouteRecord): RouteOrigin | undefined {
  if (!way) return undefined
  const wanted = { ...way, route: { ...way.route, to: route.to } }
  const isOurs = way.absent ? isMeantByAbsence(wanted, route) : routeKey(wanted.route) === routeKey(route)
  return isOurs ? way.origin?.(route.to) : undefined
}
