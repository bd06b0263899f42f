import { binary, boolean, linkReference, ranged, seconds, u8, u16, u32, u64AsNumber } from '../../netlink/scalars.js'
import { type AttributeTable, attribute, attributeTable } from '../../netlink/table.js'
import { portVlans, type VlanList } from './bridgeVlans.js'

/** Options of a link as a bridge's port: `ip link set dev NAME type bridge_slave`, man ip-link(8) and bridge(8). */
export interface BridgePortOptions {
  /** STP priority of the port, 0 to 63. Default 32. */
  readonly priority?: number
  /** STP cost of the port, 1 to 65535. Default by the speed of the link. */
  readonly cost?: number
  /** Whether frames may leave by the port that they came in. Default false. */
  readonly hairpin?: boolean
  /** Whether BPDUs that come in disable the port. Default false. */
  readonly guard?: boolean
  /** Whether the port may never lead to the root. Default false. */
  readonly rootBlock?: boolean
  /** Whether a multicast leave is acted on at once. Default false. */
  readonly fastLeave?: boolean
  /** Whether source addresses are learned. Default true. */
  readonly learning?: boolean
  /** Whether frames to unknown addresses go out here. Default true. */
  readonly flood?: boolean
  /** Whether the bridge answers ARP for hosts that it knows. Default false. */
  readonly proxyArp?: boolean
  /** The same, for hosts behind the same port too. Default false. */
  readonly proxyArpWifi?: boolean
  /** Whether the port leads to a multicast router: 0 never, 1 as learned, 2 always, 3 for a time. Default 1. */
  readonly multicastRouter?: number
  /** Whether multicast without known members goes out here. Default true. */
  readonly multicastFlood?: boolean
  /** Whether multicast goes to each member by unicast. Default false. */
  readonly multicastToUnicast?: boolean
  /** Whether VLANs are mapped to tunnels. Default false. */
  readonly vlanTunnel?: boolean
  /** Whether broadcasts go out here. Default true. */
  readonly broadcastFlood?: boolean
  /** Bit mask of link-local groups that are forwarded. Default 0. */
  readonly groupForwardMask?: number
  /** Whether ARP and neighbour discovery are kept from the port. Default false. */
  readonly neighborSuppress?: boolean
  /** Whether {@link neighborSuppress} is kept for each VLAN. Default false. Since Linux 6.4. */
  readonly neighborVlanSuppress?: boolean
  /** With {@link neighborSuppress}: whether unasked announcements of hosts go out nevertheless. Default false. Since Linux 7.1. */
  readonly neighborForwardGratuitous?: boolean
  /** Whether it can talk only to ports that are not isolated. Default false. */
  readonly isolated?: boolean
  /** The port that takes over when this one loses its carrier. */
  readonly backupPort?: string | number
  /** The nexthop that frames are redirected to with a VXLAN backup port, 0 for none. Since Linux 6.6. */
  readonly backupNexthopId?: number
  /** How many hosts explicit tracking of multicast keeps. Default 512. */
  readonly multicastEhtHostsLimit?: number
  /** Whether only hosts of the forwarding database may send. Default false. Since Linux 5.18. */
  readonly locked?: boolean
  /** Whether a locked port learns hosts as locked entries. Default false. Since Linux 6.2. */
  readonly macAuthenticationBypass?: boolean
  /** How many multicast groups the port may join, 0 for no limit. Default 0. Since Linux 6.3. */
  readonly multicastMaximumGroups?: number
  /**
   * All VLANs of the port: `bridge vlan`. Left out, they stay as they are; given, others go, also VLAN 1, which a new
   * port has. An access port has `[{ id: 10, pvid: true, untagged: true }]`, a trunk `[10, '100-200']`. Not part of the
   * messages of a link: see `addVlans`.
   */
  readonly vlans?: VlanList
}

/** What a port tells of itself. */
export interface BridgePortStatus {
  /** 0 disabled, 1 listening, 2 learning, 3 forwarding, 4 blocking. */
  readonly state?: number
  /** The root as the port knows it. */
  readonly rootId?: Uint8Array
  /** The bridge that is designated on the segment. */
  readonly bridgeId?: Uint8Array
  /** The port that is designated on the segment. */
  readonly designatedPort?: number
  /** The cost that the designated bridge tells. */
  readonly designatedCost?: number
  /** Number and priority of the port. */
  readonly portId?: number
  /** Number of the port. */
  readonly portNumber?: number
  /** Whether a topology change is being acknowledged. */
  readonly topologyChangeAcknowledged?: boolean
  /** Whether a BPDU is to be sent. */
  readonly configPending?: boolean
  /** Seconds left of the message age timer. */
  readonly messageAgeTimer?: number
  /** Seconds left of the forward delay timer. */
  readonly forwardDelayTimer?: number
  /** Seconds left of the hold timer. */
  readonly holdTimer?: number
  /** How many hosts explicit tracking knows. */
  readonly multicastEhtHosts?: number
  /** How many multicast groups the port has joined. */
  readonly multicastGroups?: number
  /** Whether the ring of the media redundancy protocol is open. */
  readonly mrpRingOpen?: boolean
  /** Whether its interconnect ring is open. */
  readonly mrpInOpen?: boolean
  /** Whether learning is synchronised with the hardware. */
  readonly learningSync?: boolean
}

const bool = boolean(u8)
const timer = seconds(u64AsNumber, 100)

// enum of IFLA_BRPORT_*: include/uapi/linux/if_link.h; ip's words: iproute2, iplink_bridge_slave.c
/** What can be set on a port of a bridge. */
export const bridgePort: AttributeTable<BridgePortOptions> = attributeTable<BridgePortOptions>({
  priority: attribute(2, ranged(u16, 0, 63)),
  cost: attribute(3, ranged(u32, 1, 65535)),
  hairpin: attribute(4, bool),
  guard: attribute(5, bool),
  rootBlock: attribute(6, bool),
  fastLeave: attribute(7, bool, { ip: 'fastleave' }),
  learning: attribute(8, bool),
  flood: attribute(9, bool),
  proxyArp: attribute(10, bool),
  proxyArpWifi: attribute(12, bool),
  multicastRouter: attribute(25, ranged(u8, 0, 3), { ip: 'mcast_router' }),
  multicastFlood: attribute(27, bool, { ip: 'mcast_flood' }),
  multicastToUnicast: attribute(28, bool, { ip: 'mcast_to_unicast' }),
  vlanTunnel: attribute(29, bool),
  broadcastFlood: attribute(30, bool, { ip: 'bcast_flood' }),
  groupForwardMask: attribute(31, u16, { ip: 'group_fwd_mask' }),
  neighborSuppress: attribute(32, bool, { ip: 'neigh_suppress' }),
  isolated: attribute(33, bool),
  backupPort: attribute(34, linkReference),
  multicastEhtHostsLimit: attribute(37, u32, { ip: false }),
  locked: attribute(39, bool),
  macAuthenticationBypass: attribute(40, bool, { ip: 'mab' }),
  multicastMaximumGroups: attribute(42, u32, { ofBridge: true, ip: 'mcast_max_groups' }),
  neighborVlanSuppress: attribute(43, bool, { ip: 'neigh_vlan_suppress' }),
  neighborForwardGratuitous: attribute(45, bool, { ip: 'neigh_forward_grat' }),
  backupNexthopId: attribute(44, u32, { absent: 0, ip: 'backup_nhid' }),
  vlans: attribute(0, portVlans, { separate: true }),
})

/** What can only be read of a port of a bridge. */
export const bridgePortStatus: AttributeTable<BridgePortStatus> = attributeTable<BridgePortStatus>({
  state: attribute(1, u8),
  learningSync: attribute(11, bool),
  rootId: attribute(13, binary),
  bridgeId: attribute(14, binary),
  designatedPort: attribute(15, u16),
  designatedCost: attribute(16, u16),
  portId: attribute(17, u16),
  portNumber: attribute(18, u16),
  topologyChangeAcknowledged: attribute(19, bool),
  configPending: attribute(20, bool),
  messageAgeTimer: attribute(21, timer),
  forwardDelayTimer: attribute(22, timer),
  holdTimer: attribute(23, timer),
  mrpRingOpen: attribute(35, bool),
  mrpInOpen: attribute(36, bool),
  multicastEhtHosts: attribute(38, u32),
  multicastGroups: attribute(41, u32),
})

/** What a new port of a bridge has; the cost comes from the link's speed. */
export const bridgePortDefaults: Readonly<Partial<BridgePortOptions>> = {
  priority: 32,
  hairpin: false,
  guard: false,
  rootBlock: false,
  fastLeave: false,
  learning: true,
  flood: true,
  proxyArp: false,
  proxyArpWifi: false,
  multicastRouter: 1,
  multicastFlood: true,
  multicastToUnicast: false,
  vlanTunnel: false,
  broadcastFlood: true,
  groupForwardMask: 0,
  neighborSuppress: false,
  neighborVlanSuppress: false,
  neighborForwardGratuitous: false,
  isolated: false,
  multicastEhtHostsLimit: 512,
  locked: false,
  macAuthenticationBypass: false,
  multicastMaximumGroups: 0,
  backupNexthopId: 0,
}
