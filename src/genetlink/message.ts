import type { EncodeContext } from '../netlink/codec.js'
import { buildMessage, type NetlinkMessage } from '../netlink/message.js'
import { u8 } from '../netlink/scalars.js'
import { field, type Struct, struct } from '../netlink/struct.js'
import type { AttributeTable } from '../netlink/table.js'

/** struct genlmsghdr: include/uapi/linux/genetlink.h */
export interface GenericHeader {
  /** The family's number of the operation. */
  readonly command: number
  /** The version of the family that the sender speaks. */
  readonly version: number
}

export const genericHeader: Struct<GenericHeader> = struct<GenericHeader>(4, {
  command: field(0, u8),
  version: field(1, u8),
})

/** What the messages of a family of generic netlink are made of. */
export interface GenericLayout<Attributes extends object> {
  readonly header: Struct<GenericHeader>
  readonly attributes: AttributeTable<Attributes>
}

/** Describes the messages of a family by their attributes. */
export function genericLayout<Attributes extends object>(
  attributes: AttributeTable<Attributes>,
): GenericLayout<Attributes> {
  return { header: genericHeader, attributes }
}

/** A message to a family, by the number that it has in the kernel at hand. */
export function genericMessage<Attributes extends object>(
  layout: GenericLayout<Attributes>,
  { id }: { readonly id: number },
  header: GenericHeader,
  subject: string,
  attributes: Attributes,
  context: EncodeContext,
): NetlinkMessage {
  return buildMessage({ layout, type: id, flags: 0, subject, header, attributes, context })
}
