import type { NetworkState } from '../../state/model.js'
import { eachInTurns } from '../../system/inTurns.js'
import type { PlannedStep } from '../steps/step.js'
import { takenAlong } from './dependents.js'

/** The links of a namespace that steps delete or make anew, and those that share their fate. */
export async function linksRemade(
  steps: readonly PlannedStep[],
  namespace: string,
  state: NetworkState,
): Promise<ReadonlySet<string>> {
  const names = new Set<string>()
  await eachInTurns(steps, ({ operation, namespace: own = '' }) => {
    if (own !== namespace) return
    if (operation.type === 'deleteLink') names.add(operation.name)
    if (operation.type === 'createLink') names.add(operation.link.name)
  })
  await eachInTurns(names, (name) => {
    for (const other of takenAlong(name, state)) names.add(other)
  })
  return names
}
