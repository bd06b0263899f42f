import type { Link, ListedLink } from '../../rtnetlink/link.js'
import type { DesiredLink } from '../../state/desired.js'
import type { LinkRecord, NetworkState } from '../../state/model.js'
import { followsLower, lowersOf, takenAlong } from '../reach/dependents.js'
import { tagsOfBound } from './boundAddresses.js'
import type { DiffContext } from './context.js'

/** What must be there before a link can be made or changed: its master, and what it stands on. */
export function needsOf(properties: Partial<Link>): string[] {
  const needs = tagsOfBound(properties)
  if (typeof properties.master === 'string') needs.push(`link ${properties.master}`, `pinned ${properties.master}`)
  // The other end of a pair gets its MTU, and goes up, after it is there.
  for (const lower of lowersOf({ ...properties }))
    needs.push(`link ${lower}`, `changed ${lower}`, `configured ${lower}`, `raised ${lower}`)
  return needs
}

/**
 * What stands on a device cannot have the larger MTU: it is raised from below and lowered from above, but for what comes
 * up only after the device, which the kernel lowers along (net/8021q/vlan.c, vlan_device_event).
 */
export function mtuNeeds(context: DiffContext, wanted: DesiredLink, { link }: LinkRecord): string[] {
  const { mtu } = wanted.properties
  if (mtu === undefined || mtu === link.mtu) return []
  const others = mtu < (link.mtu ?? 0) ? uppersLeading(link.name, context.actual) : lowersOf(link)
  return others.map((other) => `changed ${other}`)
}

function uppersLeading(name: string, actual: NetworkState): string[] {
  return takenAlong(name, actual).filter((other) => !followsLower(actual.links.get(other)?.link))
}

/** What goes down and up with the devices below is brought to what it should be after those. */
export function upNeeds({ before }: DiffContext, { properties }: DesiredLink, { link }: LinkRecord): string[] {
  const below = new Set<string>()
  const add = (upper: ListedLink | undefined): void => {
    if (!upper || !followsLower(upper)) return
    for (const lower of lowersOf(upper)) {
      below.add(lower)
      add(before.links.get(lower)?.link)
    }
  }
  if (properties.up !== undefined) add(link)
  return [...below].map((lower) => `changed ${lower}`)
}

/** No device can be a port while something like a MACVLAN stands on it (net/core/dev.c, netdev_rx_handler_register). */
export function portNeeds({ formerUppers }: DiffContext, { name, properties }: DesiredLink): string[] {
  return typeof properties.master === 'string' ? (formerUppers.get(name) ?? []).map((upper) => `link ${upper}`) : []
}
