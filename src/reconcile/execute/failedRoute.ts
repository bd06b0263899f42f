import { withLine } from '../../spec/routeOrigin.js'
import type { Failure } from './pipeline.js'

/** A failure of one of many routes, with where the spec says it. */
export function located(failure: Failure): Failure {
  const { step, error } = failure
  const origin = 'route' in step.operation ? step.origin?.(step.operation.route.to) : undefined
  return origin
    ? { step: { ...step, path: origin.path }, error: error.with({}, withLine(error.message, origin)) }
    : failure
}
