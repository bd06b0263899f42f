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
import { type ListResult, Objects } from './objects.js'

/** The addresses of a network's links: `ip address`. */
export class Addresses extends Objects {
  /** Adds an address: `ip address add`. An existing one is the error `EEXIST`. */
  create(address: Address, options: RequestOptions = {}): Promise<Result<void>> {
    return this.send((context) => newAddress(address, context), options)
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
    return this.send((context) => replaceAddress(address, context), options)
  }

  /** Removes an address: `ip address delete`. */
  delete(address: Address, options: RequestOptions = {}): Promise<Result<void>> {
    return this.send((context) => deleteAddress(address, context), options)
  }

  /** Lists addresses in the kernel's order: `ip address`. A filter works in the kernel. */
  list(filter: AddressFilter = {}, options: RequestOptions = {}): Promise<Result<ListResult<ListedAddress>>> {
    return this.dumpAll((context) => dumpAddresses(filter, context), decodeAddress, options)
  }
}
