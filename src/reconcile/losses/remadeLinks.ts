import type { RequestOptions } from '../../netlink/exchange.js'
import type { NetworkState } from '../../state/model.js'
import { rest } from '../../system/turns.js'
import { withFeaturesOf } from '../observe/observeGeneric.js'
import { hasQdiscs, withQdiscsOf } from '../observe/observeQdiscs.js'
import { withSysctlsOf } from '../observe/observeSysctls.js'
import { linksRemade } from '../reach/linksRemade.js'
import type { PlannedStep } from '../steps/step.js'
import type { World } from '../world/world.js'
import { withFarEnds } from './farEnds.js'

/**
 * Adds to what was read the features, qdiscs and settings of links that steps delete or make anew, and of what goes along
 * with them.
 */
export async function withRemadeLinks(
  world: World,
  states: ReadonlyMap<string, NetworkState>,
  steps: readonly PlannedStep[],
  options: RequestOptions,
): Promise<Map<string, NetworkState>> {
  const added = new Map(states)
  await rest()
  const all = withFarEnds(steps, states)
  await rest()
  for (const [namespace, state] of states) {
    const place = world.places.get(namespace)
    const names = await linksRemade(all, namespace, state)
    if (!place || names.size === 0) continue
    const featured = await withFeaturesOf(names, state, place, options)
    const queued = await withQdiscsOf(names, featured, place, options)
    const read = await withSysctlsOf(names, queued, place, options)
    added.set(namespace, read)
    // Whether they came back is seen when all is read again.
    if ([...names].some((name) => hasQdiscs(read.links.get(name)))) world.ask(namespace, { qdiscs: true })
  }
  return added
}
