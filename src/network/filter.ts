import { type Allowed, checkAllowed, maximumInt, oneOf, type Values } from '../system/optionValues.js'

/** IPv4 or IPv6. */
export const family: Values = oneOf('inet', 'inet6')

/** Which link is meant. */
export const link: Values = {
  words: 'the name or the index of a link',
  include: (value) =>
    (typeof value === 'string' && value !== '') ||
    (Number.isInteger(value) && Number(value) > 0 && Number(value) <= maximumInt),
}

/** Refuses a filter that means nothing: what a misspelt one lists, everything, its caller may go on to delete. */
export function checkFilter<T>(filter: object, allowed: Allowed<T>, call: string): void {
  checkAllowed(filter, allowed, `${call}: filter`)
}
