import { PackedRoutes } from '../../rtnetlink/packed/packedRoutes.js'
import type { DesiredNetwork, DesiredRoute } from '../../state/desired.js'
import type { NetworkState } from '../../state/model.js'
import { type Keyed, keyedRoutes, selectedByKey } from '../../state/packedSets.js'
import { packedRoutes } from '../../state/packedState.js'
import { isLasting, type RouteRecord } from '../../state/route.js'
import { eachInTurns, everyInTurns } from '../../system/inTurns.js'
import { rest } from '../../system/turns.js'
import type { Reach } from '../reach/reach.js'
import type { RouteOperation } from '../steps/operation.js'
import type { PlannedStep } from '../steps/step.js'
import { isBulkStep } from './bulkStep.js'

/** Whether anything of it is in packed form: then all of it is looked at so. */
export function isPacked(
  steps: readonly PlannedStep[],
  ...sides: Pick<NetworkState | DesiredNetwork, 'bulk'>[]
): boolean {
  return steps.some(isBulkStep) || sides.some(({ bulk }) => bulk !== undefined && bulk.size > 0)
}

/** All routes that are wanted, or wanted to be absent. */
export async function allWishes({ routes, bulk }: DesiredNetwork): Promise<PackedRoutes<DesiredRoute>> {
  const single = await packedRoutes(
    routes,
    ({ route }) => route,
    ({ route: { to: _to, ...route }, ...others }) => JSON.stringify([route, others]),
  )
  return PackedRoutes.joined([single, ...(bulk ? [bulk] : [])])
}

/** What steps do to routes. */
export async function allRouteOperations(steps: readonly PlannedStep[]): Promise<PackedRoutes<RouteOperation>> {
  const single = steps.flatMap(({ operation }) => (isRouteOperation(operation) ? [operation] : []))
  const many = steps.flatMap((step) => (isBulkStep(step) ? [step.operation.changes] : []))
  return PackedRoutes.joined([
    await packedRoutes(
      single,
      ({ route }) => route,
      (operation) => JSON.stringify(operation, (key, value: unknown) => (key === 'to' ? undefined : value)),
    ),
    ...(await PackedRoutes.mapEach(many, ({ operation }) => operation)),
  ])
}

/** Operations by what names the route of each. */
export function keyedOperations(table: PackedRoutes<RouteOperation>): Keyed<RouteOperation> {
  return { table, keyOf: ({ route }) => route }
}

/** The routes that operations name. */
export async function namedRoutes(
  routes: PackedRoutes<RouteRecord>,
  operations: PackedRoutes<RouteOperation>,
): Promise<PackedRoutes<RouteRecord>> {
  const former = await replacedRoutes(routes, operations)
  return former ?? (await selectedByKey(keyedRoutes(routes), keyedOperations(operations), true))
}

/**
 * The routes that operations name, where each puts another one at once in the place of the only one of its key: none has
 * to be looked for.
 */
export async function replacedRoutes(
  routes: PackedRoutes<RouteRecord>,
  operations: PackedRoutes<RouteOperation>,
): Promise<PackedRoutes<RouteRecord> | undefined> {
  const used = await operations.used()
  const isAtOnce = (operation: RouteOperation): boolean =>
    operation.type === 'replaceRoute' && operation.exact && operation.alone
  if (operations.size === 0 || !(await everyInTurns(used, isAtOnce))) return undefined
  // Steps that were made from a later state know other ways.
  const ways = new Set<RouteRecord>()
  await eachInTurns(routes.ways, (way) => ways.add(way))
  const isKnown = (operation: RouteOperation): boolean =>
    operation.type === 'replaceRoute' && ways.has(operation.previous)
  if (!(await everyInTurns(used, isKnown))) return undefined
  return await operations.map((operation) => (operation.type === 'replaceRoute' ? operation.previous : operation.route))
}

/** The lasting routes that steps can have taken along, and those that they name, with all of their keys, in their order. */
export async function reachedRoutes(
  routes: PackedRoutes<RouteRecord>,
  named: PackedRoutes<RouteRecord>,
  reach: Reach,
): Promise<PackedRoutes<RouteRecord>> {
  await rest()
  const lasting = await routes.filter(isLasting)
  const taken = await lasting.filter((route) => reach.takesAlong(route))
  await rest()
  if (taken.size === 0) return await named.filter(isLasting)
  if (taken.size === lasting.size) return taken
  const others = await named.filter((route) => isLasting(route) && !reach.takesAlong(route))
  return selectedByKey(keyedRoutes(lasting), keyedRoutes(PackedRoutes.joined([taken, others])), true)
}

/** Whether an operation is about a route. */
export function isRouteOperation(operation: PlannedStep['operation']): operation is RouteOperation {
  return ['addRoute', 'replaceRoute', 'deleteRoute'].includes(operation.type)
}
