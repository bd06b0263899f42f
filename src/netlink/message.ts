import { align4, littleEndian, Payload, Writer } from './bytes.js'
import type { DecodeContext, EncodeContext } from './codec.js'
import { invalidIn } from './invalidValue.js'
import type { Struct } from './struct.js'
import type { AttributeTable } from './table.js'

// struct nlmsghdr and its flags: include/uapi/linux/netlink.h
export const headerSize = 16
export const NLM_F_REQUEST = 0x1
export const NLM_F_MULTI = 0x2
/** Asks for an acknowledgement. */
export const NLM_F_ACK = 0x4
export const NLM_F_ECHO = 0x8
export const NLM_F_DUMP_INTR = 0x10
export const NLM_F_DUMP_FILTERED = 0x20
export const NLM_F_ROOT = 0x100
export const NLM_F_MATCH = 0x200
/** Asks for all objects of a list. */
export const NLM_F_DUMP: number = NLM_F_ROOT | NLM_F_MATCH
export const NLM_F_REPLACE = 0x100
export const NLM_F_EXCL = 0x200
export const NLM_F_CREATE = 0x400
export const NLM_F_APPEND = 0x800
export const NLM_F_CAPPED = 0x100
export const NLM_F_ACK_TLVS = 0x200

export const NLMSG_NOOP = 1
/** The type of an acknowledgement or an error. */
export const NLMSG_ERROR = 2
/** The type of what ends a list. */
export const NLMSG_DONE = 3
export const NLMSG_OVERRUN = 4
/** Types below are the protocol's own, not a family's. */
export const NLMSG_MIN_TYPE = 16

/**
 * A message that does nothing by itself. Whoever sends it gives it a sequence number, and the flag that says what is to be
 * answered: {@link NLM_F_ACK} whether it was done, {@link NLM_F_DUMP} all objects of a list.
 */
export interface NetlinkMessage {
  /** The kernel's number of the operation, such as 16 for RTM_NEWLINK. */
  readonly type: number
  /** NLM_F_* flags, without those of how it is sent. */
  readonly flags: number
  /** The whole message, header included; sequence number and port are zero until it is sent. */
  readonly bytes: Uint8Array
  /** What errors call it, such as `link br0: create`. */
  readonly subject: string
  /** Whether the kernel may need long for it: it is sent by another thread, so that the event loop goes on. */
  readonly slow?: boolean
  /** Names the attribute at an offset of `bytes`, as the kernel's extended acknowledgement reports it. */
  locate(offset: number): string | undefined
}

/** What a family's messages of one object are made of: a fixed header and attributes. */
export interface MessageLayout<Header extends object, Attributes extends object> {
  readonly header: Struct<Header>
  readonly attributes: AttributeTable<Attributes>
}

/** Everything that {@link buildMessage} puts into a message. */
export interface MessageParts<Header extends object, Attributes extends object> {
  readonly layout: MessageLayout<Header, Attributes>
  readonly type: number
  readonly flags: number
  readonly subject: string
  readonly header: Header
  readonly attributes?: Attributes
  readonly context: EncodeContext
  /** See {@link NetlinkMessage.slow}. */
  readonly slow?: boolean
}

/** Every message is copied out of it, and none is written while another one is. */
const scratch = new Writer()

/** Writes a message. */
export function buildMessage<Header extends object, Attributes extends object>(
  parts: MessageParts<Header, Attributes>,
): NetlinkMessage {
  const { layout, type, subject, context } = parts
  const flags = parts.flags | NLM_F_REQUEST
  const writer = scratch
  writer.clear()
  writer.reserve(headerSize)
  try {
    layout.header.encode(parts.header, writer, context)
    writer.align()
    if (parts.attributes) layout.attributes.encode(parts.attributes, writer, context)
  } catch (error) {
    throw invalidIn(subject, error)
  }
  writer.view.setUint32(0, writer.length, littleEndian)
  writer.view.setUint16(4, type, littleEndian)
  writer.view.setUint16(6, flags, littleEndian)
  const bytes = writer.finish()
  return {
    type,
    flags,
    bytes,
    subject,
    ...(parts.slow ? { slow: true } : {}),
    locate(offset) {
      const start = headerSize + align4(layout.header.size)
      const path = layout.attributes.locate(new Payload(bytes, undefined, start), offset)
      return path.length > 0 ? path.join('.') : undefined
    },
  }
}

/** A received message: its header's fields and the range of its body. */
export interface ReceivedMessage {
  readonly type: number
  readonly flags: number
  readonly sequence: number
  readonly portId: number
  readonly body: Payload
}

/**
 * Splits a datagram into its messages. A received length need not be a multiple of four, and one that is too short
 * or too long for the datagram ends the walk.
 */
export function* messagesOf(datagram: Uint8Array): Generator<ReceivedMessage> {
  const whole = new Payload(datagram)
  let position = 0
  while (position + headerSize <= whole.end) {
    const length = whole.view.getUint32(position, littleEndian)
    if (length < headerSize || position + length > whole.end) return
    yield {
      type: whole.view.getUint16(position + 4, littleEndian),
      flags: whole.view.getUint16(position + 6, littleEndian),
      sequence: whole.view.getUint32(position + 8, littleEndian),
      portId: whole.view.getUint32(position + 12, littleEndian),
      body: whole.slice(position + headerSize, position + length),
    }
    position += align4(length)
  }
}

/** The fixed header and the attributes of a received message. */
export function decodeMessage<Header extends object, Attributes extends object>(
  layout: MessageLayout<Header, Attributes>,
  body: Payload,
  context: DecodeContext,
): { header: Header; attributes: Attributes } {
  const header = layout.header.decode(body, context)
  const attributes = layout.attributes.decode(body.slice(body.start + align4(layout.header.size)), context)
  return { header, attributes }
}
