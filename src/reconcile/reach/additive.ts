import { familyOf } from '../../ip/address.js'
import { peerOf } from '../../rtnetlink/pair.js'
import type { NetworkState } from '../../state/model.js'
import { isLastingNeighbor } from '../../state/neighbor.js'
import { followsPorts, mtuOfNew } from '../../state/portsMtu.js'
import { everyInTurns } from '../../system/inTurns.js'
import { linkOf, newMasterOf, type Operation } from '../steps/operation.js'
import { namespacesMade, type PlannedStep } from '../steps/step.js'

const additions: ReadonlySet<Operation['type']> = new Set([
  'createLink',
  'updateLink',
  'addAddress',
  'addFdbEntry',
  'addRoute',
  'addRule',
  'addNeighbor',
])

/** Whether steps only add: then nothing goes along with them that nobody named, nor where they are undone. */
export async function isAdditive(
  steps: readonly PlannedStep[],
  states: ReadonlyMap<string, NetworkState>,
): Promise<boolean> {
  const withPorts = new Map<string, Set<string>>()
  const made = new Set(namespacesMade(steps))
  let ends: ReturnType<typeof mtusOfOtherEnds> | undefined
  let links: ReturnType<typeof linksMade> | undefined
  const adds = ({ action, operation, namespace = '' }: PlannedStep): boolean => {
    // A namespace that is made goes with all that is in it.
    if (operation.type === 'changeFirewall' || operation.type === 'createNamespace' || made.has(namespace)) return true
    if (action === 'update' && operation.type === 'updateLink') {
      links ??= linksMade(steps)
      return links.get(namespace)?.has(operation.name) ?? false
    }
    if (!additions.has(operation.type) || action !== 'create') return false
    const state = states.get(namespace)
    if (operation.type === 'updateLink') ends ??= mtusOfOtherEnds(steps)
    const end = operation.type === 'updateLink' ? ends?.get(namespace)?.get(operation.name) : undefined
    if (changesMaster(operation, state, end) || isFirstAddress(operation, state)) return false
    const master = newMasterOf(operation)
    if (master !== undefined) withPorts.set(namespace, (withPorts.get(namespace) ?? new Set()).add(master))
    return true
  }
  if (!(await everyInTurns(steps, adds))) return false
  return [...withPorts].every(([namespace, masters]) => !hasNeighbors(masters, states.get(namespace)))
}

/** The names of new links, by namespace. */
function linksMade(steps: readonly PlannedStep[]): ReadonlyMap<string, ReadonlySet<string>> {
  const links = new Map<string, Set<string>>()
  for (const { action, operation, namespace = '' } of steps) {
    if (operation.type !== 'createLink' || action !== 'create') continue
    links.set(namespace, (links.get(namespace) ?? new Set()).add(operation.link.name))
  }
  return links
}

/** Whether links have neighbors that somebody entered: a master that gets the MAC address of a new port loses them. */
function hasNeighbors(links: ReadonlySet<string>, state: NetworkState | undefined): boolean {
  return state?.neighbors.some((neighbor) => links.has(String(neighbor.dev)) && isLastingNeighbor(neighbor)) ?? false
}

/**
 * Whether a link that is there gets its first IPv4 address: with its last one it loses all IPv4 routes and neighbors,
 * also those that it had without any (net/ipv4/fib_frontend.c, fib_inetaddr_event).
 */
function isFirstAddress(operation: Operation, state: NetworkState | undefined): boolean {
  if (operation.type !== 'addAddress' || familyOf(operation.address.address) !== 'inet') return false
  const there = state?.links.get(String(operation.address.dev))
  return there !== undefined && !there.addresses.some(({ address }) => familyOf(address) === 'inet')
}

/**
 * Whether a new port has another MTU than its master, which may follow it, and with it whatever stands on that.
 *
 * @param madeWith the MTU that the port was made with as the other end of a pair
 */
function changesMaster(operation: Operation, state: NetworkState | undefined, madeWith: number | undefined): boolean {
  const master = newMasterOf(operation)
  const there = master === undefined ? undefined : state?.links.get(master)
  const port = linkOf(operation)
  if (!there || !port || !followsPorts(there.link)) return false
  const { link, portsMtu = link.mtu } = there
  // One that does not have the smallest MTU of its ports was given its own.
  return (port.mtu ?? madeWith ?? mtuOfNew(port)) !== link.mtu && portsMtu === link.mtu
}

/** The MTUs that new pairs give their other ends, by namespace and name. */
function mtusOfOtherEnds(steps: readonly PlannedStep[]): ReadonlyMap<string, ReadonlyMap<string, number>> {
  const mtus = new Map<string, Map<string, number>>()
  for (const { operation, namespace = '' } of steps) {
    const peer = operation.type === 'createLink' ? peerOf(operation.link) : undefined
    if (peer?.mtu === undefined) continue
    const there = peer.namespace ?? namespace
    mtus.set(there, (mtus.get(there) ?? new Map<string, number>()).set(peer.name, peer.mtu))
  }
  return mtus
}
