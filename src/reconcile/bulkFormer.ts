import { PackedRoutes } from '../rtnetlink/packed/packedRoutes.js'
import type { DesiredRoute } from '../state/desired.js'
import type { NetworkState } from '../state/model.js'
import { keyedRoutes, selectedByKey } from '../state/packedSets.js'
import { allRoutes } from '../state/packedState.js'
import { isLasting, isMadeFrom } from '../state/route.js'
import { allRouteOperations } from './packedSteps.js'
import type { Reach } from './reach.js'
import type { PlannedStep } from './step.js'

/** What the routes of a namespace were, as a wish, where they are many; see `formerRoutes` of `rollback.ts`. */
export async function formerBulk(
  before: NetworkState,
  steps: readonly PlannedStep[],
  reach: Reach,
): Promise<PackedRoutes<DesiredRoute>> {
  const routes = allRoutes(before)
  const operations = allRouteOperations(steps)
  const touching = { table: operations, keyOf: ({ route }: { route: DesiredRoute['route'] }) => route }
  const isTaken = (route: DesiredRoute['route']): boolean => reach.takesAlong(route)
  const taken = routes.filter((route) => isLasting(route) && isTaken(route))
  const others = routes.filter((route) => isLasting(route) && !isTaken(route))
  const touched = await selectedByKey(keyedRoutes(others), touching, true)
  const added = { ...touching, table: operations.filter(({ type }) => type !== 'deleteRoute') }
  const fresh = await selectedByKey(added, keyedRoutes(routes), false)
  // One that was added before the old one of its key went, and stands beside it.
  const known = { ...added, table: await selectedByKey(added, keyedRoutes(routes), true) }
  const beside = await selectedByKey(known, keyedRoutes(routes), false, ({ route }, record) =>
    isMadeFrom(route, record),
  )
  return PackedRoutes.joined<DesiredRoute>([
    PackedRoutes.joined([taken, touched]).map((route) => ({ absent: false, route, stated: route, exact: true })),
    fresh.map(({ route }) => {
      const { dev: _dev, scope: _scope, ...stated } = route
      return { absent: true, route, stated }
    }),
    beside.map(({ route }) => ({ absent: true, route, stated: route, exact: true })),
  ])
}
