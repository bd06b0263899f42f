import { PackedRoutes } from '../../rtnetlink/packed/packedRoutes.js'
import type { DesiredRoute } from '../../state/desired.js'
import type { NetworkState } from '../../state/model.js'
import { keyedRoutes, selectedByKey } from '../../state/packedSets.js'
import { allRoutes } from '../../state/packedState.js'
import { isMadeFrom, knownByMaking } from '../../state/route.js'
import { rest } from '../../system/turns.js'
import { allRouteOperations, keyedOperations, namedRoutes, reachedRoutes, replacedRoutes } from '../diff/packedSteps.js'
import { formerWish } from '../losses/lostRoutes.js'
import type { Reach } from '../reach/reach.js'
import type { RouteOperation } from '../steps/operation.js'
import type { PlannedStep } from '../steps/step.js'

/** What the routes of a namespace were, as a wish, where they are many; see `formerRoutes` of `rollback.ts`. */
export async function formerBulk(
  before: NetworkState,
  steps: readonly PlannedStep[],
  reach: Reach,
): Promise<PackedRoutes<DesiredRoute>> {
  const routes = await allRoutes(before)
  await rest()
  const operations = await allRouteOperations(steps)
  const named = await namedRoutes(routes, operations)
  const reached = await reachedRoutes(routes, named, reach)
  // What takes the place of another one at once is never there besides it, nor without one.
  const adds = ({ type }: RouteOperation): boolean => type !== 'deleteRoute'
  const added = keyedOperations(
    (await replacedRoutes(routes, operations)) ? PackedRoutes.empty() : await operations.filter(adds),
  )
  const fresh = await selectedByKey(added, keyedRoutes(named), false)
  // One that was added before the old one of its key went, and stands beside it.
  const known = { ...added, table: await selectedByKey(added, keyedRoutes(named), true) }
  const beside = await selectedByKey(known, keyedRoutes(named), false, ({ route }, record) => isMadeFrom(route, record))
  return PackedRoutes.joined<DesiredRoute>([
    await reached.map(formerWish),
    await fresh.map(({ route }) => ({ absent: true, route, stated: knownByMaking(route) })),
    await beside.map(({ route }) => ({ absent: true, route, stated: route, exact: true })),
  ])
}
