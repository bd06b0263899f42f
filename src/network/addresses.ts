import { NetworkError } from '../error.js'
import { parsePrefix } from '../ip/prefix.js'
import type { RequestOptions } from '../netlink/exchange.js'
import type { Result } from '../result.js'
import {
  type Address,
  type AddressFilter,
  decodeAddress,
  deleteAddress,
  dumpAddresses,
  type ListedAddress,
  newAddress,
  replaceAddress,
} from '../rtnetlink/address.js'
import { checkFilter, family, link } from './filter.js'
import { type ListOptions, Objects } from './objects.js'
import { checkKept, known, part } from './properties.js'
import { addressNames } from './propertyNames.js'

/** The addresses of a network's links: `ip address`. */
export class Addresses extends Objects {
  /** Adds an address: `ip address add`. An existing one is the error `EEXIST`. */
  create(address: Address, options: RequestOptions = {}): Promise<Result<void>> {
    return this.send((context) => newAddress(known(address, addressNames, 'address'), context), options)
  }

  /** {@link create}, by `ip`'s word. */
  add(address: Address, options: RequestOptions = {}): Promise<Result<void>> {
    return this.create(address, options)
  }

  /**
   * Adds an address or changes its lifetimes, metric and flags: `ip address replace`. The kernel ignores a changed
   * label, and for IPv6 a changed prefix length; delete and create the address for these.
   */
  replace(address: Address, options: RequestOptions = {}): Promise<Result<void>> {
    return this.send((context) => replaceAddress(known(address, addressNames, 'address'), context), options)
  }

  /**
   * Changes lifetimes, metric and flags of an address and leaves the rest of it: `ip address change`. A shorter valid
   * lifetime shortens the preferred one. A missing address is the error `EADDRNOTAVAIL`.
   */
  update(
    address: Pick<Address, 'address' | 'dev' | 'peer'>,
    changes: Omit<Partial<Address>, 'address' | 'dev' | 'peer'>,
    options: RequestOptions = {},
  ): Promise<Result<void>> {
    return this.session.run(options, async (request) => {
      part(changes, addressNames, 'address')
      const onLink = await this.#list({ dev: known(address, addressNames, 'address').dev }, request)
      const current = onLink.find((candidate) => isSame(candidate, address))
      if (!current) {
        const object = `address ${address.address} dev ${address.dev}`
        throw new NetworkError('EADDRNOTAVAIL', `${object}: update: does not exist (EADDRNOTAVAIL)`, { object })
      }
      const wanted: Address = { ...current, ...shorterPreferred(current, changes), ...changes }
      checkKept<Address>(current, wanted, ['address', 'dev', 'peer'], 'address')
      await this.sendOrThrow((context) => [replaceAddress(wanted, context)], request)
    })
  }

  /** Removes an address: `ip address delete`. */
  delete(address: Address, options: RequestOptions = {}): Promise<Result<void>> {
    return this.send((context) => deleteAddress(known(address, addressNames, 'address'), context), options)
  }

  /** Lists addresses in the kernel's order: `ip address`. A filter works in the kernel. */
  list(filter: AddressFilter = {}, options: ListOptions = {}): Promise<Result<readonly ListedAddress[]>> {
    return this.session.runList(options, (request) => this.#list(filter, request))
  }

  #list(filter: AddressFilter, options: ListOptions): Promise<readonly ListedAddress[]> {
    checkFilter<AddressFilter>(filter, { family, dev: link }, 'addresses.list')
    return this.dumpAll((context) => dumpAddresses(filter, context), decodeAddress, options)
  }
}

function isSame(listed: ListedAddress, { address, peer }: Pick<Address, 'address' | 'peer'>): boolean {
  if (!sameBytes(listed.address, address)) return false
  if (peer !== undefined) return listed.peer !== undefined && sameBytes(listed.peer, peer)
  return !address.includes('/') || listed.peer !== undefined || sameLength(listed.address, address)
}

function sameBytes(one: string, other: string): boolean {
  const bytes = parsePrefix(other)?.bytes
  return bytes !== undefined && Buffer.compare(parsePrefix(one)?.bytes ?? new Uint8Array(), bytes) === 0
}

function sameLength(one: string, other: string): boolean {
  return parsePrefix(one)?.length === parsePrefix(other)?.length
}

/** No address is preferred for longer than it is valid (net/ipv4/devinet.c, net/ipv6/addrconf.c). */
function shorterPreferred(
  { preferredLifetime = 'forever' }: Address,
  { validLifetime = 'forever' }: Partial<Address>,
): Pick<Address, 'preferredLifetime'> {
  const isTooLong =
    validLifetime !== 'forever' && (preferredLifetime === 'forever' || preferredLifetime > validLifetime)
  return isTooLong ? { preferredLifetime: validLifetime } : {}
}
