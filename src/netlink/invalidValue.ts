import { NetworkError } from '../error.js'
import { nearest } from '../nearest.js'

/** A value that no message can hold, or a property that there is not. */
export class InvalidValue extends RangeError {
  override readonly name = 'RangeError'
  /** Whose value it is, from the outermost property on. */
  readonly path: readonly string[]
  readonly problem: string

  /** @param subject what the message is about, such as `link br0: create`; unknown while it is written */
  constructor(path: readonly string[], problem: string, subject?: string) {
    super([subject, path.join('.'), problem].filter((part) => part).join(': '))
    this.path = path
    this.problem = problem
  }
}

/** What is thrown in place of an error that the value of a property made: one that names the property. */
export function invalidUnder(name: string, error: unknown): unknown {
  if (error instanceof InvalidValue) return new InvalidValue([name, ...error.path], error.problem)
  return error instanceof RangeError ? new InvalidValue([name], error.message) : error
}

/** What is thrown in place of an error that writing a message made: one that says what it is about. */
export function invalidIn(subject: string, error: unknown): unknown {
  if (error instanceof InvalidValue) return new InvalidValue(error.path, error.problem, subject)
  return error instanceof RangeError ? new InvalidValue([], error.message, subject) : error
}

/** The error of a property that is none of the known ones. */
export function unknownProperty(name: string, known: Iterable<string>): InvalidValue {
  const meant = nearest(name, known)
  const hint = meant === undefined ? '' : `; did you mean ${meant}?`
  return new InvalidValue([], `unknown property ${JSON.stringify(name)}${hint}`)
}

/** The error of the result where a value was out of its range. */
export function invalidArgument(error: RangeError): NetworkError {
  const attribute = error instanceof InvalidValue ? error.path.join('.') : ''
  return new NetworkError('INVALID_ARGUMENT', error.message, {
    cause: error,
    ...(attribute === '' ? {} : { attribute }),
  })
}
