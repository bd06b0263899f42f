import type { Problem } from '../../error.js'
import type { RequestOptions } from '../../netlink/exchange.js'
import { linkKind } from '../../rtnetlink/kinds/registry.js'
import { sectionOf } from '../../state/link.js'
import type { NetworkState } from '../../state/model.js'
import type { PlannedStep } from '../steps/step.js'
import type { World } from '../world/world.js'
import type { TriedValue } from './sampleOfValue.js'
import { throwIfUnsupported } from './unsupported.js'

/** The values that a step gives a link and that only trying tells the kernel to have. */
function triedValuesOf({ operation }: PlannedStep): readonly TriedValue[] {
  if (operation.type !== 'createLink' && operation.type !== 'updateLink') return []
  const [kind = '', values] =
    operation.type === 'createLink' ? [operation.link.kind, operation.link] : [operation.kind, operation.changes]
  const options = sectionOf(values, kind)
  return Object.keys((options && linkKind(kind)?.generic?.tried) ?? {}).flatMap((option) => {
    const value = options?.[option]
    return typeof value === 'string' ? [{ kind, option, value }] : []
  })
}

/** Whether a link has the value already. */
function isThere({ kind, option, value }: TriedValue, states: Iterable<NetworkState>): boolean {
  for (const { links } of states) {
    for (const { link } of links.values()) if (sectionOf(link, kind)?.[option] === value) return true
  }
  return false
}

/** Refuses a plan that gives links values of options which the kernel has not, naming all of them; nothing is changed. */
export async function refuseValues(
  steps: readonly PlannedStep[],
  states: ReadonlyMap<string, NetworkState>,
  world: World,
  request: RequestOptions,
): Promise<void> {
  const problems: Problem[] = []
  for (const step of steps) {
    for (const tried of triedValuesOf(step)) {
      const { kind, option, value } = tried
      if (isThere(tried, states.values())) continue
      if (!(await world.kernelOf(step.namespace)?.lacksValue(tried, request))) continue
      const alias = linkKind(kind)?.generic?.tried?.[option]?.(value)
      problems.push({
        path: `${step.path ?? ''}/${kind}/${option}`,
        message: `link ${step.id}: this kernel has no ${kind}.${option} ${value}, nor a module ${alias} to load for it`,
      })
    }
  }
  throwIfUnsupported(problems)
}
