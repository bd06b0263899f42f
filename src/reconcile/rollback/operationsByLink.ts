import type { FormerNames } from '../renames/formerNames.js'
import type { Operation } from '../steps/operation.js'
import type { PlannedStep } from '../steps/step.js'

/** What steps change of each link, by the name that it had before: asked of every link that undoing is about. */
export function operationsByLink(
  steps: readonly PlannedStep[],
  names: FormerNames,
): ReadonlyMap<string, readonly Operation[]> {
  const byLink = new Map<string, Operation[]>()
  for (const { operation } of steps) {
    const { type } = operation
    if (type !== 'setQdisc' && type !== 'setSysctl' && type !== 'updateLink' && type !== 'createLink') continue
    const link = type === 'createLink' ? operation.link.name : type === 'setQdisc' ? operation.dev : operation.name
    const name = names.of(link)
    const others = byLink.get(name)
    if (others) others.push(operation)
    else byLink.set(name, [operation])
  }
  return byLink
}
