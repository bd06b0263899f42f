import type { TableFamily } from '../../nftables/constants.js'
import type { Expression } from '../../nftables/expressions.js'
import type { FirewallRule } from '../../nftables/ruleset.js'
import { different, equal, goTo, header, inSet, masked, meta } from '../../nftables/statements.js'
import {
  back,
  drop,
  type Has,
  hostOrder16,
  IPPROTO_ICMPV6,
  IPPROTO_UDP,
  icmpv6,
  icmpv6Is,
  is,
  notOfLink,
  ofLink,
  rule,
  transport,
} from './matches.js'

/**
 * A frame's source must be the guest's, and so must be what packets say of it: ARP, DHCP (RFC 2131 §2), and the options
 * of neighbor discovery. Returns for what may pass.
 */
export function senderRules(family: TableFamily): FirewallRule[] {
  // ARPHRD_ETHER
  const ethernet = family === 'inet' ? [meta('iiftype'), equal(...hostOrder16(1))] : []
  const frame = rule(ethernet, notOfLink('macs', 'link', 6, 6), drop)
  const arp = [
    rule(is(family, 'arp'), header('network', 4, 1), different(6), drop),
    rule(is(family, 'arp'), notOfLink('macs', 'network', 8, 6), drop),
  ]
  if (family === 'arp') return [frame, ...arp]
  const request = [...is(family, 'ip'), ...transport(IPPROTO_UDP), header('transport', 2, 2), equal(0, 67)]
  return [
    frame,
    ...(family === 'bridge' ? arp : []),
    rule(request, ofLink('macs', 'transport', 36, 6), back),
    rule(request, drop),
    rule(is(family, 'ip6'), transport(IPPROTO_ICMPV6), goTo('linkOptions')),
  ]
}

// Where options begin, and which one tells the address of a link: RFC 4861 §4.
const discovery = [
  { type: icmpv6.routerSolicit, length: 8, option: 1 },
  { type: icmpv6.neighborSolicit, length: 24, option: 1 },
  { type: icmpv6.neighborAdvert, length: 24, option: 2 },
] as const

/** Nothing but the message itself, no extension header, and nobody has routed it: RFC 4861 §7.1, RFC 6980. */
const ofLength = (length: number): Expression[] => [header('network', 4, 4), equal(0, length, IPPROTO_ICMPV6, 255)]

/** Neighbor discovery has no option, or one: that of the guest's own address, or the nonce of RFC 7527. */
export function linkOptionRules(): FirewallRule[] {
  return [
    ...discovery.flatMap(({ type, length, option }) => [
      rule(icmpv6Is(type), ofLength(length), back),
      rule(
        icmpv6Is(type),
        ofLength(length + 8),
        [header('transport', length, 2), equal(option, 1)],
        ofLink('macs', 'transport', length + 2, 6),
        back,
      ),
    ]),
    rule(icmpv6Is(icmpv6.neighborSolicit), ofLength(32), header('transport', 24, 2), equal(14, 1), back),
    ...discovery.map(({ type }) => rule(icmpv6Is(type), drop)),
  ]
}

/** Drops what bridges say to each other, such as spanning trees: IEEE 802.1D table 7-10. */
export function controlRules(has: Has): FirewallRule[] {
  const group = [
    header('link', 0, 6),
    masked(Uint8Array.of(255, 255, 255, 255, 255, 0xf0)),
    equal(0x01, 0x80, 0xc2, 0, 0, 0),
  ]
  const links = (['macLinks', 'addressLinks'] as const).filter((set) => has(set))
  return links.map((set) => rule(meta('iifname'), inSet(set), group, drop))
}
