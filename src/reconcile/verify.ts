import { NetworkError } from '../error.js'
import { type PlannedStep, shownValue } from './step.js'

/** The error of an apply whose steps all succeeded, while the kernel shows something else than was asked for. */
export function unverified(left: readonly PlannedStep[]): NetworkError {
  const [first] = left
  const lines = left.map(({ object, id, action, changes }) => {
    if (action !== 'update') return `${object} ${id}: would have to ${action} again`
    const differing = changes.map(
      ({ property, before, after }) => `${property} is ${shownValue(before)} instead of ${shownValue(after)}`,
    )
    return `${object} ${id}: ${differing.join(', ')}`
  })
  return new NetworkError(
    'NOT_APPLIED',
    `the kernel took every step, but does not show the result: ${lines.join('; ')}`,
    {
      ...(first ? { object: `${first.object} ${first.id}`, step: first.equivalent } : {}),
      ...(first?.path === undefined ? {} : { path: first.path }),
    },
  )
}
