import type { DesiredRule } from '../../state/desired.js'
import type { DiffContext } from './context.js'

/** Where the kernel puts the rule of the first VRF: drivers/net/vrf.c, FIB_RULE_PREF of l3mdev. */
const vrfPriority = 1000

/**
 * Refuses a goto that leads backward from wherever the kernel puts a rule without a priority: right in front of the
 * second rule (net/core/fib_rules.c, fib_default_rule_pref).
 *
 * @param added the rules that are to be added
 */
export function checkForwardGoto(context: DiffContext, added: readonly DesiredRule[]): void {
  if (!context.owner) return
  const places = new Map<string, number>()
  for (const { rule, path = '' } of added) {
    if (rule.goto === undefined || rule.priority !== undefined) continue
    const lowest = places.get(rule.family) ?? lowestPriority(context, rule.family, added)
    places.set(rule.family, lowest)
    if (rule.goto > lowest) continue
    context.problems.push({
      path: `${path}/goto`,
      message: `goto leads forward only, and a rule without a priority comes to ${lowest} here: ${rule.goto} is not behind it`,
      hint: `give it a priority below ${rule.goto}`,
    })
  }
}

/** The lowest place that the kernel can come to for a rule without a priority, once others of the plan are there. */
function lowestPriority({ actual, desired }: DiffContext, family: string, added: readonly DesiredRule[]): number {
  const rules = [...actual.rules, ...added.map(({ rule }) => rule)].filter((rule) => rule.family === family)
  const priorities = rules.flatMap(({ priority }) => priority ?? [])
  if (desired.links.some(({ properties }) => properties.kind === 'vrf')) priorities.push(vrfPriority)
  const second = priorities.sort((one, other) => one - other)[1] ?? 0
  const withoutOne = added.filter(({ rule }) => rule.family === family && rule.priority === undefined).length
  return Math.max(0, second - withoutOne)
}
