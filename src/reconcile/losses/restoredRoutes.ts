import { PackedRoutes } from '../../rtnetlink/packed/packedRoutes.js'
import type { Route } from '../../rtnetlink/route.js'
import type { DesiredNetwork, DesiredRoute } from '../../state/desired.js'
import type { NetworkState } from '../../state/model.js'
import type { NexthopLosses } from '../../state/nexthop.js'
import { keyedRoutes, keyedWishes, selectedByKey, withoutUnwanted } from '../../state/packedSets.js'
import { isLasting, linksOfRoute, routeKey } from '../../state/route.js'
import { isMeantByAbsence } from '../../state/routeAbsence.js'
import { reachability } from '../reach/reachable.js'
import { formerWish } from './lostRoutes.js'

/** The routes that go with links or nexthop objects and come back, as a wish. */
export async function restoredRoutes(
  desired: DesiredNetwork,
  actual: NetworkState,
  { gone }: NexthopLosses,
  goesDown: (dev: string | number) => boolean,
): Promise<DesiredRoute[]> {
  const named = new Set(desired.routes.filter(({ absent }) => !absent).map(({ route }) => routeKey(route)))
  const unwanted = desired.routes.filter(({ absent }) => absent)
  const kept = actual.routes
    .filter((route) => isLasting(route) && !named.has(routeKey(route)))
    .filter((route) => !unwanted.some((wanted) => isMeantByAbsence(wanted, route)))
  const keys = new Set(
    kept
      .filter(
        (route) => linksOfRoute(route).some(goesDown) || (route.nexthopId !== undefined && gone.has(route.nexthopId)),
      )
      .map(routeKey),
  )
  if (keys.size === 0) return []
  // With those that stay of the same key, which have a place beside it.
  const taken = kept.filter((route) => keys.has(routeKey(route)))
  // One whose gateway is on no link any longer, by the user's wish, has nowhere to lead.
  const canLead = await reachability(desired.links, desired, actual, desired.nexthops)
  return taken.filter(canLead).map(formerWish)
}

/** {@link restoredRoutes} of those that are packed. */
export async function restoredBulk(
  desired: DesiredNetwork,
  actual: NetworkState,
  { gone }: NexthopLosses,
  goesDown: (dev: string | number) => boolean,
): Promise<PackedRoutes<DesiredRoute>> {
  const { bulk: table = PackedRoutes.empty() } = actual
  const wishes = desired.bulk ?? PackedRoutes.empty()
  const isLost = (route: Route): boolean =>
    linksOfRoute(route).some(goesDown) || (route.nexthopId !== undefined && gone.has(route.nexthopId))
  const lasting = await table.filter(isLasting)
  const unnamed = await selectedByKey(keyedRoutes(await lasting.filter(isLost)), keyedWishes(wishes), false)
  const lost = await withoutUnwanted(unnamed, wishes)
  if (lost.size === 0) return PackedRoutes.empty()
  const taken = await withoutUnwanted(await selectedByKey(keyedRoutes(lasting), keyedRoutes(lost), true), wishes)
  const canLead = await reachability(desired.links, desired, actual, desired.nexthops)
  const back = await taken.filter(canLead)
  return await back.map(formerWish)
}

/** What is wanted among many, with more of it. */
export function withBulk(
  wishes: PackedRoutes<DesiredRoute> | undefined,
  more: PackedRoutes<DesiredRoute>,
): Pick<DesiredNetwork, 'bulk'> {
  if (more.size === 0) return {}
  return { bulk: PackedRoutes.joined([...(wishes ? [wishes] : []), more]) }
}
