import { be16, flag, u16 } from '../../netlink/scalars.js'
import { attribute, attributeTable } from '../../netlink/table.js'
import { defineLinkKind, type LinkKind } from './kind.js'

/** Options of a bare UDP device: `ip link add type bareudp help`, man ip-link(8). */
export interface BareudpOptions {
  /** The UDP port that it receives at and sends to. */
  readonly port?: number
  /** The protocol inside, by its Ethernet number: 0x0800 IPv4, 0x86dd IPv6, 0x8847 MPLS. */
  readonly etherType?: number
  /** The lowest UDP port that it sends from. Default 0. */
  readonly lowestSourcePort?: number
  /** Whether IPv4 takes IPv6 along, and MPLS unicast multicast. Default false. */
  readonly multipleProtocols?: boolean
}

/** `ip link add NAME type bareudp dstport PORT ethertype TYPE`: packets of one protocol in UDP, by routes' metadata. */
export const bareudp: LinkKind<'bareudp', BareudpOptions> = defineLinkKind({
  kind: 'bareudp',
  ethernet: false,
  // enum of IFLA_BAREUDP_*: include/uapi/linux/if_link.h
  options: attributeTable<BareudpOptions>(
    {
      port: attribute(1, be16, { ip: 'dstport' }),
      etherType: attribute(2, be16, { ip: 'ethertype' }),
      lowestSourcePort: attribute(3, u16, { ip: 'srcportmin' }),
      multipleProtocols: attribute(4, flag, { absent: false, ip: 'multiproto|nomultiproto' }),
    },
    ['port', 'etherType'],
  ),
  // drivers/net/bareudp.c has no changelink.
  immutable: ['port', 'etherType', 'lowestSourcePort', 'multipleProtocols'],
  defaults: { lowestSourcePort: 0, multipleProtocols: false },
  generalDefaults: { mtu: undefined, arp: false, multicast: true },
})
