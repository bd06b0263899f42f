import type { Problem } from '../../error.js'
import type { Losses } from '../losses/losses.js'
import type { plannedPeers } from '../reach/pairs.js'
import { bearersOf } from './bearers.js'

/**
 * Notes each pair that is to be made although the name of its other end stays another link's: the kernel would refuse it
 * half way, as if its first end were there already.
 *
 * @param losses what is wanted and what is there of each namespace, once what is made anew is gone
 */
export async function checkTakenPeers(
  peers: ReturnType<typeof plannedPeers>,
  losses: ReadonlyMap<string, Losses>,
  problems: Problem[],
): Promise<void> {
  for (const [namespace, names] of peers) {
    const there = losses.get(namespace)
    if (!there) continue
    const bearers = await bearersOf(there)
    for (const [name, { lead }] of names) {
      const wanted = losses.get(lead.namespace)
      const taker = bearers.get(name)
      if (taker === undefined || !wanted || wanted.actual.links.has(lead.name)) continue
      const where = namespace === lead.namespace ? '' : ` in ${namespace || 'the namespace of the program'}`
      const as = taker === name ? '' : `, as an alternative name of ${taker}`
      problems.push({
        path: wanted.desired.links.find((link) => link.name === lead.name)?.path ?? '',
        message: `the pair of ${lead.name} cannot be made, since ${name}, which its other end is to be, is there already${where}${as}`,
        hint: `delete ${taker} (ip link delete), or name another one`,
      })
    }
  }
}
