import type { Operation } from '../steps/operation.js'
import type { PlannedStep } from '../steps/step.js'

/** A step that is carried out, and where it is among all. */
export interface Position {
  readonly step: PlannedStep
  readonly steps: readonly PlannedStep[]
  readonly index: number
}

/** The step and those of the same namespace that follow it, as long as they are of a sort. */
export function alike({ step, steps, index }: Position, isOfSort: (step: PlannedStep) => boolean): PlannedStep[] {
  const run: PlannedStep[] = []
  for (let next = index; ; next++) {
    const other = steps[next]
    if (!other || other.namespace !== step.namespace || !isOfSort(other)) return run
    run.push(other)
  }
}

/** The operations of a type that steps have. */
export function operationsOf<Type extends Operation['type']>(
  steps: readonly PlannedStep[],
  type: Type,
): Extract<Operation, { type: Type }>[] {
  const isOfType = (operation: Operation): operation is Extract<Operation, { type: Type }> => operation.type === type
  return steps.map(({ operation }) => operation).filter(isOfType)
}
