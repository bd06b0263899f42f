import { unorderedListOf } from '../../netlink/lists.js'
import { boolean, enumeration, i32, linkReference, mac, u8, u32 } from '../../netlink/scalars.js'
import { type AttributeTable, attribute, attributeTable } from '../../netlink/table.js'
import { defineLinkKind, type LinkKind, type NoOptions } from './kind.js'

/** Options of a MACVLAN or MACVTAP device: `ip link add type macvlan help`, man ip-link(8). */
export interface MacvlanOptions {
  /** The device below. */
  readonly link?: string | number
  /**
   * How devices on the same link reach each other: `private` not at all, `vepa` through the switch outside, `bridge`
   * directly, `passthru` as the only one, `source` by the sender's address. Only `passthru` is decided for good.
   * Default `vepa`.
   */
  readonly mode?: 'private' | 'vepa' | 'bridge' | 'passthru' | 'source'
  /** `passthru` only: whether the device below is not put into promiscuous mode. Default false. */
  readonly noPromiscuous?: boolean
  /** `source` only: whether packets of a known source go to no other device. Default false. */
  readonly noDestination?: boolean
  /** `source` only: the MAC addresses whose packets it takes, all of them. Default none. */
  readonly sourceMacs?: readonly string[]
  /** How many broadcasts may wait; the largest of the devices on the same link counts. Default 1000. Since Linux 5.11. */
  readonly broadcastQueueLength?: number
  /**
   * How many receivers a broadcast may have that is handled at once instead of in the queue; negative for none. One
   * for all devices on the same link. Default 1. Since Linux 6.4.
   */
  readonly broadcastCutoff?: number
}

/** What a MACVLAN or MACVTAP device tells of itself. */
export interface MacvlanStatus {
  /** How many source addresses it has. */
  readonly sourceMacCount?: number
  /** How many broadcasts may wait on the device below. */
  readonly broadcastQueueLengthUsed?: number
}

const bool = boolean(u8)
const IFLA_MACVLAN_MACADDR_MODE = 3
const IFLA_MACVLAN_MACADDR = 4
const MACVLAN_MACADDR_SET = 3
const modes = { private: 1, vepa: 2, bridge: 4, passthru: 8, source: 16 } as const

// enum of IFLA_MACVLAN_*, enum macvlan_mode, MACVLAN_FLAG_*: include/uapi/linux/if_link.h
const options: AttributeTable<MacvlanOptions> = attributeTable<MacvlanOptions>(
  {
    link: attribute(5, linkReference, { outer: true }),
    mode: attribute(1, enumeration(u32, modes)),
    noPromiscuous: attribute(2, bool, { bit: 0, bits: 'u16', ip: 'mode passthru nopromisc|flag null' }),
    noDestination: attribute(2, bool, { bit: 1, bits: 'u16', ip: 'nodst|flag null' }),
    sourceMacs: attribute(5, unorderedListOf(IFLA_MACVLAN_MACADDR, mac), {
      before: { type: IFLA_MACVLAN_MACADDR_MODE, codec: u32, value: MACVLAN_MACADDR_SET },
      ip: 'macaddr set',
      ipNone: 'macaddr flush',
    }),
    broadcastQueueLength: attribute(7, u32, { ip: 'bcqueuelen' }),
    broadcastCutoff: attribute(9, i32, { ip: 'bclim', absent: 1 }),
  },
  ['link'],
)

const status: AttributeTable<MacvlanStatus> = attributeTable<MacvlanStatus>({
  sourceMacCount: attribute(6, u32),
  broadcastQueueLengthUsed: attribute(8, u32),
})

const shared = {
  options,
  status,
  ethernet: true,
  immutable: ['link'],
  // drivers/net/macvlan.c, macvlan_validate
  cleared: { sourceMacs: [] },
  onlyWith: { sourceMacs: { mode: ['source'] } },
  // drivers/net/macvlan.c, macvlan_changelink: a device cannot become the only one, nor cease to be it.
  needsNewDevice: (option: string, before: unknown, after: unknown) =>
    option === 'mode' && (before === 'passthru' || after === 'passthru'),
  defaults: {
    mode: 'vepa',
    noPromiscuous: false,
    noDestination: false,
    broadcastQueueLength: 1000,
    broadcastCutoff: 1,
  },
  dependsOn: ['link'],
  // drivers/net/macvlan.c, macvlan_common_newlink
  standsBelow: ['macvlan', 'macvtap'],
  takesFramesAs: 'MACVLAN',
  // drivers/net/macvlan.c, macvlan_change_mtu
  mtuWithinLower: true,
  // drivers/net/macvlan.c, macvlan_port_create
  ethernetBelow: true,
} as const

/** `ip link add link LINK name NAME type macvlan`: a device with its own MAC address on another. */
export const macvlan: LinkKind<'macvlan', MacvlanOptions, NoOptions, MacvlanStatus> = defineLinkKind({
  ...shared,
  kind: 'macvlan',
})

/** `ip link add link LINK name NAME type macvtap`: the same, with its frames at /dev/tapINDEX. */
export const macvtap: LinkKind<'macvtap', MacvlanOptions, NoOptions, MacvlanStatus> = defineLinkKind({
  ...shared,
  kind: 'macvtap',
  // drivers/net/macvtap.c, macvtap_newlink: its own file takes them.
  keepsFrames: true,
  generalDefaults: { mtu: undefined, txQueueLength: 500 },
})
