import { enumeration, u8 } from '../../netlink/scalars.js'
import { attribute, attributeTable } from '../../netlink/table.js'
import { defineLinkKind, type LinkKind } from './kind.js'

/** Options of an OpenVPN device; its peers and keys are told by a generic netlink family of its own. */
export interface OvpnOptions {
  /** Whether it has one peer, or many. Default `p2p`. */
  readonly mode?: 'p2p' | 'mp'
}

/** `ip link add NAME type ovpn`: the packets of OpenVPN, handled by the kernel. Since Linux 6.16. */
export const ovpn: LinkKind<'ovpn', OvpnOptions> = defineLinkKind({
  kind: 'ovpn',
  ethernet: false,
  // drivers/net/ovpn/main.c has no MODULE_ALIAS_RTNL_LINK.
  loadedBy: 'ovpn',
  // enum of IFLA_OVPN_*, enum ovpn_mode: include/uapi/linux/if_link.h
  options: attributeTable<OvpnOptions>({ mode: attribute(1, enumeration(u8, { p2p: 0, mp: 1 }), { ip: false }) }),
  // drivers/net/ovpn/main.c has no changelink.
  immutable: ['mode'],
  defaults: { mode: 'p2p' },
  generalDefaults: { mtu: undefined, arp: false, multicast: false },
})
