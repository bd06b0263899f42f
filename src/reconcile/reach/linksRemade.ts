import type { NetworkState } from '../../state/model.js'
import type { PlannedStep } from '../steps/step.js'
import { takenAlong } from './dependents.js'

/** The links of a namespace that steps delete or make anew, and those that share their fate. */
export function linksRemade(
  steps: readonly PlannedStep[],
  namespace: string,
  state: NetworkState,
): ReadonlySet<string> {
  const names = new Set<string>()
  for (const { operation, namespace: own = '' } of steps) {
    if (own !== namespace) continue
    if (operation.type === 'deleteLink') names.add(operation.name)
    if (operation.type === 'createLink') names.add(operation.link.name)
  }
  for (const name of names) for (const other of takenAlong(name, state)) names.add(other)
  return names
}
