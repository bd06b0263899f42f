import { NetworkError } from '../../error.js'
import type { Connection } from '../../netlink/connection.js'
import type { RequestOptions } from '../../netlink/exchange.js'
import type { Rule } from '../../rtnetlink/rule.js'
import { decodeRule, dumpRules, newRule } from '../../rtnetlink/ruleMessages.js'

/** What rules select packets by that came late into the kernel, in Linux 6.13, 6.14 and 6.15: a rule of each. */
const lateSelectors = {
  dscp: { family: 'inet', dscp: 8 },
  flowLabel: { family: 'inet6', flowLabel: '0x5' },
  dscpMask: { family: 'inet', dscp: '8/0x38' },
  portMask: { family: 'inet', ipproto: 'tcp', sport: '80/0xff' },
} as const satisfies Record<string, Rule>

/** A selector of rules that not every kernel knows. */
export type LateSelector = keyof typeof lateSelectors

const names = Object.keys(lateSelectors) as LateSelector[]

/** Adds a rule with each of the {@link lateSelectors}, and returns for each whether the kernel tells it as it was said. */
export async function sampleOfRules(
  connection: Connection,
  request: RequestOptions,
): Promise<Partial<Record<LateSelector, boolean>>> {
  const told: Partial<Record<LateSelector, boolean>> = {}
  for (const [priority, name] of names.entries()) {
    const rule: Rule = { ...lateSelectors[name], priority: priority + 1, table: 1 }
    try {
      await connection.request(newRule(rule), request)
    } catch (error) {
      // One that it knows of and still does not take.
      if (!(error instanceof NetworkError) || error.code !== 'EINVAL') throw error
      told[name] = false
      continue
    }
    const { items } = await connection.dump(dumpRules(rule.family ?? 'inet'), ({ body }) => decodeRule(body), request)
    const made = items.find((listed) => listed.priority === rule.priority)
    told[name] = made !== undefined && (['dscp', 'flowLabel', 'sport'] as const).every((one) => made[one] === rule[one])
  }
  return told
}
