import { boolean, enumeration, ipv4, ipv6, ranged, u8, u16 } from '../../netlink/scalars.js'
import { type AttributeTable, attribute, attributeTable } from '../../netlink/table.js'
import { defineLinkKind, type LinkKind } from './kind.js'
import {
  type CollectMetadata,
  collectMetadata,
  type Ipv4TunnelHeader,
  ipv4TunnelHeader,
  ipv4TunnelHeaderDefaults,
  type TunnelEncapsulation,
  type TunnelEnds,
  tunnelEncapsulation,
  tunnelEncapsulationDefaults,
  tunnelEndDefaults,
  tunnelEnds,
} from './tunnel.js'

/** Options of a tunnel of IPv4 in IPv4: `ip link add type ipip help`, man ip-link(8). */
export interface IpipOptions extends TunnelEnds, Ipv4TunnelHeader, TunnelEncapsulation, CollectMetadata {
  /** What it carries: IPv4, MPLS, or both. Default `ipip`. */
  readonly mode?: 'ipip' | 'mplsip' | 'any'
}

/** Options of a tunnel of IPv6 in IPv4: `ip link add type sit help`, man ip-link(8). */
export interface SitOptions extends TunnelEnds, Ipv4TunnelHeader, TunnelEncapsulation {
  /** What it carries: IPv6, IPv4, MPLS, or all of them. Default `ip6ip`. */
  readonly mode?: 'ip6ip' | 'ipip' | 'mplsip' | 'any'
  /** Whether it is an ISATAP tunnel, RFC 5214. Default false. */
  readonly isatap?: boolean
  /** The IPv6 prefix whose addresses hold those of the other ends: RFC 5969. Default `2002::`. */
  readonly rapidPrefix?: string
  /** The bits of {@link rapidPrefix}. Default 16. */
  readonly rapidPrefixLength?: number
  /** The bits of IPv4 addresses that all ends have in common. Default `0.0.0.0`. */
  readonly rapidRelayPrefix?: string
  /** How many they are, 0 to 31. Default 0. */
  readonly rapidRelayPrefixLength?: number
}

// enum of IFLA_IPTUN_*: include/uapi/linux/if_tunnel.h; IPPROTO_*: include/uapi/linux/in.h
const common = {
  ...tunnelEnds('inet', { link: 1, local: 2, remote: 3, fwmark: 20 }),
  ...ipv4TunnelHeader(4, 5, 10),
  ...tunnelEncapsulation(15),
}
const defaults = { ...tunnelEndDefaults('inet'), ...ipv4TunnelHeaderDefaults, ...tunnelEncapsulationDefaults }

const ipipOptions: AttributeTable<IpipOptions> = attributeTable<IpipOptions>({
  ...common,
  ...collectMetadata(19),
  mode: attribute(9, enumeration(u8, { any: 0, ipip: 4, mplsip: 137 })),
})

const sitOptions: AttributeTable<SitOptions> = attributeTable<SitOptions>({
  ...common,
  mode: attribute(9, enumeration(u8, { any: 0, ipip: 4, ip6ip: 41, mplsip: 137 })),
  // Told in the machine's order of bytes, whatever its type is called: iproute2, link_iptnl.c.
  isatap: attribute(8, boolean(u8), { bit: 0, bits: 'u16', ip: 'isatap|' }),
  rapidPrefix: attribute(11, ipv6, { ip: '6rd-prefix {}/{rapidPrefixLength}' }),
  rapidPrefixLength: attribute(13, ranged(u16, 0, 64), { ip: '6rd-prefix {rapidPrefix}/{}' }),
  rapidRelayPrefix: attribute(12, ipv4, { ip: '6rd-relay_prefix {}/{rapidRelayPrefixLength}' }),
  rapidRelayPrefixLength: attribute(14, ranged(u16, 0, 31), { ip: '6rd-relay_prefix {rapidRelayPrefix}/{}' }),
})

/** `ip link add NAME type ipip`: a tunnel of IPv4 in IPv4, RFC 2003. */
export const ipip: LinkKind<'ipip', IpipOptions> = defineLinkKind({
  kind: 'ipip',
  ethernet: false,
  options: ipipOptions,
  changedAsWhole: true,
  // net/ipv4/ipip.c, ipip_changelink
  immutable: ['collectMetadata', 'mode'],
  defaults: { ...defaults, mode: 'ipip', collectMetadata: false },
  generalDefaults: { mtu: 1480, multicast: false, arp: false },
  dependsOn: ['link'],
  survivesLower: true,
})

/** `ip link add NAME type sit`: a tunnel of IPv6 in IPv4, RFC 4213. */
export const sit: LinkKind<'sit', SitOptions> = defineLinkKind({
  kind: 'sit',
  ethernet: false,
  options: sitOptions,
  changedAsWhole: true,
  immutable: ['mode', 'isatap'],
  defaults: {
    ...defaults,
    // net/ipv6/sit.c, ipip6_netlink_parms
    ttl: 64,
    mode: 'ip6ip',
    isatap: false,
    rapidPrefix: '2002::',
    rapidPrefixLength: 16,
    rapidRelayPrefix: '0.0.0.0',
    rapidRelayPrefixLength: 0,
  },
  generalDefaults: { mtu: 1480, multicast: false, arp: false },
  dependsOn: ['link'],
  survivesLower: true,
})
