import type { Codec } from '../../netlink/codec.js'
import { boolean, u8, u32 } from '../../netlink/scalars.js'
import { type AttributeTable, attribute, attributeTable } from '../../netlink/table.js'
import { defineLinkKind, type LinkKind, type NoOptions } from './kind.js'

/** Options of a TUN or TAP device: `ip tuntap help`. All of them are set through /dev/net/tun. */
export interface TunTapOptions {
  /** The user who may open the device without privileges: a number, or a name of /etc/passwd. Default: nobody. */
  readonly owner?: number | string
  /** The group whose members may open it: a number, or a name of /etc/group. Default: none. */
  readonly group?: number | string
  /** Whether several descriptors may be open, a queue each. Default false. */
  readonly multiQueue?: boolean
  /** Whether packets carry a `virtio_net_hdr` in front, for offloads. Default false. */
  readonly vnetHeader?: boolean
  /** Whether packets carry four bytes of flags and protocol in front. Default false. */
  readonly packetInfo?: boolean
}

/** What a TUN or TAP device tells of itself. */
export interface TunTapStatus {
  /** 1 is TUN, 2 is TAP. */
  readonly type?: number
  /** Whether the device stays when its last descriptor closes. */
  readonly persistent?: boolean
  /** How many queues are open. */
  readonly queues?: number
  /** How many queues are open and set aside. */
  readonly disabledQueues?: number
}

const bool = boolean(u8)

/** A user or group: names are looked up before a message is built, since the kernel knows numbers alone. */
const account = (type: 'user' | 'userGroup'): Codec<number | string> => ({
  domain: { type },
  encode: (value, writer, context) => u32.encode(Number(value), writer, context),
  decode: (payload, context) => u32.decode(payload, context),
})

// enum of IFLA_TUN_*: include/uapi/linux/if_link.h; ip's words: iproute2, iptuntap.c
const options: AttributeTable<TunTapOptions> = attributeTable<TunTapOptions>({
  owner: attribute(1, account('user'), { ip: 'user' }),
  group: attribute(2, account('userGroup')),
  packetInfo: attribute(4, bool, { ip: 'pi' }),
  vnetHeader: attribute(5, bool, { ip: 'vnet_hdr' }),
  multiQueue: attribute(7, bool),
})

const status: AttributeTable<TunTapStatus> = attributeTable<TunTapStatus>({
  type: attribute(3, u8),
  persistent: attribute(6, bool),
  queues: attribute(8, u32),
  disabledQueues: attribute(9, u32),
})

// drivers/net/tun.c, TUN_USER_FEATURES lacks NETIF_F_TSO_MANGLEID.
const features = { 'tx-tcp-mangleid-segmentation': false }

const shared = {
  kernelKind: 'tun',
  options,
  status,
  creation: 'tuntap',
  // TUNSETOFFLOAD changes them: drivers/net/tun.c, TUN_USER_FEATURES.
  momentaryFeatures: ['tx-checksum-ip-generic', 'tx-tcp', 'tx-udp'],
  // The other two follow whoever attaches (drivers/net/tun.c, TUN_FEATURES), so that a new device would gain nothing.
  immutable: ['multiQueue'],
  // Whoever attaches must tell all of them (tun_set_iff).
  changedAsWhole: true,
  defaults: { multiQueue: false, vnetHeader: false, packetInfo: false },
} as const

/** `ip tuntap add NAME mode tun`: IP packets to and from a program. */
export const tun: LinkKind<'tun', TunTapOptions, NoOptions, TunTapStatus> = defineLinkKind({
  ...shared,
  kind: 'tun',
  ethernet: false,
  generalDefaults: { txQueueLength: 500, arp: false, multicast: true, features },
  matches: (raw) => raw['type'] === 1,
})

/** `ip tuntap add NAME mode tap`: Ethernet frames to and from a program, such as a virtual machine. */
export const tap: LinkKind<'tap', TunTapOptions, NoOptions, TunTapStatus> = defineLinkKind({
  ...shared,
  kind: 'tap',
  ethernet: true,
  generalDefaults: { features },
  matches: (raw) => raw['type'] !== 1,
})
