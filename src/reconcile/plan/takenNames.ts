import type { Problem } from '../../error.js'
import { bearersOf } from '../diff/bearers.js'
import type { Losses } from '../losses/losses.js'

/**
 * Notes each alternative name that is the name, or an alternative one, of a link that keeps it: the kernel would refuse it
 * half way (net/core/dev.c, netdev_name_node_alt_create).
 */
export async function checkTakenNames(losses: Losses, problems: Problem[]): Promise<void> {
  const naming = losses.desired.links.filter(({ absent, properties }) => !absent && properties.altNames?.length)
  if (naming.length === 0) return
  const bearers = await bearersOf(losses)
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
