import { enumeration, linkReference, u16 } from '../../netlink/scalars.js'
import { type AttributeTable, attribute, attributeTable } from '../../netlink/table.js'
import { defineLinkKind, type LinkKind } from './kind.js'

/** Options of an IPVLAN or IPVTAP device: `ip link add type ipvlan help`, man ip-link(8). */
export interface IpvlanOptions {
  /** The device below, whose MAC address it shares. */
  readonly link?: string | number
  /** On which layer packets are told apart; one for all devices on the same link. Default `l3`. */
  readonly mode?: 'l2' | 'l3' | 'l3s'
  /**
   * Whether devices on the same link reach each other: `bridge` yes, `private` no, `vepa` only through the switch
   * outside. One for all devices on the same link. Default `bridge`.
   */
  readonly isolation?: 'bridge' | 'private' | 'vepa'
}

// enum of IFLA_IPVLAN_*, enum ipvlan_mode, IPVLAN_F_*: include/uapi/linux/if_link.h
const options: AttributeTable<IpvlanOptions> = attributeTable<IpvlanOptions>(
  {
    link: attribute(5, linkReference, { outer: true }),
    mode: attribute(1, enumeration(u16, { l2: 0, l3: 1, l3s: 2 })),
    // The kernel keeps two flags, which exclude each other; ip has a bare word for each state.
    isolation: attribute(2, enumeration(u16, { bridge: 0, private: 1, vepa: 2 }), { ip: '' }),
  },
  ['link'],
)

const shared = {
  options,
  immutable: ['link'],
  defaults: { mode: 'l3', isolation: 'bridge' },
  dependsOn: ['link'],
  // drivers/net/ipvlan/ipvlan_main.c, ipvlan_link_new
  standsBelow: ['ipvlan', 'ipvtap'],
  takesFramesAs: 'IPVLAN',
  // IFF_NO_RX_HANDLER: ipvlan_link_setup
  keepsFrames: true,
  // drivers/net/ipvlan/ipvlan_main.c, ipvlan_port_create
  ethernetBelow: true,
  // drivers/net/ipvlan/ipvlan_main.c, ipvlan_link_new
  macOf: 'link',
} as const

/** `ip link add link LINK name NAME type ipvlan`: a device with its own IP addresses on the MAC address of another. */
export const ipvlan: LinkKind<'ipvlan', IpvlanOptions> = defineLinkKind({ ...shared, kind: 'ipvlan' })

/** `ip link add link LINK name NAME type ipvtap`: the same, with its packets at /dev/tapINDEX. */
export const ipvtap: LinkKind<'ipvtap', IpvlanOptions> = defineLinkKind({
  ...shared,
  kind: 'ipvtap',
  generalDefaults: { mtu: undefined, txQueueLength: 500 },
})
