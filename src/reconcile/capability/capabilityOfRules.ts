import type { Problem } from '../../error.js'
import type { RequestOptions } from '../../netlink/exchange.js'
import type { Rule } from '../../rtnetlink/rule.js'
import { rest, turnIsLong } from '../../system/turns.js'
import type { PlannedStep } from '../steps/step.js'
import type { World } from '../world/world.js'
import type { LateSelector } from './sampleOfRules.js'
import { throwIfUnsupported } from './unsupported.js'

/** The selectors of a rule that not every kernel knows, by the property that has them. */
function lateSelectorsOf({ dscp, flowLabel, sport, dport }: Rule): readonly (readonly [keyof Rule, LateSelector])[] {
  return [
    ...(dscp === undefined ? [] : [['dscp', 'dscp'] as const]),
    ...(flowLabel === undefined ? [] : [['flowLabel', 'flowLabel'] as const]),
    ...(hasMask(dscp) ? [['dscp', 'dscpMask'] as const] : []),
    ...(hasMask(sport) ? [['sport', 'portMask'] as const] : []),
    ...(hasMask(dport) ? [['dport', 'portMask'] as const] : []),
  ]
}

function hasMask(text: string | number | undefined): boolean {
  return typeof text === 'string' && text.includes('/')
}

const descriptions: Readonly<Record<LateSelector, string>> = {
  dscp: 'dscp (Linux 6.13)',
  flowLabel: 'flow label (Linux 6.14)',
  dscpMask: 'dscp with a mask (Linux 6.15)',
  portMask: 'port with a mask (Linux 6.15)',
}

/** Refuses a plan with rules whose selectors the kernel would ignore, naming all of them; nothing is changed. */
export async function refuseSelectors(
  steps: readonly PlannedStep[],
  world: World,
  request: RequestOptions,
): Promise<void> {
  if (world.places.get('')?.inMemory) return
  const problems: Problem[] = []
  let known: ReadonlyMap<string, unknown> | undefined
  for (const { operation, namespace, path = '' } of steps) {
    if (turnIsLong()) await rest()
    const late = operation.type === 'addRule' || operation.type === 'replaceRule' ? lateSelectorsOf(operation.rule) : []
    if (late.length === 0) continue
    known ??= new Map(Object.entries((await world.kernelOf(namespace)?.sample('rule', request)) ?? {}))
    for (const [property, selector] of late) {
      if (known.get(selector) !== false) continue
      problems.push({
        path: `${path}/${property}`,
        message: `the rules of this kernel have no ${descriptions[selector]}`,
      })
    }
  }
  throwIfUnsupported(problems)
}
