import { attributeTable } from '../../netlink/table.js'
import { defineLinkKind, type LinkKind, type NoOptions } from './kind.js'

/** An ifb device has no options of its own. */
export type IfbOptions = NoOptions

/** `ip link add NAME type ifb`: an intermediate device, so that traffic which comes in can be shaped. */
export const ifb: LinkKind<'ifb', IfbOptions> = defineLinkKind({
  kind: 'ifb',
  options: attributeTable<IfbOptions>({}),
  ethernet: true,
  // drivers/net/ifb.c, ifb_setup and TX_Q_LIMIT
  generalDefaults: { arp: false, multicast: false, txQueueLength: 32 },
  // It has no ndo_set_mac_address: the address is given at creation or random.
  immutableProperties: ['mac'],
})
