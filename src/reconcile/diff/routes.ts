import type { Problem } from '../../error.js'
import { grouped } from '../../rtnetlink/grouped.js'
import { PackedRoutes } from '../../rtnetlink/packed/packedRoutes.js'
import { problemsAt, type RouteOrigin } from '../../spec/routeOrigin.js'
import type { DesiredRoute } from '../../state/desired.js'
import { partedFurther } from '../../state/packedState.js'
import { linksOfRoute, type RouteRecord, routeKey } from '../../state/route.js'
import { isMeantByAbsence } from '../../state/routeAbsence.js'
import { Phase } from '../step.js'
import { diffBulkRoutes } from './bulkRoutes.js'
import { wantedTwice } from './bulkTwice.js'
import { addStep, type DiffContext } from './context.js'
import { doomedLinksOf, hangsOn, requireLinks } from './lookup.js'
import { chainOperations } from './routeChain.js'
import { operationFor } from './routeDecision.js'
import { routeStep } from './routeStep.js'

/** Steps for the routes of a namespace. */
export async function diffRoutes(context: DiffContext): Promise<void> {
  const { besides, problems } = await wantedTwice(context.desired.bulk ?? PackedRoutes.empty())
  context.problems.push(...problems)
  // What shares a key has an order, and is compared together.
  const parts = besides.size === 0 ? context : await partedFurther(context, besides)
  diffSingleRoutes(parts)
  await diffBulkRoutes(parts, (way) => checkLinks(context, way, () => way.origin?.()))
}

/** Steps for the routes that are looked at one by one. */
export function diffSingleRoutes(context: DiffContext): void {
  const present = grouped(context.actual.routes, routeKey)
  const doomedLinks = doomedLinksOf(context)
  const replaced = new Set<RouteRecord>()
  const deleted = new Set<RouteRecord>()
  const byDestination = grouped(context.actual.routes, destinationKey)
  const wishes = context.desired.routes.filter(({ absent }) => !absent)
  for (const wanted of wishes) checkLinks(context, wanted, () => wanted.origin?.(wanted.route.to))
  for (const [key, group] of grouped(wishes, ({ route }) => routeKey(route))) {
    const same = present.get(key) ?? []
    const [wanted] = group
    const single = wanted && group.length === 1 ? operationFor(wanted, same, context.owner) : undefined
    if (single?.type === 'replaceRoute') replaced.add(single.previous)
    if (single) addStep(context, routeStep(single, wanted?.path))
    if (group.length === 1) continue
    for (const { operation, wanted: one } of chainOperations(group, same, context.owner)) {
      if (operation.type === 'replaceRoute') replaced.add(operation.previous)
      if (operation.type === 'deleteRoute') deleted.add(operation.route)
      // They are done one after the other.
      addStep(context, { ...routeStep(operation, one?.path), phase: Phase.routesOfAKey })
    }
  }
  for (const wanted of context.desired.routes) {
    if (!wanted.absent) continue
    for (const actual of byDestination.get(destinationKey(wanted.route)) ?? []) {
      if (!isMeantByAbsence(wanted, actual) || (wanted.exact && replaced.has(actual))) continue
      if (deleted.has(actual)) continue
      if (!hangsOn(actual, doomedLinks)) {
        addStep(context, routeStep({ type: 'deleteRoute', route: actual }, wanted.path))
      }
    }
  }
}

function destinationKey({ family, to }: RouteRecord): string {
  return `${family} ${to}`
}

function checkLinks(context: DiffContext, { route, path }: DesiredRoute, find: () => RouteOrigin | undefined): void {
  const problems: Problem[] = []
  requireLinks(
    { ...context, problems },
    path,
    linksOfRoute(route).map((dev) => ['dev', dev]),
  )
  if (problems.length > 0) context.problems.push(...problemsAt(problems, path, find()))
}
