import { castOf, formatAddress, parseAddress } from '../ip/address.js'
import { formatMac, parseMac } from '../ip/mac.js'
import { littleEndian } from '../netlink/bytes.js'
import { type Codec, MalformedError } from '../netlink/codec.js'
import { listOf } from '../netlink/lists.js'
import type { MessageLayout } from '../netlink/message.js'
import { enumeration, i32, ipAddress, linkReference, u8, u16, u32 } from '../netlink/scalars.js'
import { field, type Struct, struct } from '../netlink/struct.js'
import { type AttributeTable, attribute, attributeTable } from '../netlink/table.js'

/** struct br_port_msg: include/uapi/linux/if_bridge.h */
export interface MdbHeader {
  readonly family: number
  readonly index: number
}

/** struct br_mdb_entry: what names an entry of the multicast database. */
export interface MdbEntryStruct {
  /** The index of the port. */
  readonly port: number
  readonly state: number
  readonly flags: number
  readonly vlan: number
  /** An IPv4, IPv6 or link-layer multicast address. */
  readonly group: string
}

/** What filters sources: only those of the list, or all but those. */
export type MulticastFilterMode = 'include' | 'exclude'

/** A source of a list. */
export interface MdbSource {
  readonly address?: string
  /** In clock ticks. */
  readonly timer?: number
}

/** MDBA_MDB_EATTR_*: what the kernel tells of an entry besides. */
export interface MdbEntryAttributes {
  readonly timer?: number
  readonly sourceList?: readonly MdbSource[]
  readonly filterMode?: MulticastFilterMode
  readonly source?: string
  readonly protocol?: number
  readonly dst?: string
  readonly dstPort?: number
  readonly vni?: number
  readonly via?: string | number
  readonly sourceVni?: number
}

/** MDBA_MDB_ENTRY_INFO. */
export interface MdbInfo extends MdbEntryAttributes {
  readonly entry: MdbEntryStruct
}

/** What RTM_GETMDB lists. */
export interface MdbListAttributes {
  readonly entries?: readonly (readonly MdbInfo[])[]
}

/** MDBE_ATTR_*: what is told of an entry besides. */
export interface MdbSetAttributes {
  readonly source?: string
  readonly sourceList?: readonly MdbSource[]
  readonly filterMode?: MulticastFilterMode
  readonly protocol?: number
  readonly dst?: string
  readonly dstPort?: number
  readonly vni?: number
  readonly via?: string | number
  readonly sourceVni?: number
}

/** The attributes of RTM_NEWMDB and RTM_DELMDB. */
export interface MdbChangeAttributes {
  readonly entry: MdbEntryStruct
  readonly attributes?: MdbSetAttributes
}

const header: Struct<MdbHeader> = struct<MdbHeader>(8, { family: field(0, u8), index: field(4, i32) })

// include/uapi/linux/if_ether.h; a link-layer address has none (net/bridge/br_mdb.c, __mdb_entry_to_br_ip).
const ETH_P_IP = 0x0800
const ETH_P_IPV6 = 0x86dd
const structSize = 28

/** The codec of {@link MdbEntryStruct}. */
export const mdbEntry: Codec<MdbEntryStruct> = {
  domain: { type: 'bytes' },
  encode({ port, state, flags, vlan, group }, writer) {
    const start = writer.reserve(structSize)
    const { bytes, view } = writer
    view.setUint32(start, port, littleEndian)
    view.setUint8(start + 4, state)
    view.setUint8(start + 5, flags)
    view.setUint16(start + 6, vlan, littleEndian)
    const address = parseAddress(group)
    const binary = address ?? parseMac(group)
    if (!binary || binary.length > 16) throw new RangeError(`${group} is neither an IP nor a link-layer address`)
    bytes.set(binary, start + 8)
    if (address) view.setUint16(start + 24, address.length === 4 ? ETH_P_IP : ETH_P_IPV6)
  },
  decode(payload) {
    if (payload.length < structSize) throw new MalformedError(`${payload.length} bytes instead of ${structSize}`)
    const { view, start, bytes } = payload
    const protocol = view.getUint16(start + 24)
    const length = protocol === ETH_P_IP ? 4 : protocol === ETH_P_IPV6 ? 16 : 6
    const group = bytes.slice(start + 8, start + 8 + length)
    return {
      port: view.getUint32(start, littleEndian),
      state: view.getUint8(start + 4),
      flags: view.getUint8(start + 5),
      vlan: view.getUint16(start + 6, littleEndian),
      group: length === 6 ? formatMac(group) : formatAddress(group),
    }
  },
}

// include/uapi/linux/in.h: MCAST_EXCLUDE, MCAST_INCLUDE
/** The codec of {@link MulticastFilterMode}. */
export const filterMode = enumeration(u8, { exclude: 0, include: 1 })

// MDBA_MDB_SRCLIST_ENTRY and MDBE_SRC_LIST_ENTRY, MDBA_MDB_SRCATTR_* and MDBE_SRCATTR_*
const sourceList: Codec<readonly MdbSource[]> = listOf(
  1,
  attributeTable<MdbSource>({ address: attribute(1, ipAddress), timer: attribute(2, u32) }),
)

/** The codec of {@link MdbEntryAttributes}. */
export const mdbEntryAttributes: AttributeTable<MdbEntryAttributes> = attributeTable<MdbEntryAttributes>({
  timer: attribute(1, u32),
  sourceList: attribute(2, sourceList),
  filterMode: attribute(3, filterMode),
  source: attribute(4, ipAddress),
  protocol: attribute(5, u8),
  dst: attribute(6, ipAddress),
  dstPort: attribute(7, u16),
  vni: attribute(8, u32),
  via: attribute(9, linkReference),
  sourceVni: attribute(10, u32),
})

/** Attributes that follow a struct. */
const info: Codec<MdbInfo> = {
  domain: { type: 'bytes' },
  encode({ entry, ...attributes }, writer, context) {
    mdbEntry.encode(entry, writer, context)
    mdbEntryAttributes.encode(attributes, writer, context)
  },
  decode: (payload, context) => ({
    ...mdbEntryAttributes.decode(payload.slice(payload.start + structSize), context),
    entry: mdbEntry.decode(payload, context),
  }),
}

/** RTM_GETMDB and its answer. MDBA_MDB, MDBA_MDB_ENTRY, MDBA_MDB_ENTRY_INFO */
export const mdbListLayout: MessageLayout<MdbHeader, MdbListAttributes> = {
  header,
  attributes: attributeTable<MdbListAttributes>({ entries: attribute(1, listOf(1, listOf(1, info))) }),
}

/** The codec of {@link MdbSetAttributes}. */
export const mdbSetAttributes: AttributeTable<MdbSetAttributes> = attributeTable<MdbSetAttributes>({
  source: attribute(1, ipAddress),
  sourceList: attribute(2, sourceList),
  filterMode: attribute(3, filterMode),
  protocol: attribute(4, u8),
  dst: attribute(5, ipAddress),
  dstPort: attribute(6, u16),
  vni: attribute(7, u32),
  via: attribute(8, linkReference),
  sourceVni: attribute(9, u32),
})

/** RTM_NEWMDB and RTM_DELMDB. MDBA_SET_ENTRY_* */
export const mdbChangeLayout: MessageLayout<MdbHeader, MdbChangeAttributes> = {
  header,
  attributes: attributeTable<MdbChangeAttributes>({
    entry: attribute(1, mdbEntry),
    attributes: attribute(2, mdbSetAttributes),
  }),
}

/** Whether a group is all zeros: on a VXLAN, whatever has no entry of its own. */
export function isAnyGroup(group: string): boolean {
  return parseAddress(group)?.every((byte) => byte === 0) ?? false
}

/** Whether a text is an IP or link-layer address of a group. */
export function isMulticastGroup(group: string): boolean {
  const address = parseAddress(group)
  if (address) return castOf(address) === 'multicast'
  const mac = parseMac(group)
  return mac?.length === 6 && ((mac[0] ?? 0) & 1) === 1
}

// MDB_*: include/uapi/linux/if_bridge.h
export const MDB_PERMANENT = 1
export const MDB_FLAGS_OFFLOAD = 1 << 0
export const MDB_FLAGS_FAST_LEAVE = 1 << 1
export const MDB_FLAGS_STAR_EXCL = 1 << 2
export const MDB_FLAGS_BLOCKED = 1 << 3
