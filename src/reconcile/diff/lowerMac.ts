import { linkKind } from '../../rtnetlink/kinds/registry.js'
import type { DesiredLink } from '../../state/desired.js'
import { sectionOf } from '../../state/link.js'
import { lowersOf } from '../reach/dependents.js'
import type { DiffContext } from './context.js'
import { desiredLink, kindOf } from './lookup.js'

/** What has the MAC address of the device below is given no other one: the kernel passes over it, or refuses it late. */
export function checkLowerMac(context: DiffContext, { name, properties, path }: DesiredLink): void {
  const { mac } = properties
  const kind = linkKind(kindOf(context, name) ?? '')
  if (mac === undefined || kind?.macOf === undefined) return
  const options = {
    ...sectionOf(context.actual.links.get(name)?.link ?? {}, kind.kind),
    ...sectionOf(properties, kind.kind),
  }
  const lower = options[kind.macOf]
  const other = typeof lower === 'string' ? macAhead(context, lower) : undefined
  if (other === undefined || other === mac) return
  const message = `${name} is a ${kind.kind}, which has the MAC address of ${lower}: ${other}`
  context.problems.push({ path: `${path}/mac`, message })
}

/** The MAC address that a device will have, where that does not follow from its ports or from what is below it. */
function macAhead({ actual, desired, recreated }: DiffContext, name: string): string | undefined {
  const stated = desiredLink({ desired }, name)?.properties.mac
  const link = actual.links.get(name)?.link
  if (stated !== undefined || !link || recreated.has(name)) return stated
  const follows = linkKind(link.kind ?? '')?.hasPorts || lowersOf(link).length > 0
  return follows ? undefined : link.mac
}
