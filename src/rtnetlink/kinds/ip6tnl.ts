import { enumeration, u8 } from '../../netlink/scalars.js'
import { type AttributeTable, attribute, attributeTable } from '../../netlink/table.js'
import { defineLinkKind, type LinkKind } from './kind.js'
import {
  type CollectMetadata,
  collectMetadata,
  type Ipv6TunnelHeader,
  ipv6TunnelHeader,
  ipv6TunnelHeaderDefaults,
  type TunnelEncapsulation,
  type TunnelEnds,
  tunnelEncapsulation,
  tunnelEncapsulationDefaults,
  tunnelEndDefaults,
  tunnelEnds,
} from './tunnel.js'

/** Options of a tunnel over IPv6: `ip link add type ip6tnl help`, man ip-link(8). */
export interface Ip6tnlOptions extends TunnelEnds, Ipv6TunnelHeader, TunnelEncapsulation, CollectMetadata {
  /** What it carries: IPv6, IPv4, or both. Default `any`. */
  readonly mode?: 'ip6ip6' | 'ipip6' | 'any'
}

// enum of IFLA_IPTUN_*: include/uapi/linux/if_tunnel.h; IPPROTO_*: include/uapi/linux/in.h
const options: AttributeTable<Ip6tnlOptions> = attributeTable<Ip6tnlOptions>({
  ...tunnelEnds('inet6', { link: 1, local: 2, remote: 3, fwmark: 20 }),
  ...ipv6TunnelHeader({ hopLimit: 4, encapsulationLimit: 6, flowInfo: 7, flags: 8 }),
  ...tunnelEncapsulation(15),
  ...collectMetadata(19),
  mode: attribute(9, enumeration(u8, { any: 0, ipip6: 4, ip6ip6: 41 })),
})

/** `ip link add NAME type ip6tnl`: a tunnel of IPv4 or IPv6 in IPv6, RFC 2473. */
export const ip6tnl: LinkKind<'ip6tnl', Ip6tnlOptions> = defineLinkKind({
  kind: 'ip6tnl',
  ethernet: false,
  options,
  changedAsWhole: true,
  // net/ipv6/ip6_tunnel.c, ip6_tnl_changelink
  immutable: ['collectMetadata'],
  defaults: {
    ...tunnelEndDefaults('inet6'),
    ...ipv6TunnelHeaderDefaults,
    ...tunnelEncapsulationDefaults,
    mode: 'any',
    collectMetadata: false,
  },
  generalDefaults: { mtu: undefined, multicast: false, arp: false },
  dependsOn: ['link'],
  survivesLower: true,
})
