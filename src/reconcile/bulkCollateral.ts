import { PackedRoutes } from '../rtnetlink/packed/packedRoutes.js'
import type { DesiredNetwork, DesiredRoute } from '../state/desired.js'
import { sameValue } from '../state/equal.js'
import type { NetworkState } from '../state/model.js'
import { keyedRoutes, keyedWishes, selectedByKey, withoutUnwanted } from '../state/packedSets.js'
import { allRoutes } from '../state/packedState.js'
import type { RouteRecord } from '../state/route.js'
import { rest } from '../system/turns.js'
import { allRouteOperations, allWishes, namedRoutes, reachedRoutes } from './packedSteps.js'
import type { Reach } from './reach.js'
import { reachability } from './reachable.js'
import type { PlannedStep } from './step.js'

/** What steps took along of many routes and nobody named, as a wish; see `lostRoutes` of `collateral.ts`. */
export async function lostBulk(
  network: DesiredNetwork,
  before: NetworkState,
  after: NetworkState,
  steps: readonly PlannedStep[],
  reach: Reach,
): Promise<PackedRoutes<DesiredRoute>> {
  await rest()
  const operations = allRouteOperations(steps)
  const routes = allRoutes(before)
  const taken = await reachedRoutes(routes, await namedRoutes(routes, operations), reach)
  const deleted = operations.map((operation) => {
    if (operation.type === 'addRoute') return undefined
    return operation.type === 'deleteRoute' ? operation.route : operation.previous
  })
  const left = await selectedByKey(keyedRoutes(taken), { table: deleted, keyOf: (route) => route }, false, sameRoute)
  const gone = await selectedByKey(keyedRoutes(left), keyedRoutes(allRoutes(after)), false)
  if (gone.size === 0) return PackedRoutes.empty()
  const wishes = allWishes(network)
  const unnamed = await selectedByKey(keyedRoutes(gone), keyedWishes(wishes), false)
  const lost = await withoutUnwanted(unnamed, wishes)
  return lost
    .filter(reachability([], { routes: [] }, after, network.nexthops))
    .map((route) => ({ absent: false, route, stated: route, exact: true }))
}

/** Whether two ways are the same but for the destination, which was compared. */
function sameRoute(one: RouteRecord, other: RouteRecord | undefined): boolean {
  return other !== undefined && sameValue({ ...one, to: '' }, { ...other, to: '' })
}

/** Routes that another one was added beside, to take their place: they must be gone. */
export function replacedBulk(steps: readonly PlannedStep[]): PackedRoutes<DesiredRoute> {
  return allRouteOperations(steps)
    .filter((operation) => operation.type === 'replaceRoute' && !operation.exact)
    .map((operation) => {
      const route = operation.type === 'replaceRoute' ? operation.previous : operation.route
      return { absent: true, route, stated: route, exact: true }
    })
}
