import type { DesiredNetwork } from '../state/desired.js'
import type { NetworkState } from '../state/model.js'
import { speaksOfVlans } from './capabilityOfVlans.js'
import { withFarEnds } from './farEnds.js'
import type { Curiosity } from './observe.js'
import { linksWithFeatures } from './observeGeneric.js'
import type { Operation } from './operation.js'
import type { PlannedStep } from './step.js'

/** What has to be read of a namespace for what is wanted of it, and is not read by itself. */
export function curiosityOf(network: DesiredNetwork): Curiosity {
  const { links, fdb, mdb } = network
  const vlans = speaksOfVlans(network)
  const features = linksWithFeatures(links)
  const qdiscs = links.some(({ qdisc, ingressQdisc }) => qdisc !== undefined || ingressQdisc !== undefined)
  return { vlans, qdiscs, entries: (fdb ?? mdb) !== undefined, ...(features ? { features } : {}) }
}

/** The namespaces whose forwarding and multicast databases lose entries by steps, and were not read. */
export function losingEntries(
  steps: readonly PlannedStep[],
  states: ReadonlyMap<string, NetworkState>,
): ReadonlySet<string> {
  const losing = new Set<string>()
  for (const { namespace = '', operation } of withFarEnds(steps, states)) {
    const state = states.get(namespace)
    if (state && !state.fdb && takesEntries(operation, state)) losing.add(namespace)
  }
  return losing
}

/** Whether a bridge, a port of one, or a VXLAN goes or is put elsewhere. */
function takesEntries(operation: Operation, { links }: NetworkState): boolean {
  const name =
    operation.type === 'deleteLink' || (operation.type === 'updateLink' && operation.changes.master !== undefined)
      ? operation.name
      : operation.type === 'createLink'
        ? operation.link.name
        : undefined
  const link = name === undefined ? undefined : links.get(name)?.link
  return link !== undefined && (link.kind === 'bridge' || link.kind === 'vxlan' || link.masterKind === 'bridge')
}
