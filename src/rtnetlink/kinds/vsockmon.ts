import { attributeTable } from '../../netlink/table.js'
import { defineLinkKind, type LinkKind, type NoOptions } from './kind.js'

/** A vsockmon device has no options of its own. */
export type VsockmonOptions = NoOptions

/** `ip link add NAME type vsockmon`: a device that shows what goes between virtual machines and their host by vsock. */
export const vsockmon: LinkKind<'vsockmon', VsockmonOptions> = defineLinkKind({
  kind: 'vsockmon',
  ethernet: false,
  options: attributeTable<VsockmonOptions>({}),
  // drivers/net/vsockmon.c: DEFAULT_MTU
  generalDefaults: { mtu: undefined, arp: false, multicast: false, addressGenerationMode: undefined },
})
