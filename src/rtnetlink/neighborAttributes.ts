import type { Codec } from '../netlink/codec.js'
import type { MessageLayout } from '../netlink/message.js'
import { be16, enumeration, i32, ipAddress, linkReference, mac, seconds, u8, u16, u32 } from '../netlink/scalars.js'
import { field, type Struct, struct } from '../netlink/struct.js'
import { type AttributeTable, attribute, attributeTable } from '../netlink/table.js'
import type { NeighborState } from './neighbor.js'

/** struct ndmsg: include/uapi/linux/neighbour.h */
export interface NeighborHeader {
  readonly family: number
  readonly index: number
  readonly state: NeighborState
  readonly flags: number
  readonly type: number
}

/** struct nda_cacheinfo: include/uapi/linux/neighbour.h; ages in USER_HZ. */
export interface NeighborCacheInfo {
  readonly confirmed: number
  readonly used: number
  readonly updated: number
  readonly references: number
}

// net/core/neighbour.c, neigh_fill_info: jiffies_to_clock_t
const age: Codec<number> = seconds(u32, 100)

/** The attributes of a neighbor message, as the kernel has them. */
export interface NeighborAttributes {
  readonly address?: string
  readonly mac?: string
  readonly cacheInfo?: NeighborCacheInfo
  readonly probes?: number
  readonly vlan?: number
  readonly port?: number
  readonly vni?: number
  readonly link?: string | number
  readonly master?: string | number
  readonly protocol?: number
  readonly extendedFlags?: number
}

const header: Struct<NeighborHeader> = struct<NeighborHeader>(12, {
  family: field(0, u8),
  index: field(4, i32),
  // NUD_*
  state: field(
    8,
    enumeration(u16, {
      none: 0,
      incomplete: 0x01,
      reachable: 0x02,
      stale: 0x04,
      delay: 0x08,
      probe: 0x10,
      failed: 0x20,
      noarp: 0x40,
      permanent: 0x80,
    }),
  ),
  flags: field(10, u8),
  type: field(11, u8),
})

const cacheInfo: Struct<NeighborCacheInfo> = struct<NeighborCacheInfo>(16, {
  confirmed: field(0, age),
  used: field(4, age),
  updated: field(8, age),
  references: field(12, u32),
})

// enum of NDA_*: include/uapi/linux/neighbour.h
const attributes: AttributeTable<NeighborAttributes> = attributeTable<NeighborAttributes>({
  address: attribute(1, ipAddress),
  mac: attribute(2, mac),
  cacheInfo: attribute(3, cacheInfo),
  probes: attribute(4, u32),
  vlan: attribute(5, u16),
  port: attribute(6, be16),
  vni: attribute(7, u32),
  link: attribute(8, linkReference),
  master: attribute(9, linkReference),
  protocol: attribute(12, u8),
  extendedFlags: attribute(15, u32),
})

/** RTM_NEWNEIGH and its kin. */
export const neighborLayout: MessageLayout<NeighborHeader, NeighborAttributes> = { header, attributes }

// NTF_*, NTF_EXT_*: include/uapi/linux/neighbour.h
export const NTF_PROXY = 0x08
export const NTF_EXT_LEARNED = 0x10
export const NTF_ROUTER = 0x80
export const NTF_EXT_MANAGED = 1
