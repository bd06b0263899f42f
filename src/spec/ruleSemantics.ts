import { familyOf } from '../ip/address.js'
import { formatPrefix, hasHostBits, networkOf, parsePrefix } from '../ip/prefix.js'
import { parseMasked } from '../rtnetlink/masked.js'
import type { Path } from './pointer.js'
import type { Report } from './report.js'
import type { RuleSpec } from './types.js'

/** The family of a rule: as it says, or by its prefixes; only IPv6 has flow labels. */
export function ruleFamily(rule: RuleSpec): 'inet' | 'inet6' {
  if (rule.family) return rule.family
  const prefix = [rule.from, rule.to].find((text) => text !== undefined && text !== 'all')
  if (prefix !== undefined) return familyOf(prefix)
  return rule.flowLabel === undefined ? 'inet' : 'inet6'
}

/** What is wrong with the rules of one namespace. */
export function* ruleProblems(rules: readonly RuleSpec[], path: Path, report: Report): Generator<void> {
  const seen = new Map<string, number>()
  for (const [index, rule] of rules.entries()) {
    yield
    const at = [...path, index]
    prefixProblems(rule, at, report)
    emptySelectorProblems(rule, at, report)
    if (rule.absent) continue
    actionProblems(rule, at, report)
    const { table: _table, action: _action, goto: _goto, protocol: _protocol, realms: _realms, ...selectors } = rule
    const key = JSON.stringify(Object.entries({ ...selectors, family: ruleFamily(rule) }).sort())
    const first = seen.get(key)
    if (first !== undefined && rule.priority !== undefined) {
      report(at, `the same rule as number ${first}: family, priority and selectors name a rule`)
    } else seen.set(key, index)
  }
}

function prefixProblems(rule: RuleSpec, at: Path, report: Report): void {
  const family = ruleFamily(rule)
  for (const property of ['from', 'to'] as const) {
    const text = rule[property]
    const prefix = text === undefined || text === 'all' ? undefined : parsePrefix(text)
    if (text === undefined || !prefix) continue
    if (familyOf(text) !== family) report([...at, property], `${text} is not of the rule's family ${family}`)
    if (hasHostBits(prefix)) {
      report([...at, property], `${text} has bits set behind its prefix length`, {
        found: text,
        hint: `did you mean ${formatPrefix(networkOf(prefix))}?`,
      })
    }
  }
  if (family === 'inet6' && rule.realms !== undefined) report([...at, 'realms'], 'only an IPv4 rule has realms')
  if (family === 'inet' && rule.flowLabel !== undefined) report([...at, 'flowLabel'], 'IPv4 has no flow labels')
  if (family === 'inet' && (rule.suppressPrefixLength ?? 0) > 32) {
    report([...at, 'suppressPrefixLength'], 'an IPv4 prefix has at most 32 bits')
  }
}

/** The kernel has no such selectors (net/core/fib_rules.c, fib_nl_fill_rule; net/ipv6/fib6_rules.c, fib6_rule_fill). */
function emptySelectorProblems(rule: RuleSpec, at: Path, report: Report): void {
  for (const property of ['tos', 'ipproto', 'tunnelId'] as const) {
    if (Number(rule[property] ?? 1) === 0) report([...at, property], `${property} 0 selects all packets; leave it out`)
  }
  if (Number(rule.suppressInterfaceGroup) === 0xffffffff) {
    report([...at, 'suppressInterfaceGroup'], 'the group 4294967295 suppresses nothing; leave it out')
  }
  for (const property of ['fwmark', 'flowLabel'] as const) {
    const { value, mask } = parseMasked(rule[property] ?? 1, property)
    if (value === 0 && mask === 0) report([...at, property], 'a mask of 0 selects all packets; leave it out')
  }
}

function actionProblems(rule: RuleSpec, at: Path, report: Report): void {
  const actions = (['table', 'goto', 'action', 'l3mdev'] as const).filter((name) => rule[name] !== undefined)
  if (actions.length === 0) report(at, 'the rule needs table, goto, action or l3mdev')
  if (actions.length > 1) report(at, `the rule can have only one of ${actions.join(', ')}`)
  if (rule.tos !== undefined && rule.dscp !== undefined) report(at, 'the rule can have only one of tos and dscp')
  if (rule.goto === 0) report([...at, 'goto'], 'goto leads forward only, and no priority is before 0')
  else if (rule.goto !== undefined && rule.priority !== undefined && rule.goto <= rule.priority) {
    report([...at, 'goto'], `goto leads forward only: ${rule.goto} is not behind priority ${rule.priority}`)
  }
}
