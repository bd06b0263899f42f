import type { NetworkState } from '../../state/model.js'
import type { Operation } from '../steps/operation.js'
import type { PlannedStep } from '../steps/step.js'
import { withFarEnds } from './farEnds.js'

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
