import { withoutNames } from '../netlink/codec.js'
import { buildMessage, type NetlinkMessage } from '../netlink/message.js'
import { be16, be32, u8 } from '../netlink/scalars.js'
import { field, type Struct, struct } from '../netlink/struct.js'
import { type AttributeTable, attribute, attributeTable } from '../netlink/table.js'
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

interface BatchAttributes {
  readonly generation?: number
}

// NFNL_BATCH_GENID
const batchAttributes: AttributeTable<BatchAttributes> = attributeTable<BatchAttributes>({
  generation: attribute(1, be32),
})

/**
 * The messages that make what stands between them one change: all of it or nothing.
 *
 * @param generation the ruleset that the change is meant for; where it is another one by now, nothing is changed, and
 *   the error is ERESTART
 */
export function batchBounds(subject: string, generation?: number): { begin: NetlinkMessage; end: NetlinkMessage } {
  const bound = (type: number, attributes: BatchAttributes): NetlinkMessage =>
    buildMessage({
      layout: { header: netfilterHeader, attributes: batchAttributes },
      type,
      flags: 0,
      subject,
      header: { family: 0, version: 0, resource: batchSubsystem },
      attributes,
      context: withoutNames,
    })
  const attributes = generation === undefined ? {} : { generation }
  return { begin: bound(NFNL_MSG_BATCH_BEGIN, attributes), end: bound(NFNL_MSG_BATCH_END, {}) }
}
