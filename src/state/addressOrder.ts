import { familyOf } from '../ip/address.js'
import type { Address } from '../rtnetlink/address.js'
import { eachInTurns, mapInTurns } from '../system/inTurns.js'
import { rest } from '../system/turns.js'
import { addressKey, subnetOf } from './address.js'
import { kernelOrder, type Placed, placed } from './kernelOrder.js'

/** The order in which addresses must be added so that the kernel keeps them as listed: IPv6 from the last one on. */
export function additionOrder(listed: readonly Address[]): Address[] {
  return [...listed.filter(isIpv4), ...listed.filter((address) => !isIpv4(address)).reverse()]
}

function isIpv4(address: Address): boolean {
  return familyOf(address.address) === 'inet'
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
  if (!promotes) for (const key of await orphans(present, stays)) stays.delete(key)
  await rest()
  const removed = present.filter((address) => !stays.has(addressKey(address)))
  return {
    // Secondaries go before their primary, so that none is lost with it.
    removed: [...removed].reverse(),
    added: additionOrder(wanted).filter((address) => !stays.has(addressKey(address))),
  }
}

/** Secondaries whose primary goes: the kernel takes them along, so that they must be added again. */
async function orphans(present: readonly Address[], stays: ReadonlySet<string>): Promise<string[]> {
  const lostSubnets = new Set<string>()
  const seen = new Set<string>()
  const lost: string[] = []
  await eachInTurns(present.filter(isIpv4), (address) => {
    const subnet = subnetOf(address)
    const isPrimary = !seen.has(subnet)
    seen.add(subnet)
    if (isPrimary && !stays.has(addressKey(address))) lostSubnets.add(subnet)
    else if (lostSubnets.has(subnet)) lost.push(addressKey(address))
  })
  return lost
}

/**
 * The kept addresses, of one family, that have to leave for a moment because additions alone do not lead to the wanted
 * order. The ones that are added last are given up first, until what remains and what is added comes out right. Whoever
 * gives up more comes out right as well, so that the least number is found by halving.
 */
async function misplaced(wanted: readonly Address[], kept: readonly Address[]): Promise<ReadonlySet<string>> {
  if (kept.length === 0) return new Set()
  const order = await mapInTurns(additionOrder(wanted), placed)
  const there = await mapInTurns(kept, placed)
  const wantedOrder = await keysInOrder(order)
  const keptKeys = new Set(there.map(({ key }) => key))
  const given = order.map(({ key }) => key).filter((key) => keptKeys.has(key))
  const lastOnes = (count: number): Set<string> => new Set(given.slice(given.length - count))
  const comesOutRight = async (count: number): Promise<boolean> => {
    await rest()
    const moved = lastOnes(count)
    const stays = there.filter(({ key }) => !moved.has(key))
    const added = order.filter(({ key }) => !keptKeys.has(key) || moved.has(key))
    return (await keysInOrder([...addedBefore(stays), ...added])) === wantedOrder
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

/** In which order addresses of a family that are there were added, as far as anyone can tell. */
function addedBefore(stays: readonly Placed[]): readonly Placed[] {
  return stays[0]?.isIpv4 ? stays : [...stays].reverse()
}

async function keysInOrder(added: readonly Placed[]): Promise<string> {
  await rest()
  return kernelOrder(added)
    .map(({ key }) => key)
    .join(',')
}
