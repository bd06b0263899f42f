import type { Family } from '../ip/address.js'
import { AF_INET, AF_INET6 } from './constants.js'

/** The kernel's number of an address family. */
export function familyNumber(family: Family): number {
  if (family === 'inet') return AF_INET
  if (family === 'inet6') return AF_INET6
  throw new RangeError(`family: ${String(family)} is neither inet nor inet6`)
}

/** The family of a number; `undefined` for one that is neither IPv4 nor IPv6. */
export function familyName(number: number): Family | undefined {
  if (number === AF_INET) return 'inet'
  return number === AF_INET6 ? 'inet6' : undefined
}
