import { ranged, u32 } from '../../netlink/scalars.js'
import { attribute, attributeTable } from '../../netlink/table.js'
import { defineLinkKind, type LinkKind } from './kind.js'

/** Options of a VRF: `ip link add type vrf help`, man ip-vrf(8). */
export interface VrfOptions {
  /** The routing table that its ports use. */
  readonly table?: number
}

/** `ip link add NAME type vrf table TABLE`: a routing domain, whose ports use a table of their own. */
export const vrf: LinkKind<'vrf', VrfOptions> = defineLinkKind({
  kind: 'vrf',
  // enum of IFLA_VRF_*: include/uapi/linux/if_link.h
  options: attributeTable<VrfOptions>({ table: attribute(1, ranged(u32, 1, 0xffffffff)) }, ['table']),
  immutable: ['table'],
  hasPorts: true,
  // drivers/net/vrf.c, vrf_add_slave and do_vrf_add_slave
  noLoopbackPort: true,
  neverPorts: ['vrf'],
  // drivers/net/vrf.c, cycle_netdev: it takes the routes of the other table along, and all IPv6 addresses.
  portsGoDown: true,
  // IFF_NO_RX_HANDLER: drivers/net/vrf.c, vrf_setup
  keepsFrames: true,
  // drivers/net/vrf.c, vrf_setup: IP6_MAX_MTU
  generalDefaults: { mtu: 65575, arp: false, multicast: false },
})
