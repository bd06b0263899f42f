import { withoutNames } from '../netlink/codec.js'
import { buildMessage, type NetlinkMessage } from '../netlink/message.js'
import { be16, u8 } from '../netlink/scalars.js'
import { field, type Struct, struct } from '../netlink/struct.js'
import { type AttributeTable, attributeTable } from '../netlink/table.js'
import {
  batchSubsystem,
  NFNL_MSG_BATCH_BEGIN,
  NFNL_MSG_BATCH_END,
  type TableFamily,
  tableFamilies,
} from './constants.js'

/** struct nfgenmsg: include/uapi/linux/netfilter/nfnetlink.h */
export interface NetfilterHeader {
  readonly family: number
  readonly version: number
  /** In answers the generation of the ruleset; in a batch's bounds the subsystem. */
  readonly resource: number
}

export const netfilterHeader: Struct<NetfilterHeader> = struct<NetfilterHeader>(4, {
  family: field(0, u8),
  version: field(1, u8),
  resource: field(2, be16),
})

/** What a message about one object of nf_tables is made of. */
export interface ObjectMessage<Attributes extends object> {
  readonly table: AttributeTable<Attributes>
  readonly type: number
  readonly flags?: number
  readonly family: TableFamily
  /** What errors call it. */
  readonly subject: string
  readonly attributes: Attributes
}

/** Writes a message about an object of nf_tables. */
export function objectMessage<Attributes extends object>(parts: ObjectMessage<Attributes>): NetlinkMessage {
  const { table, type, flags = 0, family, subject, attributes } = parts
  return buildMessage({
    layout: { header: netfilterHeader, attributes: table },
    type,
    flags,
    subject,
    header: { family: tableFamilies[family], version: 0, resource: 0 },
    attributes,
    context: withoutNames,
  })
}

/** The messages that make what stands between them one change: all of it or nothing. */
export function batchBounds(subject: string): { begin: NetlinkMessage; end: NetlinkMessage } {
  const bound = (type: number): NetlinkMessage =>
    buildMessage({
      layout: { header: netfilterHeader, attributes: attributeTable<object>({}) },
      type,
      flags: 0,
      subject,
      header: { family: 0, version: 0, resource: batchSubsystem },
      context: withoutNames,
    })
  return { begin: bound(NFNL_MSG_BATCH_BEGIN), end: bound(NFNL_MSG_BATCH_END) }
}
