import { NetworkError } from '../error.js'

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
export function checkObject(options: unknown): void {
  if (typeof options === 'object' && options !== null) return
  throw new NetworkError('INVALID_ARGUMENT', `${String(options)} is no object of options`)
}

export function ofType(type: 'boolean' | 'string' | 'number' | 'function', words: string): Values {
  return { words, include: (value) => typeof value === type }
}

export const flag: Values = ofType('boolean', 'true or false')
export const text: Values = ofType('string', 'a text')

export function oneOf(...choices: readonly string[]): Values {
  const words = `${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`
  return { words, include: (value) => choices.some((choice) => choice === value) }
}

export function integer(first: number, last: number): Values {
  return {
    words: `an integer from ${first.toLocaleString('en')} to ${last.toLocaleString('en')}`,
    include: (value) => Number.isInteger(value) && Number(value) >= first && Number(value) <= last,
  }
}
