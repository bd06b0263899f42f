/**
 * Declarative Linux networking: write down what the network should look like and {@link apply} it.
 *
 * @module linkwright
 */
export {
  type ErrorCode,
  NetworkError,
  type NetworkErrorDetails,
  type OwnErrorCode,
  type Problem,
  type RollbackReport,
} from './error.js'
export { type ApplyReport, apply, plan, snapshot } from './reconcile/apply.js'
export type { ApplyOptions, PlaceOptions, PlanOptions } from './reconcile/options.js'
export { Plan } from './reconcile/plan.js'
export type { Disruption, Step, StepAction, StepObject } from './reconcile/step.js'
export { Err, Ok, type Result } from './result.js'
export type * from './spec/types.js'
export type { PropertyChange } from './state/equal.js'
export type { NamespaceReference } from './system/namespace.js'
