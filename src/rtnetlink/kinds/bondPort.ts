import { i32, mac, u8, u16, u32 } from '../../netlink/scalars.js'
import { type AttributeTable, attribute, attributeTable } from '../../netlink/table.js'

/** Options of a link as a bond's port: `ip link set dev NAME type bond_slave`, man ip-link(8). */
export interface BondPortOptions {
  /** The transmit queue of the bond that goes out here, 0 for any. Default 0. */
  readonly queueId?: number
  /** Where one port is active: the highest is chosen. Default 0. Since Linux 6.1. */
  readonly priority?: number
  /** `802.3ad`: the priority of the port where not all can be used; the lowest is chosen. Default 255. Since Linux 6.18, and in 6.12 by now. */
  readonly actorPortPriority?: number
}

/** What a port tells of itself. */
export interface BondPortStatus {
  /** 0 active, 1 backup. */
  readonly state?: number
  /** 0 up, 1 going down, 2 down, 3 coming up. */
  readonly miiStatus?: number
  /** How often its link failed. */
  readonly linkFailures?: number
  /** The MAC address that it had before. */
  readonly permanentMac?: string
  /** IEEE 802.3ad: the aggregator that it belongs to. */
  readonly aggregatorId?: number
  /** IEEE 802.3ad: the state of this end. */
  readonly actorState?: number
  /** IEEE 802.3ad: the state of the other end. */
  readonly partnerState?: number
  /** IEEE 802.3ad: whether this end settles: 0 watched, 1 not, 2 yes. Since Linux 7.1. */
  readonly actorChurn?: number
  /** IEEE 802.3ad: the same of the other end. Since Linux 7.1. */
  readonly partnerChurn?: number
}

// enum of IFLA_BOND_SLAVE_*: include/uapi/linux/if_link.h
/** What can be set on a port of a bond. */
export const bondPort: AttributeTable<BondPortOptions> = attributeTable<BondPortOptions>({
  queueId: attribute(5, u16),
  priority: attribute(9, i32, { ip: 'prio' }),
  actorPortPriority: attribute(10, u16, { ip: 'actor_port_prio' }),
})

/** What can only be read of a port of a bond. */
export const bondPortStatus: AttributeTable<BondPortStatus> = attributeTable<BondPortStatus>({
  state: attribute(1, u8),
  miiStatus: attribute(2, u8),
  linkFailures: attribute(3, u32),
  permanentMac: attribute(4, mac),
  aggregatorId: attribute(6, u16),
  actorState: attribute(7, u8),
  partnerState: attribute(8, u16),
  actorChurn: attribute(11, u8),
  partnerChurn: attribute(12, u8),
})

/** What a new port of a bond has. */
export const bondPortDefaults: Readonly<Partial<BondPortOptions>> = { queueId: 0, priority: 0, actorPortPriority: 255 }
