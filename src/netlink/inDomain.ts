import type { Domain } from './codec.js'

/**
 * Refuses what is no value of a domain of numbers or of truth values, for codecs that reckon with it before it is
 * written: arithmetic takes `null` for 0, and `true` for 1.
 */
export function checkInDomain(domain: Domain, value: unknown): void {
  const problem = problemOf(domain, value)
  if (problem !== undefined) throw new RangeError(`${String(value)} ${problem}`)
}

function problemOf(domain: Domain, value: unknown): string | undefined {
  switch (domain.type) {
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'is neither true nor false'
    case 'integer': {
      const { minimum, maximum } = domain
      const isInside = Number.isInteger(value) && isWithin(value, minimum, maximum)
      return isInside ? undefined : `is not an integer from ${minimum} to ${maximum}`
    }
    case 'bigint':
      return typeof value === 'bigint' && value >= 0n && value < 1n << 64n
        ? undefined
        : 'is not a bigint from 0 to 2^64-1'
    case 'seconds': {
      const { minimum = 0, maximum } = domain
      return isWithin(value, minimum, maximum) ? undefined : `is not a number of seconds from ${minimum} to ${maximum}`
    }
    case 'rate': {
      const isInside = Number.isInteger(value) && isWithin(value, 0, Number.MAX_SAFE_INTEGER)
      return isInside ? undefined : 'is not a whole number of bits a second'
    }
    case 'percent':
      return isWithin(value, 0, 100) ? undefined : 'is not a number from 0 to 100'
    case 'handle': {
      const isHandle = typeof value === 'string' && /^(?:root|ingress|[0-9a-f]{1,4}:[0-9a-f]{0,4})$/i.test(value)
      return isHandle ? undefined : 'is no name of a qdisc or a class, such as 1: or 1:10'
    }
    default:
      return undefined
  }
}

function isWithin(value: unknown, minimum: number, maximum: number): boolean {
  return typeof value === 'number' && value >= minimum && value <= maximum
}
