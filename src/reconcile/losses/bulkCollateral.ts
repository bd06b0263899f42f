import { grouped } from '../../grouped.js'
import { PackedRoutes } from '../../rtnetlink/packed/packedRoutes.js'
import type { DesiredNetwork, DesiredRoute } from '../../state/desired.js'
import { sameValue } from '../../state/equal.js'
import type { NetworkState } from '../../state/model.js'
import { splitByKey } from '../../state/packedRepeated.js'
import { keyedRoutes, keyedWishes, selectedByKey, withoutUnwanted } from '../../state/packedSets.js'
import { allRoutes, unpackedRoutes, unpackedWishes } from '../../state/packedState.js'
import { type RouteRecord, routeKey } from '../../state/route.js'
import { rest } from '../../system/turns.js'
import { allRouteOperations, allWishes, keyedOperations, namedRoutes, reachedRoutes } from '../diff/packedSteps.js'
import type { Reach } from '../reach/reach.js'
import { reachability } from '../reach/reachable.js'
import { singleOperation } from '../steps/bulkOperation.js'
import type { PlannedStep } from '../steps/step.js'
import { formerWish, losesSource, lostRoutes } from './lostRoutes.js'

/** What is lost of many routes, as a wish. */
export interface LostBulk {
  /** Routes of keys of which nothing is left. */
  readonly bulk: PackedRoutes<DesiredRoute>
  /** All that is to be there of the keys of which something is. */
  readonly routes: readonly DesiredRoute[]
}

/** What steps took along of many routes and nobody wanted away; see {@link lostRoutes}. */
export async function lostBulk(
  network: DesiredNetwork,
  before: NetworkState,
  after: NetworkState,
  steps: readonly PlannedStep[],
  reach: Reach,
): Promise<LostBulk> {
  await rest()
  const operations = await allRouteOperations(steps)
  const routes = await allRoutes(before)
  const taken = await reachedRoutes(routes, await namedRoutes(routes, operations), reach)
  const deleted = await operations.map((operation) => {
    if (operation.type === 'addRoute') return undefined
    return operation.type === 'deleteRoute' ? operation.route : operation.previous
  })
  const left = await selectedByKey(keyedRoutes(taken), { table: deleted, keyOf: (route) => route }, false, sameRoute)
  const present = keyedRoutes(await allRoutes(after))
  const missing = await selectedByKey(keyedRoutes(left), present, false, sameRoute)
  if (missing.size === 0) return { bulk: PackedRoutes.empty(), routes: [] }
  const wishes = await allWishes(network)
  const gone = await selectedByKey(keyedRoutes(missing), present, false)
  const canLead = await reachability([], { routes: [] }, after, network.nexthops)
  const lost =
    gone.size === 0
      ? gone
      : await withoutUnwanted(await selectedByKey(keyedRoutes(gone), keyedWishes(wishes), false), wishes)
  const partly = gone.size === missing.size ? [] : await partlyLost()
  return { bulk: await (await lost.filter(canLead)).map(formerWish), routes: partly }

  async function partlyLost(): Promise<DesiredRoute[]> {
    const partly = await selectedByKey(keyedRoutes(missing), present, true)
    // Of a key that had one route that one was changed, or has lost its source.
    const { further } = await splitByKey(await selectedByKey(keyedRoutes(routes), keyedRoutes(partly), true))
    const concerned = PackedRoutes.joined([further, await partly.filter(losesSource)])
    const keys = keyedRoutes(concerned)
    if (concerned.size === 0) return []
    const whole = await selectedByKey(keyedRoutes(routes), keys, true)
    const kept = grouped(unpackedRoutes(await withoutUnwanted(whole, wishes)), routeKey)
    const history = {
      wishes: unpackedWishes(await selectedByKey(keyedWishes(wishes), keys, true)),
      before: unpackedRoutes(whole),
      after: unpackedRoutes(await selectedByKey(present, keys, true)),
      operations: Array.from(await selectedByKey(keyedOperations(operations), keys, true), ({ to, way }) =>
        singleOperation(way, to),
      ),
      isUnwanted: (route: RouteRecord) => !kept.get(routeKey(route))?.some((other) => sameValue(other, route)),
    }
    return lostRoutes(history, (route) => reach.takesRoute(route) && canLead(route))
  }
}

/** Whether two ways are the same but for the destination, which was compared. */
function sameRoute(one: RouteRecord, other: RouteRecord | undefined): boolean {
  return other !== undefined && sameValue({ ...one, to: '' }, { ...other, to: '' })
}

/** Routes that another one was added beside, to take their place: they must be gone. */
export async function replacedBulk(steps: readonly PlannedStep[]): Promise<PackedRoutes<DesiredRoute>> {
  const operations = await allRouteOperations(steps)
  const besides = await operations.filter((operation) => operation.type === 'replaceRoute' && !operation.exact)
  return await besides.map((operation) => {
    const route = operation.type === 'replaceRoute' ? operation.previous : operation.route
    return { absent: true, route, stated: route, exact: true }
  })
}
