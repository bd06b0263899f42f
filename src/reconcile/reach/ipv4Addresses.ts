import { familyOf } from '../../ip/address.js'
import type { Address } from '../../rtnetlink/address.js'
import { addressKey, subnetOf } from '../../state/address.js'

/** The IPv4 addresses of a link as steps go on: the first of a subnet is its primary one. */
export class Ipv4Addresses {
  readonly #subnets = new Map<string, Set<string>>()
  #size = 0

  constructor(addresses: readonly Address[]) {
    for (const one of addresses) if (familyOf(one.address) === 'inet') this.add(one)
  }

  /** How many there are. */
  get size(): number {
    return this.#size
  }

  /** Adds one behind the others of its subnet. */
  add(address: Address): void {
    const subnet = subnetOf(address)
    const keys = this.#subnets.get(subnet) ?? new Set()
    this.#size -= keys.size
    this.#subnets.set(subnet, keys.add(addressKey(address)))
    this.#size += keys.size
  }

  /** Deletes one, and its secondaries with a primary one unless they are promoted; gives the keys of all that go. */
  delete(address: Address, promotes: boolean): readonly string[] {
    const subnet = subnetOf(address)
    const keys = this.#subnets.get(subnet)
    const key = addressKey(address)
    if (!keys?.has(key)) return []
    const [primary] = keys
    const gone = key === primary && !promotes ? [...keys] : [key]
    for (const one of gone) keys.delete(one)
    this.#size -= gone.length
    if (keys.size === 0) this.#subnets.delete(subnet)
    return gone
  }
}
