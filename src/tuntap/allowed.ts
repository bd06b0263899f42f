import { NetworkError } from '../error.js'

/** What an option can be. */
export interface Values {
  readonly words: string
  readonly include: (value: unknown) => boolean
}

/** What each option of `T` can be. */
export type Allowed<T> = { readonly [Name in keyof T]-?: Values }

/** The largest int of the kernel's. */
export const maximumInt = 2 ** 31 - 1

export const flag: Values = { words: 'true or false', include: (value) => typeof value === 'boolean' }
export const text: Values = { words: 'a text', include: (value) => typeof value === 'string' }
export const account: Values = {
  words: 'a number or a name',
  include: (value) => typeof value === 'number' || typeof value === 'string',
}

export function oneOf(...choices: readonly string[]): Values {
  return { words: choices.join(' or '), include: (value) => choices.some((choice) => choice === value) }
}

export function integer(first: number, last: number): Values {
  return {
    words: `an integer from ${first.toLocaleString('en')} to ${last.toLocaleString('en')}`,
    include: (value) => Number.isInteger(value) && Number(value) >= first && Number(value) <= last,
  }
}

/** Refuses options that there are not, and values that mean nothing; `undefined` is as if it were not given. */
export function checkAllowed<T>(options: object, allowed: Allowed<T>, object: string): void {
  const byName = new Map<string, Values>(Object.entries(allowed))
  for (const [name, value] of Object.entries(options)) {
    const values = byName.get(name)
    const problem = values
      ? `${name} must be ${values.words}`
      : `unknown option ${JSON.stringify(name)}; there are ${[...byName.keys()].join(', ')}`
    if (values && (value === undefined || values.include(value))) continue
    throw new NetworkError('INVALID_ARGUMENT', `${object}: ${problem}`, { object, attribute: name })
  }
}
