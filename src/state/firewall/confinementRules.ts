import { littleEndian } from '../../netlink/bytes.js'
import type { Expression } from '../../nftables/expressions.js'
import type { Chain, ChainHook, FirewallRule } from '../../nftables/ruleset.js'
import {
  beyondLimitOf,
  different,
  equal,
  header,
  inSet,
  jump,
  masked,
  meta,
  notInSet,
  verdict,
} from '../../nftables/statements.js'
import type { SetName } from './confinementSets.js'
import { addressOffsets, ofFamily } from './nat.js'

const rule = (...expressions: readonly (Expression | readonly Expression[])[]): FirewallRule => ({
  expressions: expressions.flat(),
})
const hook = (name: ChainHook['hook'], priority: number): ChainHook => ({ type: 'filter', hook: name, priority })

// NF_IP_PRI_RAW: before connections are tracked. NF_IP_PRI_FILTER, NF_IP_PRI_LAST for what leaves.
const priorities = { first: -300, filter: 0, last: 300 } as const
const ifnameSize = 16
const drop = verdict('drop')
const back = verdict('return')

// EtherTypes: include/uapi/linux/if_ether.h
const etherTypes = { ip: [0x08, 0x00], ip6: [0x86, 0xdd], arp: [0x08, 0x06] } as const
// IPPROTO_UDP, IPPROTO_ICMPV6
const UDP = 17
const ICMPV6 = 58
// RFC 4861 §4, RFC 2710, RFC 3810
const icmpv6 = {
  routerSolicit: 133,
  routerAdvert: 134,
  neighborSolicit: 135,
  neighborAdvert: 136,
  redirect: 137,
  report2: 143,
} as const

/** How a family of tables tells one protocol from another. */
type Is = (protocol: 'ip' | 'ip6' | 'arp') => Expression[]

const bridged: Is = (protocol) => [meta('protocol'), equal(...etherTypes[protocol])]
const routed: Is = (protocol) => ofFamily(protocol === 'ip6' ? 'inet6' : 'inet')

/** The chains of confinement in a table, for the sets that it has; a table without any has none. */
export function confinementChains(family: 'inet' | 'bridge', sets: ReadonlySet<string>): Map<string, Chain> {
  const has = (...names: readonly SetName[]): boolean => names.some((name) => sets.has(name))
  const chains = new Map<string, Chain>()
  const entering = [
    ...(has('ingressBits') ? [overLimit('iifname', 'ingressBits')] : []),
    ...(has('ingressPackets') ? [overLimit('iifname', 'ingressPackets')] : []),
    ...(has('macs') ? macRules(family) : []),
    ...(has('addressLinks') ? [rule(meta('iifname'), inSet('addressLinks'), jump('source'))] : []),
  ]
  if (has('addressLinks')) chains.set('source', { rules: sourceRules(family, has) })
  if (entering.length > 0) chains.set('prerouting', { hook: hook('prerouting', priorities.first), rules: entering })
  const leaving = [
    ...(has('egressBits') ? [overLimit('oifname', 'egressBits')] : []),
    ...(has('egressPackets') ? [overLimit('oifname', 'egressPackets')] : []),
  ]
  if (leaving.length > 0) chains.set('postrouting', { hook: hook('postrouting', priorities.last), rules: leaving })
  if (family === 'inet') addRoutedChains(chains, has)
  return chains
}

function addRoutedChains(chains: Map<string, Chain>, has: (...names: readonly SetName[]) => boolean): void {
  const isolation = (['inet', 'inet6'] as const)
    .filter((family) => has(family === 'inet' ? 'isolated4' : 'isolated6'))
    .map((family) => isolationRule(family))
  if (isolation.length > 0) chains.set('forward', { hook: hook('forward', priorities.filter), rules: isolation })
  if (!has('confined4', 'confined6')) return
  const input: FirewallRule[] = [rule(establishedOrRelated, back)]
  if (has('confined4')) {
    chains.set('host4', { rules: hostRules('inet', has) })
    input.push(rule(ofFamily('inet'), sourceOf('inet'), inSet('confined4'), jump('host4')))
  }
  if (has('confined6')) {
    chains.set('host6', { rules: hostRules('inet6', has) })
    input.push(rule(ofFamily('inet6'), sourceOf('inet6'), inSet('confined6'), jump('host6')))
  }
  chains.set('input', { hook: hook('input', priorities.filter), rules: input })
}

function overLimit(key: 'iifname' | 'oifname', map: SetName): FirewallRule {
  return rule(meta(key), beyondLimitOf(map), drop)
}

function sourceOf(family: 'inet' | 'inet6', at = 0): Expression {
  const { source, length } = addressOffsets[family]
  return header('network', source, length, at)
}

/** A frame's source must be the guest's; so must be what an ARP packet says of it. */
function macRules(family: 'inet' | 'bridge'): FirewallRule[] {
  const checked = [meta('iifname'), inSet('macLinks')]
  // ARPHRD_ETHER
  const ethernet = family === 'inet' ? [meta('iiftype'), equal(...hostOrder16(1))] : []
  const frame = rule(checked, ethernet, meta('iifname'), header('link', 6, 6, ifnameSize), notInSet('macs'), drop)
  const sender = [meta('iifname'), header('network', 8, 6, ifnameSize), notInSet('macs')]
  return family === 'inet' ? [frame] : [frame, rule(checked, bridged('arp'), sender, drop)]
}

/**
 * Returns for what a guest may send, and drops the rest: other source addresses, what only a router or a DHCP server
 * says, and what a table does not look into, such as frames with VLAN tags.
 */
function sourceRules(family: 'inet' | 'bridge', has: (...names: readonly SetName[]) => boolean): FirewallRule[] {
  const is = family === 'bridge' ? bridged : routed
  const udp = [meta('l4proto'), equal(UDP)]
  const type = (number: number): Expression[] => [
    meta('l4proto'),
    equal(ICMPV6),
    header('transport', 0, 1),
    equal(number),
  ]
  const none = new Uint8Array(16)
  const rules: FirewallRule[] = []
  if (family === 'bridge') {
    // A probe says that it has no address yet: RFC 5227 §2.1.1.
    rules.push(rule(is('arp'), header('network', 14, 4), equal(0, 0, 0, 0), back))
    if (has('addresses4')) {
      rules.push(rule(is('arp'), meta('iifname'), header('network', 14, 4, ifnameSize), inSet('addresses4'), back))
    }
  }
  rules.push(
    // A guest may ask for an address, and give none: RFC 2131 §4.1.
    rule(is('ip'), sourceOf('inet'), equal(0, 0, 0, 0), udp, header('transport', 0, 4), equal(0, 68, 0, 67), back),
    rule(is('ip'), udp, header('transport', 0, 2), equal(0, 67), drop),
  )
  if (has('addresses4'))
    rules.push(rule(is('ip'), meta('iifname'), sourceOf('inet', ifnameSize), inSet('addresses4'), back))
  rules.push(
    rule(is('ip6'), type(icmpv6.routerAdvert), drop),
    rule(is('ip6'), type(icmpv6.redirect), drop),
    // RFC 8415 §7.2
    rule(is('ip6'), udp, header('transport', 0, 2), equal(547 >> 8, 547 & 0xff), drop),
  )
  if (has('addresses6')) {
    const target = [meta('iifname'), header('transport', 8, 16, ifnameSize)]
    rules.push(
      rule(is('ip6'), type(icmpv6.neighborAdvert), target, notInSet('addresses6'), drop),
      // Duplicate address detection, and joining the groups that it needs: RFC 4862 §5.4.2.
      rule(is('ip6'), sourceOf('inet6'), equal(...none), type(icmpv6.neighborSolicit), back),
      rule(is('ip6'), sourceOf('inet6'), equal(...none), type(icmpv6.report2), back),
      rule(is('ip6'), meta('iifname'), sourceOf('inet6', ifnameSize), inSet('addresses6'), back),
    )
  }
  return [...rules, rule(drop)]
}

/** Isolated guests do not reach each other by way of the host. */
function isolationRule(family: 'inet' | 'inet6'): FirewallRule {
  const set: SetName = family === 'inet' ? 'isolated4' : 'isolated6'
  const { destination, length } = addressOffsets[family]
  return rule(ofFamily(family), sourceOf(family), inSet(set), header('network', destination, length), inSet(set), drop)
}

/** `ct state established,related`; NF_CT_STATE_BIT: include/uapi/linux/netfilter/nf_conntrack_common.h */
const establishedOrRelated: readonly Expression[] = [
  { name: 'ct', data: { destination: 1, key: 'state' } },
  masked(hostOrder32(2 | 4)),
  different(0, 0, 0, 0),
]

/** What a guest may reach of the host; neighbors must be found in any case. */
function hostRules(family: 'inet' | 'inet6', has: (...names: readonly SetName[]) => boolean): FirewallRule[] {
  const { length } = addressOffsets[family]
  const [ports, protocols]: [SetName, SetName] =
    family === 'inet' ? ['hostPorts4', 'hostProtocols4'] : ['hostPorts6', 'hostProtocols6']
  const protocol = meta('l4proto', length)
  const discovery = [icmpv6.routerSolicit, icmpv6.neighborSolicit, icmpv6.neighborAdvert, icmpv6.report2]
  return [
    ...(family === 'inet6'
      ? discovery.map((type) => rule(meta('l4proto'), equal(ICMPV6), header('transport', 0, 1), equal(type), back))
      : []),
    ...(has(protocols) ? [rule(ofFamily(family), sourceOf(family), protocol, inSet(protocols), back)] : []),
    ...(has(ports)
      ? [rule(ofFamily(family), sourceOf(family), protocol, header('transport', 2, 2, length + 4), inSet(ports), back)]
      : []),
    rule(drop),
  ]
}

function hostOrder16(value: number): Uint8Array {
  const bytes = new Uint8Array(2)
  new DataView(bytes.buffer).setUint16(0, value, littleEndian)
  return bytes
}

function hostOrder32(value: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value, littleEndian)
  return bytes
}
