import { defined } from '../../rtnetlink/defined.js'
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
    const { namespace, path } = step
    const ofAll = defined({ namespace, path })
    await eachInTurns(await step.operation.changes.used(), ({ operation, path: own }) =>
      changes.push({ operation, ...ofAll, ...defined({ path: own }) }),
    )
  }
  return changes
}
