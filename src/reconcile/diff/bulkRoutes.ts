import { PackedRoutes } from '../../rtnetlink/packed/packedRoutes.js'
import type { DesiredRoute } from '../../state/desired.js'
import { eachInTurns } from '../../system/inTurns.js'
import { rest } from '../../system/turns.js'
import { singleOperation } from '../steps/bulkOperation.js'
import { bulkChanges } from './bulkChanges.js'
import { bulkDrafts } from './bulkStep.js'
import { addStep, type DiffContext } from './context.js'
import { routeStep } from './routeStep.js'

/** Up to so many changes of packed routes are a step each. */
export const mostSingleSteps = 500

/** Steps for the packed routes of a namespace. */
export async function diffBulkRoutes(context: DiffContext, check: (wanted: DesiredRoute) => void): Promise<void> {
  const { desired, actual, owner } = context
  const wanted = desired.bulk
  if (!wanted || wanted.size === 0) return
  await rest()
  await eachInTurns(await wanted.used(), (way) => {
    if (!way.absent) check(way)
  })
  await rest()
  const changes = await bulkChanges(wanted, actual.bulk ?? PackedRoutes.empty(), owner)
  await rest()
  if (changes.size > mostSingleSteps) for (const draft of await bulkDrafts(changes)) addStep(context, draft)
  else {
    for (const { to, way } of changes) addStep(context, routeStep(singleOperation(way.operation, to), way))
  }
}
