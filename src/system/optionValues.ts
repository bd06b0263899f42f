import { NetworkError } from '../error.js'
import { isRecord } from '../ownValue.js'
import { inThousands } from './inThousands.js'

/** What an option can be. */
export interface Values {
  /** Completes "is not …" and "must be …". */
  readonly words: string
  readonly include: (value: unknown) => boolean
}

/** What each option of `T` can be. */
export type Allowed<T> = { readonly [Name in keyof T]-?: Values }

/** The largest int of the kernel's. */
export const maximumInt = 2 ** 31 - 1

/** Refuses what options cannot be read of, as a program without types may give it. */
export function checkObject(options: unknown, object?: string): void {
  if (isRecord(options)) return
  const shown = Array.isArray(options) ? 'a list' : String(options)
  const about = object === undefined ? '' : `${object}: `
  throw new NetworkError('INVALID_ARGUMENT', `${about}${shown} is no object of options`)
}

/**
 * Refuses options that there are not, and values that mean nothing; `undefined` is as if it were not given.
 * @param object whose options they are, for the error
 */
export function checkAllowed<T>(options: object, allowed: Allowed<T>, object?: string): void {
  checkObject(options, object)
  const byName = new Map<string, Values>(Object.entries(allowed))
  for (const [name, value] of Object.entries(options)) {
    const values = byName.get(name)
    const problem = values
      ? `${name} must be ${values.words}`
      : `unknown option ${JSON.stringify(name)}; there are ${[...byName.keys()].join(', ')}`
    if (values && (value === undefined || values.include(value))) continue
    const about = object === undefined ? {} : { object }
    throw new NetworkError('INVALID_ARGUMENT', object === undefined ? problem : `${object}: ${problem}`, {
      ...about,
      attribute: name,
    })
  }
}

export function ofType(type: 'boolean' | 'string' | 'number' | 'function', words: string): Values {
  return { words, include: (value) => typeof value === type }
}

export const flag: Values = ofType('boolean', 'true or false')
export const text: Values = ofType('string', 'a text')
export const callback: Values = ofType('function', 'a function')

/** The user or the group that may use something. */
export const account: Values = {
  words: 'a number or a name',
  include: (value) => typeof value === 'number' || typeof value === 'string',
}

export const pathText: Values = {
  words: 'a path',
  include: (value) => typeof value === 'string' && value !== '' && !value.includes('\0'),
}

/** Not by its class: every realm, such as that of a test runner, has its own. */
export const abortSignal: Values = {
  words: 'an AbortSignal',
  include: (value) => typeof value === 'object' && value !== null && 'aborted' in value && 'reason' in value,
}

/** A deadline that is looked at again and again; without end where it is Infinity. */
export const deadline: Values = {
  words: 'a number of milliseconds',
  include: (value) => typeof value === 'number' && value >= 0,
}

export function oneOf(...choices: readonly string[]): Values {
  const words = `${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`
  return { words, include: (value) => choices.some((choice) => choice === value) }
}

export function integer(first: number, last: number): Values {
  return {
    words: `an integer from ${inThousands(first)} to ${inThousands(last)}`,
    include: (value) => Number.isInteger(value) && Number(value) >= first && Number(value) <= last,
  }
}
