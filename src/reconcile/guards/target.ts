import { NetworkError } from '../../error.js'
import { castOf, familyOf, parseAddress } from '../../ip/address.js'
import { isLinkLocal } from '../../ip/linkLocal.js'
import { type Allowed, checkAllowed, text, type Values } from '../../system/optionValues.js'

/** Where a guard asks, and by which way. */
export interface Target {
  readonly address: Uint8Array
  readonly source: Uint8Array | undefined
  readonly interface: string | undefined
  /** Milliseconds. */
  readonly timeout: number
}

/** What every guard that asks over the network takes. */
export interface ReachOptions {
  /** Milliseconds until the guard fails. Default 5,000. */
  readonly timeout?: number
  /** The address to ask from, an IP address of the namespace. Default: the kernel's choice. */
  readonly source?: string
  /** The link to ask through, as `ping -I LINK`; a link-local address needs it. Default: what the routes say. */
  readonly interface?: string
}

/** Above 0 and within what a timer can wait. */
export const span: Values = {
  words: 'a number of milliseconds above 0',
  include: (value) => typeof value === 'number' && value > 0 && value < 2 ** 31,
}

/** What every guard that asks over the network can be told. */
export const reachValues: Allowed<ReachOptions> = { timeout: span, source: text, interface: text }

/** Checks what a guard is made with; whatever is wrong is the error `INVALID_ARGUMENT`. */
export function checkedTarget<T extends ReachOptions>(
  what: string,
  address: string,
  options: T,
  allowed: Allowed<T>,
): Target {
  checkAllowed(options, allowed, what)
  const bytes = checkedAddress(what, address)
  const source = options.source === undefined ? undefined : checkedAddress(`${what}: source`, options.source)
  if (source && source.length !== bytes.length) {
    throw invalid(`${what}: source ${options.source} is of another family than ${address}`)
  }
  const link = options.interface
  if (link !== undefined && !/^[^\s/:\0]{1,15}$/.test(link)) {
    throw invalid(`${what}: interface ${JSON.stringify(link)} is no name of a link`)
  }
  if (link === undefined && isLinkLocal(bytes)) {
    throw invalid(`${what}: ${address} is a link-local address, which needs the option interface`)
  }
  return { address: bytes, source, interface: link, timeout: options.timeout ?? 5000 }
}

/** The error of an argument. */
export function invalid(message: string): NetworkError {
  return new NetworkError('INVALID_ARGUMENT', message)
}

function checkedAddress(what: string, address: unknown): Uint8Array {
  const bytes = typeof address === 'string' ? parseAddress(address) : undefined
  if (!bytes) {
    // A name would have to be resolved, by a server that the change may have cut off.
    throw invalid(`${what}: ${JSON.stringify(address)} is no IPv4 or IPv6 address (names and zones are not taken)`)
  }
  if (castOf(bytes) === 'multicast') throw invalid(`${what}: ${address} is the address of a group`)
  if (bytes.every((byte) => byte === 0)) throw invalid(`${what}: ${address} is nobody's address`)
  return bytes
}

/** The number of the address family of a socket. */
export function socketFamily(address: Uint8Array): number {
  return familyOf(address) === 'inet' ? AF_INET : AF_INET6
}

const AF_INET = 2
const AF_INET6 = 10
