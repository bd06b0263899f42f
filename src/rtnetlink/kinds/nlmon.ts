import { attributeTable } from '../../netlink/table.js'
import { defineLinkKind, type LinkKind, type NoOptions } from './kind.js'

/** An nlmon device has no options of its own. */
export type NlmonOptions = NoOptions

/** `ip link add NAME type nlmon`: a device that shows the netlink messages of its namespace, for packet sniffers. */
export const nlmon: LinkKind<'nlmon', NlmonOptions> = defineLinkKind({
  kind: 'nlmon',
  ethernet: false,
  options: attributeTable<NlmonOptions>({}),
  // drivers/net/nlmon.c: NLMSG_GOODSIZE
  generalDefaults: { mtu: undefined, arp: false, multicast: false },
})
