import { nearest } from '../../nearest.js'
import { allBits, codePointText, hexadecimalWithMask, parseMasked, withMask } from '../../rtnetlink/masked.js'
import type { Rule } from '../../rtnetlink/rule.js'
import { ipProtocols } from '../../rtnetlink/ruleAttributes.js'
import { type Path, pointer } from '../../spec/pointer.js'
import { ruleFamily } from '../../spec/ruleSemantics.js'
import type { RuleSpec } from '../../spec/types.js'
import type { DesiredRule } from '../desired.js'
import { canonicalNetwork } from './canonical.js'
import type { Resolver } from './resolver.js'
import { resolveRealms } from './route.js'

/** Brings a rule of a spec into the kernel's terms. */
export function resolveRule(spec: RuleSpec, path: Path, resolver: Resolver): DesiredRule {
  const { absent = false, family: _family, from, to, fwmark, sport, dport, uidRange, ipproto, ...others } = spec
  const { dscp, flowLabel, table, protocol, suppressInterfaceGroup: group, realms, ...plain } = others
  const { names } = resolver
  const rule: Rule = {
    ...plain,
    family: ruleFamily(spec),
    ...(from === undefined || from === 'all' ? {} : { from: canonicalNetwork(from) }),
    ...(to === undefined || to === 'all' ? {} : { to: canonicalNetwork(to) }),
    ...(fwmark === undefined ? {} : { fwmark: canonicalMask(fwmark, allBits.mark) }),
    ...(dscp === undefined ? {} : { dscp: canonicalCodePoint(dscp) }),
    ...(flowLabel === undefined ? {} : { flowLabel: canonicalMask(flowLabel, allBits.flowLabel) }),
    ...(ipproto === undefined ? {} : { ipproto: canonicalProtocol(ipproto, [...path, 'ipproto'], resolver) }),
    ...(sport === undefined ? {} : { sport: canonicalPort(sport) }),
    ...(dport === undefined ? {} : { dport: canonicalPort(dport) }),
    ...(uidRange === undefined ? {} : { uidRange: fullRange(uidRange) }),
    ...(table === undefined
      ? {}
      : { table: resolver.number(names.tables, table, [...path, 'table'], 'routing table') }),
    ...(protocol === undefined
      ? {}
      : { protocol: resolver.number(names.protocols, protocol, [...path, 'protocol'], 'routing protocol') }),
    ...(group === undefined
      ? {}
      : {
          suppressInterfaceGroup: resolver.number(
            names.groups,
            group,
            [...path, 'suppressInterfaceGroup'],
            'link group',
          ),
        }),
    ...(realms === undefined ? {} : { realms: resolveRealms(realms, [...path, 'realms'], resolver) }),
  }
  return { path: pointer(path), absent, rule: { ...rule, family: ruleFamily(spec) } }
}

/** A number as the decoder writes it: hexadecimal, the mask left out where it is all ones. */
function canonicalMask(text: string | number, all: number): string {
  const { value, mask } = parseMasked(text, 'number')
  return hexadecimalWithMask(value, mask, all)
}

/** A code point of all bits as a number. */
function canonicalCodePoint(text: string | number): string | number {
  const { value, mask } = parseMasked(text, 'code point')
  return codePointText(value, mask)
}

/** A single number as one, `a-a` as `a`. */
function canonicalPort(text: string | number): string {
  const [first = '', last = first] = String(text).split('-')
  if (Number(last) > Number(first)) return `${Number(first)}-${Number(last)}`
  const { value, mask } = parseMasked(first, 'port')
  return withMask(value, mask, allBits.port)
}

/** Users always have both ends, as `ip rule` prints them. */
function fullRange(range: string | number): string {
  const [first = '', last = first] = String(range)
    .split('-')
    .map((part) => String(Number(part)))
  return `${first}-${last}`
}

/** A protocol as the decoder writes it: by name where it has one. */
function canonicalProtocol(protocol: string | number, path: Path, resolver: Resolver): string | number {
  const number = /^\d+$/.test(String(protocol)) ? Number(protocol) : ipProtocols[protocol]
  if (number === undefined || number > 0xff) {
    const hint = nearest(String(protocol), Object.keys(ipProtocols))
    resolver.report(path, `unknown IP protocol ${JSON.stringify(protocol)}`, hint)
    return 0
  }
  return Object.entries(ipProtocols).find(([, known]) => known === number)?.[0] ?? number
}
