import type { LinkRecord, NetworkState } from '../../state/model.js'
import { sysctlFile } from '../../state/sysctl.js'
import { eachInTurns } from '../../system/inTurns.js'
import { changedWithForwarding } from '../../system/sysctl.js'
import type { PlannedStep } from '../steps/step.js'
import type { World } from '../world/world.js'

/** The families whose forwarding steps switch: the kernel switches it on each link, too (net/ipv4/devinet.c, inet_forward_change). */
export function switchedForwarding(steps: readonly PlannedStep[]): readonly ('ipv4' | 'ipv6')[] {
  return steps.flatMap(({ operation }) => (operation.type === 'setForwarding' ? [operation.family] : []))
}

/**
 * Adds to what was read the links that forward otherwise than their namespace, where steps switch that, and what the kernel
 * changes along.
 */
export async function withForwardingOfLinks(
  world: World,
  states: ReadonlyMap<string, NetworkState>,
  steps: readonly PlannedStep[],
): Promise<Map<string, NetworkState>> {
  const added = new Map(states)
  const switching = steps.filter(({ operation }) => operation.type === 'setForwarding')
  for (const [namespace, state] of states) {
    const families = switchedForwarding(switching.filter((step) => (step.namespace ?? '') === namespace))
    const place = world.places.get(namespace)
    if (!place || families.length === 0) continue
    const links = new Map<string, LinkRecord>()
    await eachInTurns(state.links, ([name, record]) => {
      const sysctl = { ...record.sysctl }
      for (const family of families) {
        const own = place.kernel.readSysctl(sysctlFile(name, `${family}/forwarding`))
        if (own !== undefined && (own === '1') !== state.forwarding[family]) sysctl[`${family}/forwarding`] = own
      }
      links.set(name, { ...record, sysctl })
    })
    const along = families
      .flatMap((family) => changedWithForwarding[family])
      .flatMap((file): [string, string][] => {
        const value = place.kernel.readSysctl(file)
        return value === undefined ? [] : [[file, value]]
      })
    added.set(namespace, { ...state, links, forwarding: { ...state.forwarding, along: Object.fromEntries(along) } })
  }
  return added
}
