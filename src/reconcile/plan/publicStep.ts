import { equivalentOf } from '../equivalent/operation.js'
import type { PlannedStep, Step } from '../steps/step.js'

/** A step as users see it: with its command, and without what the executor needs, where secret keys are. */
export function publicStep(planned: PlannedStep): Step {
  const { operation: _o, origin: _w, phase: _p, provides: _v, needs: _n, ...step } = planned
  return { ...step, equivalent: equivalentOf(planned) }
}
