import type { DesiredRoute } from '../../state/desired.js'
import type { RouteRecord } from '../../state/route.js'
import { isTakenFor } from '../../state/routeDeletion.js'
import type { RouteOperation } from '../steps/operation.js'

/**
 * The deletion of a route, as somebody wishes it. All ways of an IPv6 route go, whoever made each, unless the wish tells
 * a protocol: a record has that of the first way only.
 */
export function deletionOf(route: RouteRecord, wish: DesiredRoute | undefined): RouteOperation {
  const ofAny = wish && wish.route.family === 'inet6' && !wish.exact && wish.stated.protocol === undefined
  return { type: 'deleteRoute', route, ...(ofAny ? { anyProtocol: true } : {}) }
}

/**
 * What must be done so that some routes of a key are gone. Where the kernel would take another one in front of one for
 * it, those in front go with it, one after the other, and come back.
 *
 * @param same the routes that are there of the key
 */
export function deletionOperations(doomed: ReadonlySet<RouteRecord>, same: readonly RouteRecord[]): RouteOperation[] {
  const deletion = (route: RouteRecord): RouteOperation => ({ type: 'deleteRoute', route })
  if (!same.some((route, index) => doomed.has(route) && isHidden(route, same.slice(0, index), doomed))) {
    return [...doomed].map(deletion)
  }
  const isIpv4 = same[0]?.family === 'inet'
  // An IPv6 route comes back behind all others.
  const moved = isIpv4 ? same.slice(0, same.findLastIndex((route) => doomed.has(route)) + 1) : same
  const kept = moved.filter((route) => !doomed.has(route))
  const place = isIpv4 ? 'first' : 'last'
  return [
    ...moved.map(deletion),
    ...(isIpv4 ? kept.reverse() : kept).map((route): RouteOperation => ({ type: 'addRoute', route, place })),
  ]
}

function isHidden(route: RouteRecord, before: readonly RouteRecord[], doomed: ReadonlySet<RouteRecord>): boolean {
  return before.some((other) => !doomed.has(other) && isTakenFor(other, route))
}
