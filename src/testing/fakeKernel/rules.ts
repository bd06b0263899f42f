import { withoutNames } from '../../netlink/codec.js'
import { decodeMessage, NLM_F_EXCL } from '../../netlink/message.js'
import {
  AF_INET,
  AF_INET6,
  RTM_DELRULE,
  RTM_GETRULE,
  RTM_NEWRULE,
  RTNLGRP_IPV4_RULE,
  RTNLGRP_IPV6_RULE,
} from '../../rtnetlink/constants.js'
import { type RuleAttributes, type RuleHeader, ruleLayout } from '../../rtnetlink/ruleAttributes.js'
import { encodeBody, KernelError, type Outgoing } from './kernelMessage.js'
import type { LinkTable } from './linkTable.js'
import type { FakeRequest, Handlers } from './request.js'

interface FakeRule {
  readonly header: RuleHeader
  readonly attributes: RuleAttributes
  readonly priority: number
  readonly table: number
}

// FIB_RULE_*: include/uapi/linux/fib_rules.h; RTPROT_KERNEL and RT_TABLE_COMPAT: rtnetlink.h
const FIB_RULE_UNRESOLVED = 4
const FIB_RULE_IIF_DETACHED = 8
const FIB_RULE_OIF_DETACHED = 16
const kernelProtocol = 2
const compatTable = 252
const allOnes = 0xffffffff

/** RTM_*RULE: net/core/fib_rules.c. */
export class Rules implements Handlers {
  readonly #links: LinkTable
  readonly #rules: Map<number, FakeRule[]>

  constructor(links: LinkTable) {
    this.#links = links
    this.#rules = new Map([
      [AF_INET, [kernelRule(AF_INET, 0, 255), kernelRule(AF_INET, 32766, 254), kernelRule(AF_INET, 32767, 253)]],
      [AF_INET6, [kernelRule(AF_INET6, 0, 255), kernelRule(AF_INET6, 32766, 254)]],
    ])
  }

  readonly requests: Handlers['requests'] = {
    [RTM_NEWRULE]: (request) => this.#newRule(request),
    [RTM_DELRULE]: (request) => this.#deleteRule(request),
  }

  readonly dumps: Handlers['dumps'] = { [RTM_GETRULE]: (request) => this.#dump(request) }

  #newRule(request: FakeRequest): undefined {
    const { header, attributes } = decodeMessage(ruleLayout, request.body, withoutNames)
    const rules = this.#of(header.family)
    const priority = attributes.priority ?? nextPriority(rules)
    const table = attributes.table ?? header.table
    if (header.action === 'goto') {
      if (attributes.goto === undefined) throw new KernelError('EINVAL', 'Invalid goto target')
      if (attributes.goto <= priority) throw new KernelError('EINVAL', 'Backward goto not supported')
    }
    const rule: FakeRule = { header, attributes, priority, table }
    if (request.flags & NLM_F_EXCL && rules.some((other) => isSame(other, rule))) throw new KernelError('EEXIST')
    const after = rules.findIndex((other) => other.priority > priority)
    rules.splice(after < 0 ? rules.length : after, 0, rule)
    request.notify(groupOf(header.family), this.#describe(rule))
  }

  #deleteRule(request: FakeRequest): undefined {
    const { header, attributes } = decodeMessage(ruleLayout, request.body, withoutNames)
    const rules = this.#of(header.family)
    const doomed = rules.find((rule) => matches(rule, header, attributes))
    if (!doomed) throw new KernelError('ENOENT')
    rules.splice(rules.indexOf(doomed), 1)
    request.notify(groupOf(header.family), { ...this.#describe(doomed), type: RTM_DELRULE })
  }

  #dump(request: FakeRequest): { items: readonly Outgoing[]; filtered: boolean } {
    const { header, attributes } = decodeMessage(ruleLayout, request.body, withoutNames)
    const { toLength, fromLength, tos, table, action, flags, family } = header
    if (toLength || fromLength || tos || table || flags || action !== 'unspec') {
      throw new KernelError('EINVAL', 'Invalid values in header for fib rule dump request')
    }
    if (Object.keys(attributes).length > 0)
      throw new KernelError('EINVAL', 'Invalid data after header in fib rule dump request')
    const families = family === 0 ? [AF_INET, AF_INET6] : [family]
    return { items: families.flatMap((one) => this.#of(one).map((rule) => this.#describe(rule))), filtered: false }
  }

  #of(family: number): FakeRule[] {
    const rules = this.#rules.get(family)
    if (!rules) throw new KernelError('EAFNOSUPPORT', 'Rule family not supported')
    return rules
  }

  #describe({ header, attributes, priority, table }: FakeRule): Outgoing {
    const { iif, oif, goto: target, suppressPrefixLength = allOnes, protocol = 0 } = attributes
    const detached = (name: string | undefined, flag: number): number =>
      name !== undefined && !this.#links.byName(name) ? flag : 0
    const aim = target === undefined ? undefined : this.#of(header.family).find((rule) => rule.priority === target)
    const flags =
      header.flags |
      detached(iif, FIB_RULE_IIF_DETACHED) |
      detached(oif, FIB_RULE_OIF_DETACHED) |
      (target !== undefined && !aim ? FIB_RULE_UNRESOLVED : 0)
    const { priority: _priority, table: _table, ...others } = attributes
    const head = { ...header, flags, table: table > 255 ? compatTable : table }
    const named = priority === 0 ? {} : { priority }
    const body = encodeBody(ruleLayout, head, { ...others, ...named, table, suppressPrefixLength, protocol })
    return { type: RTM_NEWRULE, body }
  }
}

function kernelRule(family: number, priority: number, table: number): FakeRule {
  const header = { family, toLength: 0, fromLength: 0, tos: 0, table, action: 'table' as const, flags: 0 }
  return { header, attributes: { protocol: kernelProtocol }, priority, table }
}

/** One less than the second rule's, which makes the new one the second. */
function nextPriority(rules: readonly FakeRule[]): number {
  const second = rules[1]?.priority ?? 0
  return second > 0 ? second - 1 : 0
}

function isSame(one: FakeRule, other: FakeRule): boolean {
  const keyOf = ({ header, attributes, priority, table }: FakeRule): string => {
    const { table: _table, ...head } = header
    const entries = Object.entries({ ...attributes, priority, table }).sort(([a], [b]) => (a < b ? -1 : 1))
    return JSON.stringify([head, entries])
  }
  return keyOf(one) === keyOf(other)
}

/** What is not given matches anything; the selectors that are given must be those of the rule. */
function matches(rule: FakeRule, header: RuleHeader, attributes: RuleAttributes): boolean {
  const own = rule.header
  if (header.action !== 'unspec' && own.action !== header.action) return false
  const table = attributes.table ?? header.table
  if (table !== 0 && rule.table !== table) return false
  if (attributes.priority !== undefined && rule.priority !== attributes.priority) return false
  if (header.tos !== 0 && own.tos !== header.tos) return false
  if (attributes.from !== undefined && own.fromLength !== header.fromLength) return false
  if (attributes.to !== undefined && own.toLength !== header.toLength) return false
  const { table: _table, priority: _priority, ...selectors } = attributes
  const has: Readonly<Record<string, unknown>> = { ...rule.attributes }
  return Object.entries(selectors).every(([name, value]) => value === undefined || has[name] === value)
}

function groupOf(family: number): number {
  return family === AF_INET ? RTNLGRP_IPV4_RULE : RTNLGRP_IPV6_RULE
}
