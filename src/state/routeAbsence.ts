import type { DesiredRoute } from './desired.js'
import { isMadeFrom, kernelProtocol, type RouteRecord, routeDifferences } from './route.js'

/** Whether a route is one that a wish for absence is about: what the wish leaves out matches anything. */
export function isMeantByAbsence({ route, stated, exact }: DesiredRoute, actual: RouteRecord): boolean {
  if (actual.family !== route.family || actual.to !== route.to) return false
  if (actual.protocol === kernelProtocol && stated.protocol !== kernelProtocol) return false
  if (!matchesKey(stated, actual)) return false
  return exact ? isMadeFrom(stated, actual) : routeDifferences(stated, actual).length === 0
}

/** {@link isMeantByAbsence} of ways, whatever the destinations are that stand for those of their rows. */
export function isWayMeant(wanted: DesiredRoute, actual: RouteRecord): boolean {
  return isMeantByAbsence(wanted, { ...actual, to: wanted.route.to })
}

function matchesKey(stated: DesiredRoute['stated'], actual: RouteRecord): boolean {
  return (
    (stated.table === undefined || stated.table === actual.table) &&
    (stated.metric === undefined || stated.metric === actual.metric) &&
    (stated.tos === undefined || stated.tos === actual.tos) &&
    (stated.from === undefined || stated.from === actual.from)
  )
}
