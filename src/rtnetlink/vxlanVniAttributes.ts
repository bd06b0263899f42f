import { repeated } from '../netlink/lists.js'
import type { MessageLayout } from '../netlink/message.js'
import { castAddress, u8, u32 } from '../netlink/scalars.js'
import { field, type Struct, struct } from '../netlink/struct.js'
import { type AttributeTable, attribute, attributeTable } from '../netlink/table.js'

/** struct tunnel_msg: include/uapi/linux/if_link.h */
export interface TunnelHeader {
  readonly family: number
  readonly flags: number
  readonly index: number
}

/** VXLAN_VNIFILTER_ENTRY_*: one VNI or several that are alike. */
export interface VniEntry {
  readonly start?: number
  /** The last VNI, where there are several. */
  readonly end?: number
  readonly group?: string
  readonly remote?: string
}

/** The attributes of RTM_NEWTUNNEL and its kin. */
export interface VniAttributes {
  readonly entries?: readonly VniEntry[]
}

/** The codec of {@link VniEntry}. */
export const vniEntry: AttributeTable<VniEntry> = attributeTable<VniEntry>({
  start: attribute(1, u32),
  end: attribute(2, u32),
  group: attribute(3, castAddress('multicast'), { ipv6Type: 4 }),
  remote: attribute(3, castAddress('unicast'), { ipv6Type: 4 }),
})

const header: Struct<TunnelHeader> = struct<TunnelHeader>(8, {
  family: field(0, u8),
  flags: field(1, u8),
  index: field(4, u32),
})

/** RTM_NEWTUNNEL and its kin. */
export const vniLayout: MessageLayout<TunnelHeader, VniAttributes> = {
  header,
  attributes: attributeTable<VniAttributes>({ entries: attribute(1, repeated(vniEntry)) }),
}
