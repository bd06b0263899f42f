import { attributeTable } from '../../netlink/table.js'
import { defineLinkKind, type LinkKind, type NoOptions } from './kind.js'
import { type PairOptions, peerLine } from './peer.js'

/** A virtual CAN bus has no options of its own. */
export type VcanOptions = NoOptions

/** Options of a pair of virtual CAN interfaces: `ip link add NAME type vxcan peer name OTHER`. */
export interface VxcanOptions extends PairOptions {}

// include/uapi/linux/can.h: CAN_MTU, CANFD_MTU; drivers/net/can/vcan.c and vxcan.c
const properties = {
  smallestMtu: 16,
  changedWhileDown: ['mtu'],
  generalDefaults: { mtu: undefined, arp: false, multicast: false, addressGenerationMode: undefined },
} as const

/** `ip link add NAME type vcan`: a CAN bus within this machine. */
export const vcan: LinkKind<'vcan', VcanOptions> = defineLinkKind({
  kind: 'vcan',
  ethernet: false,
  options: attributeTable<VcanOptions>({}),
  ...properties,
})

/** `ip link add NAME type vxcan peer name OTHER`: two ends of a CAN bus, such as of two namespaces. */
export const vxcan: LinkKind<'vxcan', VxcanOptions> = defineLinkKind({
  kind: 'vxcan',
  ethernet: false,
  // VXCAN_INFO_*: include/uapi/linux/can/vxcan.h
  options: attributeTable<VxcanOptions>({ peer: peerLine(1) }, ['peer']),
  pair: {},
  immutable: ['peer'],
  ...properties,
})
