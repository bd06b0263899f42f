import { eachInTurns } from '../../system/inTurns.js'
import type { PlannedStep } from './step.js'

/** What is done, whereof a spec says it, and in which namespace. */
export type SingleChange = Pick<PlannedStep, 'operation' | 'path' | 'namespace'>

/** What steps do, and what those for many routes do to each sort of them. */
export async function singleChanges(steps: readonly PlannedStep[]): Promise<readonly SingleChange[]> {
  const changes: SingleChange[] = []
  for (const step of steps) {
    if (step.operation.type !== 'bulkRoutes') {
      changes.push(step)
      continue
    }
    const { namespace } = step
    const place = namespace === undefined ? {} : { namespace }
    await eachInTurns(await step.operation.changes.used(), (change) => changes.push({ ...change, ...place }))
  }
  return changes
}
