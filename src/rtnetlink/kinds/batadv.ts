import { text } from '../../netlink/scalars.js'
import { attribute, attributeTable } from '../../netlink/table.js'
import { defineLinkKind, type LinkKind } from './kind.js'

/** Options of a mesh: `ip link add type batadv help`. What else it has is told by its own generic netlink family. */
export interface BatadvOptions {
  /** How it finds its ways: `BATMAN_IV` or `BATMAN_V`. Default: what the module is loaded with. The kernel does not tell. */
  readonly algorithm?: string
}

/** `ip link add NAME type batadv`: a mesh of what is reached by its ports, as one Ethernet. */
export const batadv: LinkKind<'batadv', BatadvOptions> = defineLinkKind({
  kind: 'batadv',
  // IFLA_BATADV_*: include/uapi/linux/batman_adv.h
  options: attributeTable<BatadvOptions>({ algorithm: attribute(1, text(19), { ip: 'ra' }) }),
  // net/batman-adv/soft-interface.c has neither changelink nor fill_info.
  immutable: ['algorithm'],
  untold: ['algorithm'],
  ethernet: true,
  hasPorts: true,
  // net/batman-adv/hard-interface.c, batadv_is_valid_iface
  ethernetPorts: true,
})
