import { familyOf } from '../ip/address.js'
import { isLinkLocal, isSiteLocal } from '../ip/linkLocal.js'
import { parsePrefix } from '../ip/prefix.js'
import type { Address } from '../rtnetlink/address.js'
import { rest } from '../system/turns.js'
import { addressKey, subnetOf } from './address.js'

/** RTA scopes from wide to narrow, as the kernel numbers them. */
const scopeNumbers: Readonly<Record<string, number>> = { global: 0, site: 200, link: 253, host: 254, nowhere: 255 }

function scopeOf(address: Address): number {
  return scopeNumbers[address.scope ?? defaultScope(address)] ?? Number(address.scope)
}

/** The scope of an address that is given none: for IPv4 iproute2's choice (ipaddress.c, default_scope), for IPv6 fixed. */
export function defaultScope({ address }: Pick<Address, 'address'>): string {
  if (address.startsWith('127.') || address.startsWith('::1/')) return 'host'
  // It is asked of many addresses many times, and most need not be read for it.
  if (!address.startsWith('fe')) return 'global'
  const { bytes = new Uint8Array(0) } = parsePrefix(address) ?? {}
  if (isLinkLocal(bytes)) return 'link'
  return isSiteLocal(bytes) ? 'site' : 'global'
}

/**
 * The order in which the kernel keeps addresses that were added one after another.
 *
 * IPv4 (net/ipv4/devinet.c, __inet_insert_ifa): the first of a subnet is primary and stands behind the primaries of
 * its scope and narrower ones; every further one is secondary and goes to the end. IPv6 (net/ipv6/addrconf.c,
 * ipv6_link_dev_addr): a new one stands before all others of its scope.
 */
export function kernelOrder(added: readonly Address[]): Address[] {
  return [...ipv4Order(added.filter(isIpv4)), ...ipv6Order(added.filter((address) => !isIpv4(address)))]
}

/** The order in which addresses must be added so that the kernel keeps them as listed: IPv6 from the last one on. */
export function additionOrder(listed: readonly Address[]): Address[] {
  return [...listed.filter(isIpv4), ...listed.filter((address) => !isIpv4(address)).reverse()]
}

function isIpv4(address: Address): boolean {
  return familyOf(address.address) === 'inet'
}

function ipv4Order(added: readonly Address[]): Address[] {
  const primaries: Address[] = []
  const secondaries: Address[] = []
  const subnets = new Set<string>()
  for (const address of added) {
    const subnet = subnetOf(address)
    if (subnets.has(subnet)) secondaries.push(address)
    else primaries.push(address)
    subnets.add(subnet)
  }
  return [...primaries.sort((a, b) => scopeOf(b) - scopeOf(a)), ...secondaries]
}

function ipv6Order(added: readonly Address[]): Address[] {
  const scopes = new Map(added.map((address) => [address, ipv6Scope(address)]))
  return [...added].reverse().sort((a, b) => (scopes.get(a) ?? 0) - (scopes.get(b) ?? 0))
}

/** The wider the scope, the nearer to the front: global before link-local. */
function ipv6Scope(address: Address): number {
  return scopeNumbers[defaultScope(address)] ?? 0
}

/** What becomes of an address list. */
export interface AddressMoves {
  /** Addresses to take away, in this order. */
  readonly removed: readonly Address[]
  /** Addresses to add afterwards, in this order. Some may be among the removed ones: they change places. */
  readonly added: readonly Address[]
}

/**
 * What must be taken away and added so that a link has the wanted addresses in the wanted order.
 * @param wanted as the spec lists them
 * @param present as the kernel has them; only those that a list stands for
 * @param unusable keys of present addresses that must be made anew, since a property of theirs cannot be changed
 * @param promotes whether a secondary IPv4 address outlives its primary
 */
export async function addressMoves(
  wanted: readonly Address[],
  present: readonly Address[],
  unusable: ReadonlySet<string>,
  promotes: boolean,
): Promise<AddressMoves> {
  const wantedKeys = new Set(wanted.map(addressKey))
  const kept = present.filter((address) => wantedKeys.has(addressKey(address)) && !unusable.has(addressKey(address)))
  const movable = new Set<string>()
  for (const family of ['inet', 'inet6'] as const) {
    const ofFamily = (address: Address): boolean => familyOf(address.address) === family
    for (const key of await misplaced(wanted.filter(ofFamily), kept.filter(ofFamily))) movable.add(key)
  }
  await rest()
  const stays = new Set(kept.map(addressKey).filter((key) => !movable.has(key)))
  if (!promotes) for (const key of orphans(present, stays)) stays.delete(key)
  await rest()
  const removed = present.filter((address) => !stays.has(addressKey(address)))
  return {
    // Secondaries go before their primary, so that none is lost with it.
    removed: [...removed].reverse(),
    added: additionOrder(wanted).filter((address) => !stays.has(addressKey(address))),
  }
}

/** Secondaries whose primary goes: the kernel takes them along, so that they must be added again. */
function orphans(present: readonly Address[], stays: ReadonlySet<string>): string[] {
  const lostSubnets = new Set<string>()
  const seen = new Set<string>()
  const lost: string[] = []
  for (const address of present.filter(isIpv4)) {
    const subnet = subnetOf(address)
    const isPrimary = !seen.has(subnet)
    seen.add(subnet)
    if (isPrimary && !stays.has(addressKey(address))) lostSubnets.add(subnet)
    else if (lostSubnets.has(subnet)) lost.push(addressKey(address))
  }
  return lost
}

/**
 * The kept addresses that have to leave for a moment because additions alone do not lead to the wanted order. The
 * ones that are added last are given up first, until what remains and what is added comes out right. Whoever gives up
 * more comes out right as well, so that the least number is found by halving.
 */
async function misplaced(wanted: readonly Address[], kept: readonly Address[]): Promise<ReadonlySet<string>> {
  const order = additionOrder(wanted)
  await rest()
  const wantedOrder = kernelOrder(order).map(addressKey).join(',')
  await rest()
  const keptKeys = new Set(kept.map(addressKey))
  const given = order.map(addressKey).filter((key) => keptKeys.has(key))
  const lastOnes = (count: number): Set<string> => new Set(given.slice(given.length - count))
  const comesOutRight = async (count: number): Promise<boolean> => {
    await rest()
    const moved = lastOnes(count)
    const stays = kept.filter((address) => !moved.has(addressKey(address)))
    const added = order.filter((address) => !keptKeys.has(addressKey(address)) || moved.has(addressKey(address)))
    await rest()
    return resultingOrder(stays, added).join(',') === wantedOrder
  }
  if (await comesOutRight(0)) return new Set()
  let [tooFew, enough] = [0, given.length]
  while (enough - tooFew > 1) {
    const half = (tooFew + enough) >> 1
    if (await comesOutRight(half)) enough = half
    else tooFew = half
  }
  return lastOnes(enough)
}

/** The order after additions to a list that is in the kernel's order already. */
function resultingOrder(stays: readonly Address[], added: readonly Address[]): string[] {
  const isIpv6 = [...stays, ...added].some((address) => !isIpv4(address))
  // What stands in the kernel's order was, as far as anyone can tell, added in that order; IPv6 the other way round.
  const before = isIpv6 ? [...stays].reverse() : stays
  return kernelOrder([...before, ...added]).map(addressKey)
}
