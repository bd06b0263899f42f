import { littleEndian } from '../../netlink/bytes.js'
import type { TableFamily } from '../../nftables/constants.js'
import type { Expression } from '../../nftables/expressions.js'
import type { FirewallRule } from '../../nftables/ruleset.js'
import { equal, header, inSet, meta, notInSet, verdict } from '../../nftables/statements.js'
import type { SetName } from './confinementSets.js'
import { addressOffsets, ofFamily } from './nat.js'

/** Whether a table has any of some sets. */
export type Has = (...names: readonly SetName[]) => boolean

export const drop: Expression = verdict('drop')
export const back: Expression = verdict('return')

/** A rule of expressions, one after the other. */
export function rule(...expressions: readonly (Expression | readonly Expression[])[]): FirewallRule {
  return { expressions: expressions.flat() }
}

// EtherTypes: include/uapi/linux/if_ether.h
const etherTypes = { ip: [0x08, 0x00], ip6: [0x86, 0xdd], arp: [0x08, 0x06] } as const

/** Whether a packet is of a protocol, as a family of tables tells it; a VLAN tag before it does not count. */
export function is(family: TableFamily, protocol: keyof typeof etherTypes): Expression[] {
  if (family === 'arp') return []
  if (family === 'bridge') return [meta('protocol'), equal(...etherTypes[protocol])]
  return ofFamily(protocol === 'ip6' ? 'inet6' : 'inet')
}

/** {@link is}, and the frame of a bridge has no VLAN tag: the kernel takes the outer one off, and shows it here again. */
export function isUntagged(family: TableFamily, protocol: keyof typeof etherTypes): Expression[] {
  return family === 'bridge' ? [header('link', 12, 2), equal(...etherTypes[protocol])] : is(family, protocol)
}

export function transport(protocol: number): Expression[] {
  return [meta('l4proto'), equal(protocol)]
}

/** Whether the type of ICMPv6 is one; a fragment that does not tell it is none. */
export function icmpv6Is(type: number): Expression[] {
  return [...transport(IPPROTO_ICMPV6), header('transport', 0, 1), equal(type)]
}

const ifnameSize = 16

/** Whether a field is in a set of the links that packets come in by. */
export function ofLink(set: SetName, base: 'link' | 'network' | 'transport', offset: number, length: number) {
  return [meta('iifname'), header(base, offset, length, ifnameSize), inSet(set)]
}

/** Whether a field is not in a set of the links that packets come in by. */
export function notOfLink(set: SetName, base: 'link' | 'network' | 'transport', offset: number, length: number) {
  return [meta('iifname'), header(base, offset, length, ifnameSize), notInSet(set)]
}

export function sourceOf(family: 'inet' | 'inet6', at = 0): Expression {
  const { source, length } = addressOffsets[family]
  return header('network', source, length, at)
}

// include/uapi/linux/in.h, in6.h
export const IPPROTO_ICMP = 1
export const IPPROTO_IGMP = 2
export const IPPROTO_UDP = 17
export const IPPROTO_FRAGMENT = 44
export const IPPROTO_ICMPV6 = 58
export const IPPROTO_PIM = 103

/** RFC 4861 §4, RFC 2710, RFC 3810 */
export const icmpv6 = {
  routerSolicit: 133,
  neighborSolicit: 135,
  neighborAdvert: 136,
  report: 131,
  report2: 143,
} as const

export function hostOrder16(value: number): Uint8Array {
  const bytes = new Uint8Array(2)
  new DataView(bytes.buffer).setUint16(0, value, littleEndian)
  return bytes
}

export function hostOrder32(value: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value, littleEndian)
  return bytes
}
