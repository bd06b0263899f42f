import { NetworkError } from '../error.js'
import { type Allowed, checkObject, type Values } from '../system/optionValues.js'

export const account: Values = {
  words: 'a number or a name',
  include: (value) => typeof value === 'number' || typeof value === 'string',
}

/** Refuses options that there are not, and values that mean nothing; `undefined` is as if it were not given. */
export function checkAllowed<T>(options: object, allowed: Allowed<T>, object: string): void {
  checkObject(options)
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
