import type { Problem } from '../../error.js'
import { defined } from '../../rtnetlink/defined.js'
import { firstDestinations } from '../../rtnetlink/packed/firstRows.js'
import { problemsAt } from '../../spec/routeOrigin.js'
import { eachInTurns, mapInTurns } from '../../system/inTurns.js'
import type { BulkOperation } from './bulkOperation.js'
import type { PlannedStep } from './step.js'

/** What is done, whereof a spec says it, and in which namespace. */
export interface SingleChange extends Pick<PlannedStep, 'operation' | 'path' | 'namespace' | 'origin'> {
  /** The destination of the first of many routes that it is done to. */
  readonly first?: () => string | undefined
}

/** What steps do, and what those for many routes do to each sort of them. */
export async function singleChanges(steps: readonly PlannedStep[]): Promise<readonly SingleChange[]> {
  const changes: SingleChange[] = []
  for (const step of steps) {
    if (step.operation.type === 'bulkRoutes')
      await eachInTurns(await sortsOf(step, step.operation), (sort) => changes.push(sort))
    else changes.push(step)
  }
  return changes
}

async function sortsOf({ namespace, path }: PlannedStep, { changes }: BulkOperation): Promise<SingleChange[]> {
  let firsts: ReadonlyMap<unknown, string> | undefined
  const first = (change: unknown): string | undefined => {
    firsts ??= firstDestinations(changes)
    return firsts.get(change)
  }
  const ofAll = defined({ namespace, path })
  return await mapInTurns(await changes.used(), (change) => ({ ...ofAll, ...change, first: () => first(change) }))
}

/** Problems of a change, told of the first route that has them where it is one of many. */
export function problemsOfFirst(
  problems: readonly Problem[],
  { operation, path, origin, first }: SingleChange,
): readonly Problem[] {
  if (!origin || problems.length === 0) return problems
  const to = first ? first() : 'route' in operation ? operation.route.to : undefined
  const told = problems.map((problem) => ({ ...problem, message: `the route to ${to}: ${problem.message}` }))
  return problemsAt(told, path, origin(to))
}
