import { type Family, familyOf, formatAddress } from '../ip/address.js'
import { type Prefix, parsePrefix } from '../ip/prefix.js'
import type { UnknownAttribute } from '../netlink/attribute.js'
import type { Payload } from '../netlink/bytes.js'
import { type EncodeContext, withoutNames } from '../netlink/codec.js'
import { buildMessage, decodeMessage, type NetlinkMessage, NLM_F_CREATE, NLM_F_EXCL } from '../netlink/message.js'
import { RTM_DELRULE, RTM_GETRULE, RTM_NEWRULE } from './constants.js'
import { defined } from './defined.js'
import { familyName, familyNumber } from './family.js'
import { allBits, codePointText, hexadecimalWithMask, parseMasked, withMask } from './masked.js'
import { realmNumber, realmText } from './realms.js'
import { defaultRouteProtocol } from './route.js'
import type { ListedRule, Rule } from './rule.js'
import { type RuleAttributes, type RuleHeader, ruleLayout } from './ruleAttributes.js'

// FIB_RULE_*: include/uapi/linux/fib_rules.h
const FIB_RULE_INVERT = 2
const FIB_RULE_UNRESOLVED = 4
const FIB_RULE_IIF_DETACHED = 8
const FIB_RULE_OIF_DETACHED = 16
// RT_TABLE_MAIN: include/uapi/linux/rtnetlink.h
const mainTable = 254

/**
 * RTM_NEWRULE: `ip rule add`. Links are told by name here, so that the context is not used.
 *
 * With a priority the kernel refuses a duplicate, and takes for one also a rule of the same priority that has more
 * selectors, or that differs by `not` alone: add the rule of fewer selectors first.
 */
export function newRule(rule: Rule, _context: EncodeContext = withoutNames): NetlinkMessage {
  const idle = actionOf(rule) === 'unspec'
  const marked = { ...rule, ...(idle ? { table: mainTable } : {}), protocol: rule.protocol ?? defaultRouteProtocol }
  return ruleMessage(RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, 'create', marked)
}

/**
 * RTM_DELRULE: `ip rule delete`. The kernel removes the first rule that has everything that is sent. What is left out
 * matches anything, and so do `from: 'all'`, `to: 'all'` and a `tos` of 0; `not` is not looked at.
 */
export function deleteRule(rule: Rule, _context: EncodeContext = withoutNames): NetlinkMessage {
  return ruleMessage(RTM_DELRULE, 0, 'delete', rule)
}

/** RTM_GETRULE of all rules of a family: `ip rule`. */
export function dumpRules(family: Family): NetlinkMessage {
  return buildMessage({
    layout: ruleLayout,
    type: RTM_GETRULE,
    flags: 0,
    subject: 'rules: list',
    header: { family: familyNumber(family), toLength: 0, fromLength: 0, tos: 0, table: 0, action: 'unspec', flags: 0 },
    context: withoutNames,
  })
}

function ruleMessage(type: number, flags: number, verb: string, rule: Rule): NetlinkMessage {
  const from = selectedPrefix(rule.from)
  const to = selectedPrefix(rule.to)
  return buildMessage({
    layout: ruleLayout,
    type,
    flags,
    subject: `rule ${rule.priority === undefined ? '' : `${rule.priority} `}from ${rule.from ?? 'all'}: ${verb}`,
    header: headerOf(rule, from, to),
    attributes: attributesOf(rule, from, to),
    context: withoutNames,
  })
}

function selectedPrefix(text: string | undefined): Prefix | undefined {
  if (text === undefined || text === 'all') return undefined
  const prefix = parsePrefix(text)
  if (!prefix) throw new RangeError(`${JSON.stringify(text)} is neither "all" nor an IP prefix or address`)
  return prefix
}

function headerOf(rule: Rule, from: Prefix | undefined, to: Prefix | undefined): RuleHeader {
  const table = rule.table ?? 0
  return {
    family: familyNumber(familyOfRule(rule, from ?? to)),
    toLength: to?.length ?? 0,
    fromLength: from?.length ?? 0,
    tos: rule.tos ?? 0,
    // A larger one is told by FRA_TABLE.
    table: table > 255 ? 0 : table,
    action: actionOf(rule),
    flags: rule.not ? FIB_RULE_INVERT : 0,
  }
}

function familyOfRule(rule: Rule, selected: Prefix | undefined): Family {
  return rule.family ?? (selected ? familyOf(selected.bytes) : 'inet')
}

function actionOf(rule: Rule): RuleHeader['action'] {
  if (rule.action !== undefined) return rule.action
  if (rule.goto !== undefined) return 'goto'
  return rule.table !== undefined || rule.l3mdev ? 'table' : 'unspec'
}

function attributesOf(rule: Rule, from: Prefix | undefined, to: Prefix | undefined): RuleAttributes {
  const { iif, oif, priority, l3mdev, uidRange, protocol, ipproto, tunnelId } = rule
  const { suppressInterfaceGroup, suppressPrefixLength, table, realms } = rule
  const plain = {
    ...{ iif, oif, priority, uidRange, protocol, ipproto, tunnelId },
    ...{ suppressInterfaceGroup, suppressPrefixLength, goto: rule.goto, l3mdev: l3mdev || undefined },
  }
  return {
    ...defined<RuleAttributes>(plain),
    ...(from && from.length > 0 ? { from: formatAddress(from.bytes) } : {}),
    ...(to && to.length > 0 ? { to: formatAddress(to.bytes) } : {}),
    ...(table !== undefined && table > 255 ? { table } : {}),
    ...(realms === undefined ? {} : { realms: realmNumber(realms) }),
    ...markOf(rule.fwmark),
    ...maskedSelectors(rule),
  }
}

function markOf(fwmark: string | undefined): { mark?: number; markMask?: number } {
  if (fwmark === undefined) return {}
  const { value: mark, mask } = parseMasked(fwmark, 'mark')
  if (mask !== undefined) return { mark, markMask: mask }
  // The kernel's default is all ones for a mark that is set, and no mask, which matches anything, for 0.
  return mark === 0 ? { mark, markMask: allBits.mark } : { mark }
}

function maskedSelectors({ sport, dport, dscp, flowLabel }: Rule): RuleAttributes {
  const [source, sportMask] = portOf(sport)
  const [destination, dportMask] = portOf(dport)
  const codePoint = dscp === undefined ? undefined : parseMasked(dscp, 'code point')
  const label = flowLabel === undefined ? undefined : parseMasked(flowLabel, 'flow label')
  return defined<RuleAttributes>({
    ...{ sport: source, sportMask, dport: destination, dportMask },
    ...{ dscp: codePoint?.value, dscpMask: codePoint?.mask },
    // The kernel takes none without the other (net/ipv6/fib6_rules.c, fib6_nl2rule_flowlabel).
    ...{ flowLabel: label?.value, flowLabelMask: label && (label.mask ?? allBits.flowLabel) },
  })
}

/** A port or a range of them, and the mask of a port. */
function portOf(text: string | undefined): readonly [ports: string | undefined, mask?: number | undefined] {
  if (!text?.includes('/')) return [text]
  const { value, mask } = parseMasked(text, 'port')
  return [String(value), mask]
}

/** Reads the body of an RTM_NEWRULE or RTM_DELRULE; `undefined` for a family that is neither IPv4 nor IPv6. */
export function decodeRule(body: Payload): ListedRule | undefined {
  const unknown: UnknownAttribute[] = []
  const { header, attributes } = decodeMessage(ruleLayout, body, { ...withoutNames, unknown })
  const family = familyName(header.family)
  if (family === undefined) return undefined
  const { mark, markMask, realms, table = header.table, from, to, ...others } = attributes
  const { sport, sportMask, dport, dportMask, dscp, dscpMask, flowLabel, flowLabelMask, ...plain } = others
  const optional = {
    ...plain,
    priority: plain.priority ?? 0,
    not: header.flags & FIB_RULE_INVERT ? true : undefined,
    from: from === undefined ? undefined : `${from}/${header.fromLength}`,
    to: to === undefined ? undefined : `${to}/${header.toLength}`,
    tos: header.tos === 0 ? undefined : header.tos,
    fwmark:
      mark === undefined && markMask === undefined ? undefined : hexadecimalWithMask(mark ?? 0, markMask, allBits.mark),
    sport: sport && withMask(sport, sportMask, allBits.port),
    dport: dport && withMask(dport, dportMask, allBits.port),
    dscp: dscp === undefined ? undefined : codePointText(dscp, dscpMask),
    flowLabel: flowLabel === undefined ? undefined : hexadecimalWithMask(flowLabel, flowLabelMask, allBits.flowLabel),
    realms: realms === undefined ? undefined : realmText(realms),
    l3mdev: plain.l3mdev || undefined,
    table: header.action === 'table' && !plain.l3mdev ? table : undefined,
    action:
      header.action === 'table' || header.action === 'goto' || header.action === 'unspec' ? undefined : header.action,
  }
  return {
    ...defined<Partial<Rule>>(optional),
    family,
    flags: header.flags,
    detachedIif: (header.flags & FIB_RULE_IIF_DETACHED) !== 0,
    detachedOif: (header.flags & FIB_RULE_OIF_DETACHED) !== 0,
    unresolved: (header.flags & FIB_RULE_UNRESOLVED) !== 0,
    ...(unknown.length > 0 ? { unknown } : {}),
  }
}
