import type { Link } from '../../rtnetlink/link.js'
import type { DesiredLink } from '../../state/desired.js'
import type { LinkRecord } from '../../state/model.js'
import { lowersOf, takenAlong } from '../reach/dependents.js'
import { tagsOfBound } from './boundAddresses.js'
import type { DiffContext } from './context.js'

/** What must be there before a link can be made or changed: its master, and what it stands on. */
export function needsOf(properties: Partial<Link>): string[] {
  const needs = tagsOfBound(properties)
  if (typeof properties.master === 'string') needs.push(`link ${properties.master}`)
  // The other end of a pair gets its MTU, and goes up, after it is there.
  for (const lower of lowersOf({ ...properties }))
    needs.push(`link ${lower}`, `changed ${lower}`, `configured ${lower}`)
  return needs
}

/** What stands on a device cannot have the larger MTU: it is raised from below and lowered from above. */
export function mtuNeeds(context: DiffContext, wanted: DesiredLink, { link }: LinkRecord): string[] {
  const { mtu } = wanted.properties
  if (mtu === undefined || mtu === link.mtu) return []
  const others = mtu < (link.mtu ?? 0) ? takenAlong(link.name, context.actual) : lowersOf(link)
  return others.map((other) => `changed ${other}`)
}

/** No device can be a port while something like a MACVLAN stands on it (net/core/dev.c, netdev_rx_handler_register). */
export function portNeeds({ formerUppers }: DiffContext, { name, properties }: DesiredLink): string[] {
  return typeof properties.master === 'string' ? (formerUppers.get(name) ?? []).map((upper) => `link ${upper}`) : []
}
