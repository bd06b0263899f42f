import { repeated } from '../netlink/lists.js'
import type { MessageLayout } from '../netlink/message.js'
import { binary, boolean, enumeration, i32, ranged, seconds, u8, u16, u32, u64AsNumber } from '../netlink/scalars.js'
import { field, type Struct, struct } from '../netlink/struct.js'
import { type AttributeTable, attribute, attributeTable } from '../netlink/table.js'
import type { MulticastOptions } from './kinds/multicastOptions.js'

/** struct br_vlan_msg: include/uapi/linux/if_bridge.h */
export interface BridgeVlanHeader {
  readonly family: number
  readonly index: number
}

/** How a port takes part in the spanning tree: BR_STATE_*. */
export type StpState = 'disabled' | 'listening' | 'learning' | 'forwarding' | 'blocking'

/** The codec of {@link StpState}. */
export const stpState = enumeration(u8, { disabled: 0, listening: 1, learning: 2, forwarding: 3, blocking: 4 })

/** struct bridge_vlan_info. */
export interface BridgeVlanInfo {
  readonly flags: number
  readonly id: number
}

/** BRIDGE_VLANDB_ENTRY_*: one VLAN or several that are alike, of a port or of the bridge itself. */
export interface BridgeVlanEntry {
  readonly info?: BridgeVlanInfo
  /** The last VLAN, where there are several. */
  readonly range?: number
  readonly state?: StpState
  readonly tunnel?: BridgeVlanTunnel
  readonly multicastRouter?: number
  readonly multicastGroups?: number
  readonly multicastMaximumGroups?: number
  readonly neighborSuppress?: boolean
  readonly neighborForwardGratuitous?: boolean
}

/** BRIDGE_VLANDB_TINFO_*: the tunnel of a VLAN; of several, that of the first. */
export interface BridgeVlanTunnel {
  readonly id?: number
  readonly command?: number
}

/** BRIDGE_VLANDB_GOPTS_*: what VLANs have on the bridge as a whole. */
export interface GlobalVlanEntry extends MulticastOptions {
  readonly id?: number
  readonly range?: number
  readonly multicastSnooping?: boolean
  readonly multicastRouterPorts?: Uint8Array
  readonly multicastQuerierState?: Uint8Array
  readonly mstInstance?: number
}

/** The attributes of RTM_NEWVLAN and its kin. */
export interface BridgeVlanAttributes {
  readonly entries?: readonly BridgeVlanEntry[]
  readonly globalOptions?: readonly GlobalVlanEntry[]
}

const bool = boolean(u8)
// USER_HZ, as in the options of the bridge.
const interval = seconds(u64AsNumber, 100)

const header: Struct<BridgeVlanHeader> = struct<BridgeVlanHeader>(8, { family: field(0, u8), index: field(4, i32) })

/** The codec of {@link BridgeVlanInfo}. */
export const vlanInfo: Struct<BridgeVlanInfo> = struct<BridgeVlanInfo>(4, { flags: field(0, u16), id: field(2, u16) })

/** The codec of {@link BridgeVlanTunnel}. */
export const vlanTunnel: AttributeTable<BridgeVlanTunnel> = attributeTable<BridgeVlanTunnel>({
  id: attribute(1, u32),
  command: attribute(2, u32),
})

/** The codec of {@link BridgeVlanEntry}. */
export const vlanEntry: AttributeTable<BridgeVlanEntry> = attributeTable<BridgeVlanEntry>({
  info: attribute(1, vlanInfo),
  range: attribute(2, u16),
  state: attribute(3, stpState),
  tunnel: attribute(4, vlanTunnel, { ip: 'tunnel_info id' }),
  multicastRouter: attribute(6, ranged(u8, 0, 2), { ip: 'mcast_router' }),
  multicastGroups: attribute(7, u32),
  multicastMaximumGroups: attribute(8, u32, { ip: 'mcast_max_groups' }),
  neighborSuppress: attribute(9, bool, { ip: 'neigh_suppress' }),
  neighborForwardGratuitous: attribute(10, bool, { ip: 'neigh_forward_grat' }),
})

/** The codec of {@link GlobalVlanEntry}. */
export const globalVlanEntry: AttributeTable<GlobalVlanEntry> = attributeTable<GlobalVlanEntry>({
  id: attribute(1, u16),
  range: attribute(2, u16),
  multicastSnooping: attribute(3, bool, { ip: 'mcast_snooping' }),
  multicastIgmpVersion: attribute(4, ranged(u8, 2, 3), { ip: 'mcast_igmp_version' }),
  multicastMldVersion: attribute(5, ranged(u8, 1, 2), { ip: 'mcast_mld_version' }),
  multicastLastMemberCount: attribute(6, u32, { ip: 'mcast_last_member_count' }),
  multicastStartupQueryCount: attribute(7, u32, { ip: 'mcast_startup_query_count' }),
  multicastLastMemberInterval: attribute(8, interval, { ip: 'mcast_last_member_interval' }),
  multicastMembershipInterval: attribute(10, interval, { ip: 'mcast_membership_interval' }),
  multicastQuerierInterval: attribute(11, interval, { ip: 'mcast_querier_interval' }),
  multicastQueryInterval: attribute(12, interval, { ip: 'mcast_query_interval' }),
  multicastQueryResponseInterval: attribute(13, interval, { ip: 'mcast_query_response_interval' }),
  multicastStartupQueryInterval: attribute(14, interval, { ip: 'mcast_startup_query_interval' }),
  multicastQuerier: attribute(15, bool, { ip: 'mcast_querier' }),
  multicastRouterPorts: attribute(16, binary),
  multicastQuerierState: attribute(17, binary),
  mstInstance: attribute(18, ranged(u16, 0, 4094), { ip: 'msti' }),
})

/** RTM_NEWVLAN and its kin. */
export const bridgeVlanLayout: MessageLayout<BridgeVlanHeader, BridgeVlanAttributes> = {
  header,
  attributes: attributeTable<BridgeVlanAttributes>({
    entries: attribute(1, repeated(vlanEntry)),
    globalOptions: attribute(2, repeated(globalVlanEntry)),
  }),
}

/** What RTM_GETVLAN is asked for. */
export interface BridgeVlanQuery {
  readonly flags?: number
}

/** RTM_GETVLAN: BRIDGE_VLANDB_DUMP_*. */
export const bridgeVlanQueryLayout: MessageLayout<BridgeVlanHeader, BridgeVlanQuery> = {
  header,
  attributes: attributeTable<BridgeVlanQuery>({ flags: attribute(1, u32) }),
}

// BRIDGE_VLAN_INFO_*, BRIDGE_VLANDB_DUMPF_*: include/uapi/linux/if_bridge.h
export const BRIDGE_VLAN_INFO_PVID = 1 << 1
export const BRIDGE_VLAN_INFO_UNTAGGED = 1 << 2
export const BRIDGE_VLAN_INFO_ONLY_OPTS = 1 << 6
export const BRIDGE_VLANDB_DUMPF_GLOBAL = 1 << 1
