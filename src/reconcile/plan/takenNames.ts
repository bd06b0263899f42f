import type { Problem } from '../../error.js'
import type { DesiredLink } from '../../state/desired.js'
import { visibleAltNames } from '../../state/link.js'
import type { NetworkState } from '../../state/model.js'
import type { Losses } from '../losses/losses.js'

/**
 * Notes each alternative name that is the name, or an alternative one, of a link that keeps it: the kernel would refuse it
 * half way (net/core/dev.c, netdev_name_node_alt_create).
 */
export function checkTakenNames({ desired: { links }, actual }: Losses, problems: Problem[]): void {
  const naming = links.filter(({ absent, properties }) => !absent && properties.altNames?.length)
  if (naming.length === 0) return
  const bearers = bearersOf(links, actual)
  for (const { name, path, properties } of naming) {
    for (const [index, altName] of (properties.altNames ?? []).entries()) {
      const bearer = bearers.get(altName)
      if (bearer === undefined || bearer === name) continue
      const isItsName = bearer === altName
      problems.push({
        path: path === undefined ? '' : `${path}/altNames/${index}`,
        message: `${altName} cannot be an alternative name of ${name}, since ${isItsName ? 'a link is called so' : `${bearer} has it`}`,
        hint: isItsName ? 'name one of them otherwise' : `list the altNames of ${bearer} without it`,
      })
    }
  }
}

/** The links that keep a name, by each of their names. */
function bearersOf(links: readonly DesiredLink[], actual: NetworkState): Map<string, string> {
  const wanted = new Map(links.map((link) => [link.name, link]))
  const bearers = new Map<string, string>()
  for (const { link } of actual.links.values()) {
    const wish = wanted.get(link.name)
    if (wish?.absent) continue
    bearers.set(link.name, link.name)
    if (wish?.properties.altNames) continue
    for (const altName of visibleAltNames(link)) bearers.set(altName, link.name)
  }
  return bearers
}
