import type { Problem } from '../../error.js'
import { PackedRoutes } from '../../rtnetlink/packed/packedRoutes.js'
import { problemsAt, type RouteOrigin } from '../../spec/routeOrigin.js'
import type { DesiredRoute } from '../../state/desired.js'
import { partedFurther } from '../../state/packedState.js'
import { linksOfRoute, type RouteRecord, routeKey } from '../../state/route.js'
import { isMeantByAbsence } from '../../state/routeAbsence.js'
import { eachInTurns, groupedInTurns } from '../../system/inTurns.js'
import { Phase } from '../steps/step.js'
import { hiddenRoutes } from './bulkHidden.js'
import { diffBulkRoutes } from './bulkRoutes.js'
import { wantedTwice } from './bulkTwice.js'
import { addStep, type DiffContext } from './context.js'
import { withoutDoomedLinks } from './doomedLinks.js'
import { requireLinks } from './lookup.js'
import { chainOperations } from './routeChain.js'
import { holds, operationFor } from './routeDecision.js'
import { deletionOf, deletionOperations } from './routeDeletions.js'
import { routeStep } from './routeStep.js'
import { routesInFront, shadowingRoutes } from './routesInFront.js'

/** Steps for the routes of a namespace. */
export async function diffRoutes(context: DiffContext): Promise<void> {
  const parts = await withSharedKeysApart({ ...context, actual: await withoutDoomedLinks(context) })
  await diffSingleRoutes(parts)
  await diffBulkRoutes(parts, (way) => checkLinks(context, way, () => way.origin?.()))
}

/** Puts those of many routes among the single ones that share a key: that has an order, and is compared together. */
export async function withSharedKeysApart(context: DiffContext): Promise<DiffContext> {
  const { bulk: wanted = PackedRoutes.empty<DesiredRoute>() } = context.desired
  const { besides, problems } = await wantedTwice(wanted)
  context.problems.push(...problems)
  const hidden = (await wanted.used()).some(({ absent }) => absent)
    ? await hiddenRoutes(context.actual.bulk)
    : undefined
  const inFront = await shadowingRoutes(context.actual.bulk, wanted)
  const further = PackedRoutes.joined<unknown>([besides, inFront, ...(hidden ? [hidden] : [])])
  return further.size === 0 ? context : await partedFurther(context, further)
}

/** Steps for the routes that are looked at one by one. */
export async function diffSingleRoutes(context: DiffContext): Promise<void> {
  const present = await groupedInTurns(context.actual.routes, routeKey)
  const replaced = new Set<RouteRecord>()
  const kept = new Set<RouteRecord>()
  const deleted = new Set<RouteRecord>()
  const byDestination = await groupedInTurns(context.actual.routes, destinationKey)
  const wishes = context.desired.routes.filter(({ absent }) => !absent)
  await eachInTurns(wishes, (wanted) => checkLinks(context, wanted, () => wanted.origin?.(wanted.route.to)))
  const groups = await groupedInTurns(wishes, ({ route }) => routeKey(route))
  await eachInTurns(groups, ([key, group]) => {
    const same = present.get(key) ?? []
    const [wanted] = group
    const single = wanted && group.length === 1 ? operationFor(wanted, same, context.owner) : undefined
    if (single?.type === 'replaceRoute') replaced.add(single.previous)
    if (single) addStep(context, routeStep(single, wanted))
    const asWanted = wanted && group.length === 1 ? same.find((route) => holds(wanted, route)) : undefined
    if (asWanted) kept.add(asWanted)
    for (const route of wanted && group.length === 1 ? routesInFront(wanted, same) : []) {
      deleted.add(route)
      addStep(context, { ...routeStep({ type: 'deleteRoute', route }, wanted), phase: Phase.routesOfAKey })
    }
    if (group.length === 1) return
    for (const { operation, wanted: one } of chainOperations(group, same, context.owner)) {
      if (operation.type === 'replaceRoute') replaced.add(operation.previous)
      if (operation.type === 'deleteRoute') deleted.add(operation.route)
      // They are done one after the other.
      addStep(context, { ...routeStep(operation, one), phase: Phase.routesOfAKey })
    }
  })
  const doomed = new Map<RouteRecord, DesiredRoute>()
  await eachInTurns(context.desired.routes, (wanted) => {
    if (!wanted.absent) return
    for (const actual of byDestination.get(destinationKey(wanted.route)) ?? []) {
      if (!isMeantByAbsence(wanted, actual) || replaced.has(actual)) continue
      // What the spec names beside a wish for the absence of all others stays.
      if (!wanted.exact && kept.has(actual)) continue
      if (deleted.has(actual) || doomed.has(actual)) continue
      doomed.set(actual, wanted)
    }
  })
  await addDeletions(context, doomed, present)
}

/** @param doomed the routes that go, each with the wish that says so */
async function addDeletions(
  context: DiffContext,
  doomed: ReadonlyMap<RouteRecord, DesiredRoute>,
  present: ReadonlyMap<string, readonly RouteRecord[]>,
): Promise<void> {
  const wanted = new Set<string>()
  await eachInTurns(doomed.size === 0 ? [] : context.desired.routes, ({ absent, route }) => {
    if (!absent) wanted.add(routeKey(route))
  })
  await eachInTurns(await groupedInTurns(doomed.keys(), routeKey), ([key, group]) => {
    // What is wanted of a key has been put in order already.
    const operations = deletionOperations(new Set(group), wanted.has(key) ? [] : (present.get(key) ?? []))
    for (const planned of operations) {
      const wish = doomed.get(planned.route)
      const operation = planned.type === 'deleteRoute' ? deletionOf(planned.route, wish) : planned
      const step = routeStep(operation, wish)
      addStep(context, operations.length === group.length ? step : { ...step, phase: Phase.routesOfAKey })
    }
  })
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
