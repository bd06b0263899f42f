import type { Family } from '../ip/address.js'
import type { Rule } from '../rtnetlink/rule.js'
import type { PropertyChange } from './equal.js'
import { sameLoosely } from './equal.js'

/** A rule with its family. */
export interface RuleRecord extends Rule {
  readonly family: Family
}

const selectors = [
  'family',
  'not',
  'from',
  'to',
  'iif',
  'oif',
  'fwmark',
  'tos',
  'dscp',
  'flowLabel',
  'ipproto',
  'sport',
  'dport',
  'uidRange',
  'l3mdev',
  'tunnelId',
  'suppressPrefixLength',
  'suppressInterfaceGroup',
] as const

const properties = ['table', 'goto', 'action', 'realms', 'protocol'] as const

/** Rules that were read before are the same objects, and there may be thousands. */
const keys = new WeakMap<Rule, string>()

/** The selectors of a rule, as one text: with the priority they name the rule. */
export function selectorKey(rule: Rule): string {
  const known = keys.get(rule)
  if (known !== undefined) return known
  const key = selectors
    .map((name) => [name, rule[name]] as const)
    .filter(([, value]) => value !== undefined && value !== false && value !== 'all')
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(' ')
  keys.set(rule, key)
  return key
}

/** How messages and plans name a rule. */
export function ruleName(rule: RuleRecord): string {
  const { family: _family, ...others } = rule
  const what = selectorKey(others)
  const priority = rule.priority === undefined ? '' : `priority ${rule.priority} `
  return `${priority}${what === '' ? 'from all' : what}${rule.family === 'inet6' ? ' (inet6)' : ''}`
}

/** What of the stated action and properties a rule of the same name does not have. */
export function ruleDifferences(wanted: Partial<Rule>, actual: Rule): PropertyChange[] {
  const changes: PropertyChange[] = []
  for (const property of properties) {
    const after = wanted[property]
    const before = actual[property]
    if (after === undefined || sameLoosely(after, before)) continue
    changes.push({ property, ...(before === undefined ? {} : { before }), after })
  }
  return changes
}

/** Whether a rule has the selectors and the stated action and properties of another, whatever their priorities. */
export function isSameRule(wanted: RuleRecord, actual: RuleRecord): boolean {
  return selectorKey(wanted) === selectorKey(actual) && ruleDifferences(wanted, actual).length === 0
}

/** What rules of one family and priority share; among them the order counts in which they came. */
export function priorityGroup({ family, priority }: RuleRecord): string {
  return `${family} ${priority ?? 0}`
}

/** An existing rule with the stated properties put over it; one action replaces another. */
export function mergedRule(wanted: Partial<Rule>, actual: RuleRecord): RuleRecord {
  const { table: _table, goto: _goto, action: _action, ...kept } = actual
  const hasAction = wanted.table !== undefined || wanted.goto !== undefined || wanted.action !== undefined
  return { ...(hasAction ? kept : actual), ...wanted, family: actual.family }
}
