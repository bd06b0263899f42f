import type { MessageLayout } from '../netlink/message.js'
import { be16, i32, ipAddress, linkReference, mac, u8, u16, u32 } from '../netlink/scalars.js'
import { field, type Struct, struct } from '../netlink/struct.js'
import { type AttributeTable, attribute, attributeTable } from '../netlink/table.js'
import { type NeighborCacheInfo, neighborLayout } from './neighborAttributes.js'

/** struct ndmsg as forwarding databases use it: the state is a mask. include/uapi/linux/neighbour.h */
export interface FdbHeader {
  readonly family: number
  readonly index: number
  readonly state: number
  readonly flags: number
}

/** The attributes of an entry of a forwarding database, as the kernel has them. */
export interface FdbAttributes {
  readonly dst?: string
  readonly mac?: string
  readonly cacheInfo?: NeighborCacheInfo
  readonly vlan?: number
  readonly port?: number
  readonly vni?: number
  readonly via?: string | number
  readonly master?: string | number
  readonly sourceVni?: number
  readonly protocol?: number
  readonly nexthopId?: number
  readonly extendedFlags?: number
}

const header: Struct<FdbHeader> = struct<FdbHeader>(12, {
  family: field(0, u8),
  index: field(4, i32),
  state: field(8, u16),
  flags: field(10, u8),
})

// enum of NDA_*: include/uapi/linux/neighbour.h
const attributes: AttributeTable<FdbAttributes> = attributeTable<FdbAttributes>({
  dst: attribute(1, ipAddress),
  mac: attribute(2, mac),
  cacheInfo: attribute(3, neighborLayout.attributes.lines.cacheInfo.codec),
  vlan: attribute(5, u16),
  port: attribute(6, be16),
  vni: attribute(7, u32),
  via: attribute(8, linkReference),
  master: attribute(9, linkReference),
  sourceVni: attribute(11, u32),
  protocol: attribute(12, u8),
  nexthopId: attribute(13, u32),
  extendedFlags: attribute(15, u32),
})

/** RTM_NEWNEIGH and its kin, of the family AF_BRIDGE. */
export const fdbLayout: MessageLayout<FdbHeader, FdbAttributes> = { header, attributes }

// NUD_*, NTF_*: include/uapi/linux/neighbour.h
export const NUD_REACHABLE = 0x02
export const NUD_STALE = 0x04
export const NUD_NOARP = 0x40
export const NUD_PERMANENT = 0x80
export const NTF_SELF = 0x02
export const NTF_MASTER = 0x04
export const NTF_OFFLOADED = 0x20
export const NTF_STICKY = 0x40
export const NTF_EXT_LOCKED = 2
