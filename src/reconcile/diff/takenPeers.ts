import type { Problem } from '../../error.js'
import type { Losses } from '../losses/losses.js'
import type { plannedPeers } from '../reach/pairs.js'

/**
 * Notes each pair that is to be made although the name of its other end stays another link's: the kernel would refuse it
 * half way, as if its first end were there already.
 *
 * @param losses what is wanted and what is there of each namespace, once what is made anew is gone
 */
export function checkTakenPeers(
  peers: ReturnType<typeof plannedPeers>,
  losses: ReadonlyMap<string, Losses>,
  problems: Problem[],
): void {
  for (const [namespace, names] of peers) {
    const there = losses.get(namespace)
    if (!there) continue
    const bearers = bearersOfAltNames(there)
    for (const [name, { lead }] of names) {
      const wanted = losses.get(lead.namespace)
      const taker = there.actual.links.has(name) ? name : bearers.get(name)
      if (taker === undefined || !wanted || wanted.actual.links.has(lead.name)) continue
      if (there.desired.links.some((link) => link.name === taker && link.absent)) continue
      const where = namespace === lead.namespace ? '' : ` in ${namespace || 'the namespace of the program'}`
      problems.push({
        path: wanted.desired.links.find((link) => link.name === lead.name)?.path ?? '',
        message: `the pair of ${lead.name} cannot be made, since ${name}, which its other end is to be, is there already${where}${taker === name ? '' : `, as an alternative name of ${taker}`}`,
        hint: `delete ${taker} (ip link delete), or name another one`,
      })
    }
  }
}

/** The links that keep an alternative name, by that name: no other link can have it. */
function bearersOfAltNames({ actual, desired }: Losses): ReadonlyMap<string, string> {
  const bearers = new Map<string, string>()
  for (const { link } of actual.links.values()) for (const name of link.altNames ?? []) bearers.set(name, link.name)
  for (const { name: link, properties } of desired.links) {
    const { altNames } = properties
    if (!altNames) continue
    for (const name of actual.links.get(link)?.link.altNames ?? []) if (!altNames.includes(name)) bearers.delete(name)
  }
  return bearers
}
