import type { Neighbor } from '../rtnetlink/neighbor.js'
import { type PropertyChange, sameLoosely } from './equal.js'

/** Device, address and whether it is a proxy entry name a neighbor. */
export function neighborKey(neighbor: Pick<Neighbor, 'dev' | 'address' | 'proxy'>): string {
  return `${neighbor.dev} ${neighbor.address}${neighbor.proxy ? ' proxy' : ''}`
}

/** States that an administrator gave; all others come and go by themselves. */
export const lastingStates: ReadonlySet<string> = new Set(['permanent', 'noarp'])

/** Whether an entry was made by somebody: not learned, and not one that the kernel keeps for a multicast group. */
export function isLastingNeighbor({ state, address, proxy, mac, managed, externallyLearned }: Neighbor): boolean {
  if (proxy || managed || externallyLearned) return true
  if (!lastingStates.has(state ?? '')) return false
  const firstOctet = Number(address.split('.')[0])
  const isMulticast = address.startsWith('ff') || (firstOctet >= 224 && firstOctet < 240)
  // On lo and on TUN devices the kernel makes such entries as packets are sent: net/ipv4/arp.c, arp_constructor.
  const isOfDevice = mac === undefined || mac === '00:00:00:00:00:00'
  return !(state === 'noarp' && (isMulticast || isOfDevice))
}

/** What of the stated properties a neighbor of the same key does not have. */
export function neighborDifferences(wanted: Partial<Neighbor>, actual: Neighbor): PropertyChange[] {
  const changes: PropertyChange[] = []
  for (const property of ['mac', 'state', 'router', 'externallyLearned', 'managed'] as const) {
    const after = wanted[property]
    const before = actual[property]
    if (after === undefined || sameLoosely(after, before)) continue
    // A reachable entry turns stale by itself; both mean that the host was told of the neighbor.
    if (property === 'state' && !lastingStates.has(String(after)) && !lastingStates.has(String(before))) continue
    changes.push({ property, ...(before === undefined ? {} : { before }), after })
  }
  return changes
}
