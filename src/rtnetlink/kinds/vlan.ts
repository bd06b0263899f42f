import type { Codec } from '../../netlink/codec.js'
import { unorderedListOf } from '../../netlink/lists.js'
import { be16, boolean, enumeration, linkReference, ranged, u8, u16, u32 } from '../../netlink/scalars.js'
import { field, struct } from '../../netlink/struct.js'
import { type AttributeTable, attribute, attributeTable } from '../../netlink/table.js'
import { defineLinkKind, type LinkKind } from './kind.js'

/** One entry of a map between priorities of the host and of VLAN tags. */
export interface VlanPriorityMapping {
  /** What is mapped: the tag's priority, 0 to 7, on the way in; the host's packet priority on the way out. */
  readonly from: number
  /** What it becomes: the host's packet priority on the way in; the tag's priority, 0 to 7, on the way out. */
  readonly to: number
}

/** Options of a VLAN device: `ip link add type vlan help`, man ip-link(8). */
export interface VlanOptions {
  /** The device below. */
  readonly link?: string | number
  /** The number of the VLAN, 0 to 4094. */
  readonly id?: number
  /** The kind of tag. Default `802.1Q`. */
  readonly protocol?: '802.1Q' | '802.1ad'
  /** Whether packet sockets see frames without the tag. Default true. */
  readonly reorderHeader?: boolean
  /** Whether the VLAN is announced by GVRP. Default false. */
  readonly gvrp?: boolean
  /** Whether the VLAN is announced by MVRP. Default false. */
  readonly mvrp?: boolean
  /** Whether the device's state is independent of the one below. Default false. */
  readonly looseBinding?: boolean
  /** On a bridge: whether the device's carrier is that of the ports in the VLAN. Default false. */
  readonly bridgeBinding?: boolean
  /** How priorities are mapped on the way in, all of them; without a mapping it is 0. Default none. */
  readonly ingressQosMap?: readonly VlanPriorityMapping[]
  /** How priorities are mapped on the way out, all of them; without a mapping it is 0. Default none. */
  readonly egressQosMap?: readonly VlanPriorityMapping[]
}

const bool = boolean(u8)

// struct ifla_vlan_qos_mapping and IFLA_VLAN_QOS_MAPPING: include/uapi/linux/if_link.h. A mapping to 0 is none to the
// kernel, and is not listed.
const tagPriority = ranged(u32, 0, 7)
const hostPriority = u32
const mappings = (from: Codec<number>, to: Codec<number>) =>
  unorderedListOf(1, struct<VlanPriorityMapping>(8, { from: field(0, from), to: field(4, to) }))
const ingress = mappings(tagPriority, ranged(hostPriority, 1, 0xffffffff))
const egress = mappings(hostPriority, ranged(tagPriority, 1, 7))

// VLAN_FLAG_*: include/uapi/linux/if_vlan.h
const vlanFlag = (bit: number, word: string) =>
  attribute(2, bool, { bit, bits: 'masked', absent: false, ip: `${word} on|${word} off` })

// enum of IFLA_VLAN_*: include/uapi/linux/if_link.h; ip's words: iproute2, iplink_vlan.c
const options: AttributeTable<VlanOptions> = attributeTable<VlanOptions>(
  {
    link: attribute(5, linkReference, { outer: true }),
    protocol: attribute(5, enumeration(be16, { '802.1Q': 0x8100, '802.1ad': 0x88a8 })),
    id: attribute(1, ranged(u16, 0, 4094)),
    reorderHeader: vlanFlag(0, 'reorder_hdr'),
    gvrp: vlanFlag(1, 'gvrp'),
    looseBinding: vlanFlag(2, 'loose_binding'),
    mvrp: vlanFlag(3, 'mvrp'),
    bridgeBinding: vlanFlag(4, 'bridge_binding'),
    ingressQosMap: attribute(4, ingress, { ip: 'ingress-qos-map', ipNone: '' }),
    egressQosMap: attribute(3, egress, { ip: 'egress-qos-map', ipNone: '' }),
  },
  ['link', 'id'],
)

/** Whether a mapping would have to go, which no message does: what is sent is added (net/8021q/vlan_netlink.c). */
function losesMapping(option: string, before: unknown, after: unknown): boolean {
  if (option !== 'ingressQosMap' && option !== 'egressQosMap') return false
  if (!Array.isArray(before) || !Array.isArray(after)) return false
  const kept = new Set(after.map(({ from }: VlanPriorityMapping) => from))
  return before.some(({ from }: VlanPriorityMapping) => !kept.has(from))
}

/** `ip link add link LINK name NAME type vlan id ID`: a device for the frames of one VLAN. */
export const vlan: LinkKind<'vlan', VlanOptions> = defineLinkKind({
  kind: 'vlan',
  options,
  ethernet: true,
  // net/8021q/vlan_netlink.c, vlan_changelink takes flags and maps alone, and ignores the rest.
  immutable: ['link', 'id', 'protocol'],
  needsNewDevice: losesMapping,
  defaults: {
    protocol: '802.1Q',
    reorderHeader: true,
    gvrp: false,
    looseBinding: false,
    mvrp: false,
    bridgeBinding: false,
  },
  dependsOn: ['link'],
  // net/8021q/vlan.c, vlan_check_real_dev: before, of devices that are no Ethernet, lo is among the few that take none.
  ethernetBelow: [6, 15],
  // NETIF_F_VLAN_CHALLENGED: drivers/net/vrf.c, ipvlan/ipvlan_main.c
  neverOn: ['vrf', 'ipvlan', 'ipvtap'],
  // net/8021q/vlan.c, vlan_device_event
  downWithLowerUnless: 'looseBinding',
  // net/8021q/vlan_dev.c, vlan_dev_change_mtu
  mtuWithinLower: true,
})
