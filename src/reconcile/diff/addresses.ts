import { familyOf } from '../../ip/address.js'
import { addressNames } from '../../network/propertyNames.js'
import type { Address, ListedAddress } from '../../rtnetlink/address.js'
import { defined } from '../../rtnetlink/defined.js'
import { addressDifferences, addressKey, isChangedInPlace, isManageable, subnetOf } from '../../state/address.js'
import { addressMoves } from '../../state/addressOrder.js'
import type { DesiredLink } from '../../state/desired.js'
import type { PropertyChange } from '../../state/equal.js'
import { eachInTurns, mapInTurns } from '../../system/inTurns.js'
import { rest } from '../../system/turns.js'
import { Phase } from '../steps/step.js'
import { tagOfAddress } from './boundAddresses.js'
import { addStep, type DiffContext } from './context.js'
import { hasPrefixRoute, leftPrefixRoutes } from './leftPrefixRoutes.js'
import { findLink, lastingNeighbors } from './lookup.js'
import { addressesOnceUp } from './loopbackAddresses.js'
import { newProperties } from './newProperties.js'
import { routeStep } from './routeStep.js'

/** Steps for the addresses of all links that the spec lists addresses for. */
export async function diffAddresses(context: DiffContext): Promise<void> {
  for (const wanted of context.desired.links) {
    if (!wanted.addresses) continue
    await rest()
    await diffLinkAddresses(context, wanted, wanted.addresses)
  }
}

async function diffLinkAddresses(context: DiffContext, link: DesiredLink, wanted: readonly Address[]): Promise<void> {
  const record = findLink(context, link.name)
  const name = record?.link.name ?? link.name
  const wantedByKey = new Map(wanted.map((address) => [addressKey(address), address]))
  await rest()
  const present = addressesOnceUp(link, record).filter(
    (address) => isManageable(address) || wantedByKey.has(addressKey(address)),
  )
  await rest()
  const presentByKey = new Map(present.map((address) => [addressKey(address), address]))
  const unusable = new Set<string>()
  const sharesSubnet = subnetSharing(present, wanted)
  await eachInTurns(wantedByKey, ([key, address]) => {
    const actual = presentByKey.get(key)
    const changes = actual ? addressDifferences(address, actual, link.exact) : []
    if (!actual || changes.length === 0) return
    if (isChangedInPlace(address, changes) && !(changesRoute(address, changes) && sharesSubnet(address)))
      updateAddress(context, link, name, address, actual, changes)
    else unusable.add(key)
  })
  const moves = await addressMoves(wanted, present, unusable, context.actual.promoteSecondaries)
  await rest()
  const addedKeys = new Set(moves.added.map(addressKey))
  // Without any to be removed it need not be known, and it takes a while to tell.
  const addedSubnets = new Set(moves.removed.length === 0 ? [] : await mapInTurns(moves.added, subnetOf))
  const early = new Set<Address>()
  await eachInTurns(moves.removed, (address) => {
    if (addedKeys.has(addressKey(address)) || addedSubnets.has(subnetOf(address))) early.add(address)
  })
  await eachInTurns(early, (address) => {
    removeAddress(context, link, name, address, addedKeys.has(addressKey(address)))
  })
  await eachInTurns(moves.added, (address) => {
    addAddress(context, link, name, address, presentByKey.get(addressKey(address)))
  })
  const empties = !wanted.some(isIpv4) && hasNeighbors(context, name)
  await eachInTurns(moves.removed, (address) => {
    if (!early.has(address)) removeAddress(context, link, name, address, empties && isIpv4(address))
  })
  if (!moves.removed.some(hasPrefixRoute)) return
  await rest()
  const removed = new Set(moves.removed.map(addressKey))
  const left = [
    ...(record?.addresses ?? []).filter((address) => !removed.has(addressKey(address))),
    ...(await mapInTurns(moves.added, (address) =>
      addedForm(context, link, address, presentByKey.get(addressKey(address))),
    )),
    ...wanted.filter(({ metric }) => metric !== undefined),
  ]
  for (const route of await leftPrefixRoutes(context, name, moves.removed, left)) {
    const step = routeStep({ type: 'deleteRoute', route }, defined({ path: link.path }))
    addStep(context, { ...step, needs: [`addresses ${name}`] })
  }
}

/**
 * Whether a change in place is one of the prefix route of an IPv6 address: the kernel makes it to the first such route of
 * the link, which may be that of another address (net/ipv6/addrconf.c, modify_prefix_route).
 */
function changesRoute(address: Address, changes: readonly PropertyChange[]): boolean {
  return !isIpv4(address) && changes.some(({ property }) => property === 'metric' || property === 'noPrefixRoute')
}

/** Tells whether an address has others beside it in its subnet. */
function subnetSharing(...lists: readonly (readonly Address[])[]): (address: Address) => boolean {
  let known: Map<string, Set<string>> | undefined
  return (address) => {
    known ??= keysBySubnet(lists.flat())
    return (known.get(subnetOf(address))?.size ?? 0) > 1
  }
}

function keysBySubnet(addresses: readonly Address[]): Map<string, Set<string>> {
  const keys = new Map<string, Set<string>>()
  for (const address of addresses) {
    const subnet = subnetOf(address)
    keys.set(subnet, (keys.get(subnet) ?? new Set()).add(addressKey(address)))
  }
  return keys
}

function isIpv4({ address }: Address): boolean {
  return familyOf(address) === 'inet'
}

/** Whether there are IPv4 neighbors that go with the last address and are put back (net/ipv4/fib_frontend.c). */
function hasNeighbors(context: DiffContext, name: string): boolean {
  return lastingNeighbors(context, name).some(({ address }) => familyOf(address) === 'inet')
}

/** How plans name an address. */
function idOf(address: Address, name: string): string {
  return `${address.address}${address.peer === undefined ? '' : ` peer ${address.peer}`} dev ${name}`
}

function updateAddress(
  context: DiffContext,
  link: DesiredLink,
  name: string,
  address: Address,
  actual: ListedAddress,
  changes: readonly PropertyChange[],
): void {
  addStep(context, {
    action: 'update',
    object: 'address',
    id: idOf(address, name),
    changes,
    path: link.path === undefined ? undefined : `${link.path}/addresses`,
    phase: Phase.address,
    provides: [`addresses ${name}`],
    needs: linkNeeds(name),
    // The kernel takes a protocol that is left out for none, and the mark would be lost.
    operation: { type: 'replaceAddress', address: { ...address, ...protocolOf(address, actual), dev: name } },
  })
}

function removeAddress(
  context: DiffContext,
  link: DesiredLink,
  name: string,
  address: Address,
  comesBack: boolean,
): void {
  addStep(context, {
    action: 'delete',
    object: 'address',
    id: idOf(address, name),
    changes: [],
    path: link.path === undefined ? undefined : `${link.path}/addresses`,
    disruption: comesBack ? 'address-gap' : 'none',
    phase: Phase.address,
    provides: [`addresses ${name}`],
    needs: linkNeeds(name),
    operation: { type: 'deleteAddress', address: { ...address, dev: name } },
  })
}

function addAddress(
  context: DiffContext,
  link: DesiredLink,
  name: string,
  address: Address,
  before: ListedAddress | undefined,
): void {
  const { address: _address, dev: _dev, peer: _peer, ...properties } = address
  addStep(context, {
    action: 'create',
    object: 'address',
    id: idOf(address, name),
    changes: newProperties(addressNames, properties),
    path: link.path === undefined ? undefined : `${link.path}/addresses`,
    disruption: before ? 'address-gap' : 'none',
    phase: Phase.address,
    provides: [`addresses ${name}`, `address ${familyOf(address.address)}`, tagOfAddress(address.address)],
    needs: linkNeeds(name),
    operation: { type: 'addAddress', address: { ...addedForm(context, link, address, before), dev: name } },
  })
}

/** One that changes places keeps what the spec does not say of it. */
function addedForm(
  context: DiffContext,
  link: DesiredLink,
  address: Address,
  before: ListedAddress | undefined,
): Address {
  return before && !link.exact ? restated(before, address) : { ...address, ...markOf(address, context) }
}

function markOf({ protocol }: Address, { owner }: DiffContext): Pick<Address, 'protocol'> {
  return protocol === undefined && owner ? { protocol: owner.protocol } : {}
}

function protocolOf(address: Address, before: ListedAddress): Pick<Address, 'protocol'> {
  const protocol = address.protocol ?? before.protocol
  return protocol === undefined ? {} : { protocol }
}

function restated(before: ListedAddress, address: Address): Address {
  const { broadcast, scope, label, metric, noPrefixRoute, protocol } = before
  const { home, manageTemporaryAddress, noDad, autoJoin } = before
  const flags = { home, manageTemporaryAddress, noDad, autoJoin }
  const had = Object.entries({ broadcast, scope, label, metric, noPrefixRoute, protocol, ...flags }).filter(
    ([, value]) => value !== undefined,
  )
  return { ...Object.fromEntries(had), ...address }
}

function linkNeeds(name: string): string[] {
  return [`link ${name}`, `configured ${name}`, `changed ${name}`]
}
