import type { Family } from '../ip/address.js'
import { AF_INET, AF_INET6 } from './constants.js'

/** The kernel's number of an address family. */
export function familyNumber(family: Family): number {
  return family === 'inet' ? AF_INET : AF_INET6
}

/** The family of a number; `undefined` for one that is neither IPv4 nor IPv6. */
export function familyName(number: number): Family | undefined {
  if (number === AF_INET) return 'inet'
  return number === AF_INET6 ? 'inet6' : undefined
}
