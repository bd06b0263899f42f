import {
  be16,
  binary,
  boolean,
  enumeration,
  mac,
  ranged,
  seconds,
  secondsWithin,
  u8,
  u16,
  u32,
  u64AsNumber,
} from '../../netlink/scalars.js'
import { type AttributeTable, attribute, attributeTable } from '../../netlink/table.js'
import type { GlobalVlanOptions } from '../bridgeVlan.js'
import { type BridgePortOptions, bridgePort, bridgePortDefaults, bridgePortStatus } from './bridgePort.js'
import { globalVlanOptions, portVlans, type VlanList } from './bridgeVlans.js'
import { defineLinkKind, type LinkKind } from './kind.js'
import { type MulticastOptions, multicastDefaults } from './multicastOptions.js'

/** Options of a bridge: `ip link add type bridge help`, man ip-link(8). */
export interface BridgeOptions extends MulticastOptions {
  /** Seconds a port listens and learns before it forwards, 2 to 30 with STP. Default 15; without STP it delays no port. */
  readonly forwardDelay?: number
  /** Seconds between hello packets of the root bridge, 1 to 10. Default 2. */
  readonly helloTime?: number
  /** Seconds after which a bridge that is not heard of is taken for gone, 6 to 40. Default 20. */
  readonly maxAge?: number
  /** Seconds a learned address is kept. Default 300; 0 forgets at once, so that the bridge is a hub. */
  readonly ageingTime?: number
  /** Whether the spanning tree protocol runs. Default false. */
  readonly stp?: boolean
  /** STP priority, 0 to 65535; the lowest becomes the root. Default 32768. */
  readonly priority?: number
  /** Whether the bridge looks at VLAN tags. Default false. Needs a kernel with CONFIG_BRIDGE_VLAN_FILTERING. */
  readonly vlanFiltering?: boolean
  /** The tag that VLAN filtering works on. Default `802.1Q`. */
  readonly vlanProtocol?: '802.1Q' | '802.1ad'
  /** The VLAN of untagged frames on new ports, 0 for none. Default 1. */
  readonly vlanDefaultPvid?: number
  /** Whether VLANs are counted. Default false. */
  readonly vlanStats?: boolean
  /** Whether VLANs are counted for each port; changed only while no port has a VLAN. Default false. */
  readonly vlanStatsPerPort?: boolean
  /** Bit mask of the link-local groups 01:80:C2:00:00:0X that are forwarded. Default 0. */
  readonly groupForwardMask?: number
  /** The group address that BPDUs are sent to: 01:80:C2:00:00:0X. */
  readonly groupAddress?: string
  /** Whether the bridge is a multicast router: 0 never, 1 as it learns, 2 always. Default 1. */
  readonly multicastRouter?: number
  /** Whether IGMP and MLD are watched so that multicast goes only where it is wanted. Default true. */
  readonly multicastSnooping?: boolean
  /** Whether queries carry the bridge's own address instead of 0.0.0.0. Default false. */
  readonly multicastQueryUseInterfaceAddress?: boolean
  /** Kept for old programs; the kernel takes it and does nothing with it. Default 16. */
  readonly multicastHashElasticity?: number
  /** How many multicast groups are kept at the most. Default 4096. */
  readonly multicastHashMaximum?: number
  /** Whether multicast packets are counted. Default false. */
  readonly multicastStats?: boolean
  /** Whether bridged IPv4 packets pass iptables. Default false. */
  readonly nfCallIptables?: boolean
  /** Whether bridged IPv6 packets pass ip6tables. Default false. */
  readonly nfCallIp6tables?: boolean
  /** Whether bridged ARP packets pass arptables. Default false. */
  readonly nfCallArptables?: boolean
  /** Whether source addresses of link-local frames are not learned. Default false. */
  readonly noLinkLocalLearn?: boolean
  /** Whether multicast snooping is kept for each VLAN. Default false. */
  readonly multicastVlanSnooping?: boolean
  /** Whether multiple spanning trees are in use. Default false. */
  readonly mst?: boolean
  /** Whether listeners are told when hardware cannot take a multicast group. Default false. Since Linux 6.16. */
  readonly mdbOffloadFailNotification?: boolean
  /** Whether addresses of the host are kept once for all VLANs, and not once for each. Default false. Since Linux 6.18. */
  readonly fdbLocalVlan0?: boolean
  /**
   * Who runs the spanning tree protocol once {@link stp} is on: `/sbin/bridge-stp` is asked, a program does, or the
   * kernel. Changed only while it is off. Default `auto`. Since Linux 7.1.
   */
  readonly stpMode?: 'auto' | 'user' | 'kernel'
  /** How many learned addresses are kept at the most, 0 for no limit. Default 0. Since Linux 6.7. */
  readonly fdbMaximumLearned?: number
  /**
   * All VLANs of the bridge itself: of the frames that the host sends and receives by it (`bridge vlan … self`). Left
   * out, they stay as they are; given, others go, also VLAN 1, which a new bridge has. Not part of the messages of a
   * link: see `addVlans`.
   */
  readonly vlans?: VlanList
  /** What VLANs have on the bridge as a whole: `bridge vlan global`. VLANs that are not named stay as they are. */
  readonly vlanOptions?: readonly GlobalVlanOptions[]
}

/** What a bridge tells of itself. */
export interface BridgeStatus {
  /** The root's priority and address. */
  readonly rootId?: Uint8Array
  /** This bridge's priority and address. */
  readonly bridgeId?: Uint8Array
  /** The port that leads to the root; 0 where this bridge is the root. */
  readonly rootPort?: number
  /** The cost of the path to the root. */
  readonly rootPathCost?: number
  /** Whether the topology is changing. */
  readonly topologyChange?: boolean
  /** Whether a change was detected here. */
  readonly topologyChangeDetected?: boolean
  /** Seconds left of the hello timer. */
  readonly helloTimer?: number
  /** Seconds left of the topology change notification timer. */
  readonly topologyChangeNotificationTimer?: number
  /** Seconds left of the topology change timer. */
  readonly topologyChangeTimer?: number
  /** Seconds until stale addresses are dropped next. */
  readonly garbageCollectionTimer?: number
  /** The state of the multicast querier, as the kernel nests it. */
  readonly multicastQuerierState?: Uint8Array
  /** How many learned addresses there are. */
  readonly fdbLearned?: number
}

// USER_HZ is 100 on every architecture that Node runs on (include/asm-generic/param.h).
const ticks = 100
const bool = boolean(u8)
const duration = seconds(u32, ticks)
const longDuration = seconds(u64AsNumber, ticks)

// br_boolopt_id: include/uapi/linux/if_bridge.h
const boolopt = (bit: number, ip: string) => attribute(46, bool, { bit, bits: 'masked', ip })

// enum of IFLA_BR_*: include/uapi/linux/if_link.h; ip's words: iproute2, iplink_bridge.c
const options: AttributeTable<BridgeOptions> = attributeTable<BridgeOptions>({
  forwardDelay: attribute(1, duration),
  // br_set_hello_time and br_set_max_age: net/bridge/br_stp.c
  helloTime: attribute(2, secondsWithin(u32, ticks, 1, 10)),
  maxAge: attribute(3, secondsWithin(u32, ticks, 6, 40)),
  ageingTime: attribute(4, duration),
  stp: attribute(5, boolean(u32), { ip: 'stp_state' }),
  priority: attribute(6, u16),
  vlanFiltering: attribute(7, bool),
  vlanProtocol: attribute(8, enumeration(be16, { '802.1Q': 0x8100, '802.1ad': 0x88a8 })),
  groupForwardMask: attribute(9, u16, { ip: 'group_fwd_mask' }),
  groupAddress: attribute(20, mac),
  multicastRouter: attribute(22, ranged(u8, 0, 2), { ip: 'mcast_router' }),
  multicastSnooping: attribute(23, bool, { ip: 'mcast_snooping' }),
  multicastQueryUseInterfaceAddress: attribute(24, bool, { ip: 'mcast_query_use_ifaddr' }),
  multicastQuerier: attribute(25, bool, { ip: 'mcast_querier' }),
  multicastHashElasticity: attribute(26, u32, { ip: 'mcast_hash_elasticity' }),
  multicastHashMaximum: attribute(27, u32, { ip: 'mcast_hash_max' }),
  multicastLastMemberCount: attribute(28, u32, { ip: 'mcast_last_member_count' }),
  multicastStartupQueryCount: attribute(29, u32, { ip: 'mcast_startup_query_count' }),
  multicastLastMemberInterval: attribute(30, longDuration, { ip: 'mcast_last_member_interval' }),
  multicastMembershipInterval: attribute(31, longDuration, { ip: 'mcast_membership_interval' }),
  multicastQuerierInterval: attribute(32, longDuration, { ip: 'mcast_querier_interval' }),
  multicastQueryInterval: attribute(33, longDuration, { ip: 'mcast_query_interval' }),
  multicastQueryResponseInterval: attribute(34, longDuration, { ip: 'mcast_query_response_interval' }),
  multicastStartupQueryInterval: attribute(35, longDuration, { ip: 'mcast_startup_query_interval' }),
  nfCallIptables: attribute(36, bool),
  nfCallIp6tables: attribute(37, bool),
  nfCallArptables: attribute(38, bool),
  vlanDefaultPvid: attribute(39, ranged(u16, 0, 4094)),
  vlanStats: attribute(41, bool, { ip: 'vlan_stats_enabled' }),
  multicastStats: attribute(42, bool, { ip: 'mcast_stats_enabled' }),
  multicastIgmpVersion: attribute(43, ranged(u8, 2, 3), { ip: 'mcast_igmp_version' }),
  multicastMldVersion: attribute(44, ranged(u8, 1, 2), { ip: 'mcast_mld_version' }),
  vlanStatsPerPort: attribute(45, bool),
  noLinkLocalLearn: boolopt(0, 'no_linklocal_learn'),
  multicastVlanSnooping: boolopt(1, 'mcast_vlan_snooping'),
  mst: boolopt(2, 'mst_enabled'),
  mdbOffloadFailNotification: boolopt(3, 'mdb_offload_fail_notification'),
  fdbLocalVlan0: boolopt(4, 'fdb_local_vlan_0'),
  fdbMaximumLearned: attribute(49, u32, { ip: 'fdb_max_learned' }),
  stpMode: attribute(50, enumeration(u32, { auto: 0, user: 1, kernel: 2 })),
  vlans: attribute(0, portVlans, { separate: true }),
  vlanOptions: attribute(0, globalVlanOptions, { separate: true }),
})

const status: AttributeTable<BridgeStatus> = attributeTable<BridgeStatus>({
  rootId: attribute(10, binary),
  bridgeId: attribute(11, binary),
  rootPort: attribute(12, u16),
  rootPathCost: attribute(13, u32),
  topologyChange: attribute(14, bool),
  topologyChangeDetected: attribute(15, bool),
  helloTimer: attribute(16, longDuration),
  topologyChangeNotificationTimer: attribute(17, longDuration),
  topologyChangeTimer: attribute(18, longDuration),
  garbageCollectionTimer: attribute(19, longDuration),
  multicastQuerierState: attribute(47, binary),
  fdbLearned: attribute(48, u32),
})

/** `ip link add NAME type bridge`: a switch in the kernel. */
export const bridge: LinkKind<'bridge', BridgeOptions, BridgePortOptions, BridgeStatus> = defineLinkKind({
  kind: 'bridge',
  options,
  status,
  port: bridgePort,
  portStatus: bridgePortStatus,
  ethernet: true,
  hasPorts: true,
  // net/bridge/br_if.c, br_add_if
  neverPorts: ['bridge'],
  ethernetPorts: true,
  portsHaveMac: true,
  takesFramesAs: 'bridge',
  // Only ndo_change_mtu keeps the MTU from following the ports' (br_device.c, BROPT_MTU_SET_BY_USER), and it is called for
  // another MTU than there is (net/core/dev.c, netif_set_mtu_ext).
  setAfterCreation: { mtu: { ordinary: 1500, madeWith: 1499 } },
  // net/bridge/br_if.c, br_device.c and br_multicast.c
  defaults: {
    forwardDelay: 15,
    helloTime: 2,
    maxAge: 20,
    ageingTime: 300,
    stp: false,
    priority: 32768,
    vlanFiltering: false,
    vlanProtocol: '802.1Q',
    groupForwardMask: 0,
    groupAddress: '01:80:c2:00:00:00',
    multicastRouter: 1,
    multicastSnooping: true,
    ...multicastDefaults,
    multicastQueryUseInterfaceAddress: false,
    multicastHashElasticity: 16,
    multicastHashMaximum: 4096,
    nfCallIptables: false,
    nfCallIp6tables: false,
    nfCallArptables: false,
    vlanDefaultPvid: 1,
    vlanStats: false,
    multicastStats: false,
    vlanStatsPerPort: false,
    noLinkLocalLearn: false,
    multicastVlanSnooping: false,
    mst: false,
    mdbOffloadFailNotification: false,
    fdbLocalVlan0: false,
    stpMode: 'auto',
    fdbMaximumLearned: 0,
  },
  portDefaults: bridgePortDefaults,
  // net/bridge/br_stp.c, __br_set_topology_change; sysfs shows the same.
  passing: ({ ageingTime = 0, forwardDelay = 0 }, { topologyChange }) =>
    topologyChange && Math.abs(ageingTime - 2 * forwardDelay) < 2.5 / ticks ? ['ageingTime'] : [],
  portCleared: { backupPort: 0 },
})
