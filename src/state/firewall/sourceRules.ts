import type { TableFamily } from '../../nftables/constants.js'
import type { Expression } from '../../nftables/expressions.js'
import type { Chain, FirewallRule } from '../../nftables/ruleset.js'
import { different, equal, extensionHeader, goTo, header, inSet, masked, meta } from '../../nftables/statements.js'
import {
  back,
  drop,
  type Has,
  IPPROTO_FRAGMENT,
  IPPROTO_ICMP,
  IPPROTO_ICMPV6,
  IPPROTO_IGMP,
  IPPROTO_PIM,
  IPPROTO_UDP,
  icmpv6,
  icmpv6Is,
  isUntagged,
  notOfLink,
  ofLink,
  rule,
  sourceOf,
  transport,
} from './matches.js'

/**
 * The chains that know what a guest with addresses may send. They return for that, and drop the rest: what is neither
 * ARP nor IP, what has tags, what is from other addresses, what only routers and DHCP servers say, and what they cannot
 * look into.
 */
export function sourceChains(family: TableFamily, has: Has): Map<string, Chain> {
  const chains = new Map<string, Chain>()
  if (family === 'arp') return chains.set('source', { rules: arpRules(has) })
  const rules: FirewallRule[] = []
  if (family === 'bridge') {
    rules.push(rule(isUntagged(family, 'arp'), goTo('sourceArp')))
    chains.set('sourceArp', { rules: arpRules(has) })
  }
  rules.push(rule(isUntagged(family, 'ip'), goTo('source4')))
  chains.set('source4', { rules: source4Rules(has) })
  if (has('addresses6')) {
    rules.push(rule(isUntagged(family, 'ip6'), goTo('source6')))
    chains.set('source6', { rules: source6Rules() })
  }
  return chains.set('source', { rules: [...rules, rule(drop)] })
}

/** Ethernet and IPv4, and whether it asks or answers: RFC 826. */
const arpIs = (operation: 1 | 2): Expression[] => [header('network', 0, 8), equal(0, 1, 8, 0, 6, 4, 0, operation)]

function arpRules(has: Has): FirewallRule[] {
  if (!has('addresses4')) return [rule(drop)]
  const own = ofLink('addresses4', 'network', 14, 4)
  // A probe says that it has no address yet: RFC 5227 §2.1.1.
  const probe = [header('network', 14, 4), equal(0, 0, 0, 0), ...ofLink('addresses4', 'network', 24, 4)]
  return [rule(arpIs(1), own, back), rule(arpIs(2), own, back), rule(arpIs(1), probe, back), rule(drop)]
}

// A protocol that is not given to anyone: any other one goes on, and a packet whose protocol is not found does not.
const anyProtocol: readonly Expression[] = [meta('l4proto'), different(255)]

const from = (port: number): readonly number[] => [port >> 8, port & 0xff]

function source4Rules(has: Has): FirewallRule[] {
  const ports = header('transport', 0, 4)
  const everybody = [header('network', 16, 4), equal(255, 255, 255, 255)]
  return [
    // A guest may ask for an address: RFC 2131 §4.1.
    rule(sourceOf('inet'), equal(0, 0, 0, 0), everybody, transport(IPPROTO_UDP), ports, equal(0, 68, 0, 67), back),
    has('addresses4') ? rule(notOfLink('addresses4', 'network', 12, 4), drop) : rule(drop),
    // Those that follow the first fragment say nothing, and are nothing without it.
    rule(header('network', 6, 2), masked(Uint8Array.of(0x1f, 0xff)), different(0, 0), anyProtocol, back),
    ...typesOf(IPPROTO_ICMP, 'icmpTypes'),
    ...typesOf(IPPROTO_IGMP, 'igmpTypes'),
    ...notFromPort(67),
    rule(transport(IPPROTO_PIM), drop),
    rule(anyProtocol, back),
    rule(drop),
  ]
}

function source6Rules(): FirewallRule[] {
  const none = [sourceOf('inet6'), equal(...new Uint8Array(16))]
  const ownTarget = ofLink('addresses6', 'transport', 8, 16)
  // No extension header, no fragment, and nobody has routed it: RFC 4861 §7.1, RFC 6980.
  const direct = [header('network', 6, 2), equal(IPPROTO_ICMPV6, 255)]
  const { neighborSolicit, neighborAdvert, routerSolicit, report, report2 } = icmpv6
  return [
    // Duplicate address detection, and joining the groups that it needs: RFC 4862 §5.4.2.
    rule(none, icmpv6Is(neighborSolicit), direct, ownTarget, back),
    rule(none, icmpv6Is(routerSolicit), direct, back),
    rule(none, icmpv6Is(report), back),
    rule(none, icmpv6Is(report2), back),
    rule(notOfLink('addresses6', 'network', 8, 16), drop),
    rule(
      extensionHeader(IPPROTO_FRAGMENT, 2, 2),
      masked(Uint8Array.of(0xff, 0xf8)),
      different(0, 0),
      anyProtocol,
      back,
    ),
    rule(icmpv6Is(neighborSolicit), direct, back),
    rule(icmpv6Is(neighborAdvert), direct, ownTarget, back),
    rule(icmpv6Is(routerSolicit), direct, back),
    ...typesOf(IPPROTO_ICMPV6, 'icmpv6Types'),
    // RFC 8415 §7.2
    ...notFromPort(547),
    rule(transport(IPPROTO_PIM), drop),
    rule(anyProtocol, back),
    rule(drop),
  ]
}

/** A message must tell its type, and that must be one of a set. */
function typesOf(protocol: number, set: 'icmpTypes' | 'igmpTypes' | 'icmpv6Types'): FirewallRule[] {
  return [rule(transport(protocol), header('transport', 0, 1), inSet(set), back), rule(transport(protocol), drop)]
}

/** A datagram must tell its ports, and not come from that of a server. */
function notFromPort(port: number): FirewallRule[] {
  const udp = transport(IPPROTO_UDP)
  return [rule(udp, header('transport', 0, 2), different(...from(port)), back), rule(udp, drop)]
}
