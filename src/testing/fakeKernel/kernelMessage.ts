import { walkAttributes } from '../../netlink/attribute.js'
import { writeAttribute } from '../../netlink/attributeWriter.js'
import { align4, littleEndian, Payload, Writer } from '../../netlink/bytes.js'
import { withoutNames } from '../../netlink/codec.js'
import {
  headerSize,
  type MessageLayout,
  NLM_F_ACK_TLVS,
  NLM_F_CAPPED,
  NLM_F_MULTI,
  NLMSG_DONE,
  NLMSG_ERROR,
  type ReceivedMessage,
} from '../../netlink/message.js'
import { text, u32 } from '../../netlink/scalars.js'
import { errnoNumber } from '../../system/errno.js'

// enum nlmsgerr_attrs: include/uapi/linux/netlink.h
const NLMSGERR_ATTR_MSG = 1
const NLMSGERR_ATTR_OFFS = 2

/** What the kernel refuses a request with. */
export class KernelError extends Error {
  override name = 'KernelError'
  /** The name of the error number, such as `EEXIST`. */
  readonly errno: string
  /** The text of the extended acknowledgement; empty for none. */
  readonly text: string
  /** Numbers of the offending attribute, from the outside. */
  readonly attribute: readonly number[]

  constructor(errno: string, text = '', attribute: readonly number[] = []) {
    super(`${errno} ${text}`)
    this.errno = errno
    this.text = text
    this.attribute = attribute
  }
}

/** One message from the kernel: its type and what follows the header. */
export interface Outgoing {
  readonly type: number
  readonly body: Uint8Array
}

/** Puts a header before a body. */
export function packMessage(message: Outgoing, flags: number, sequence: number, portId: number): Uint8Array {
  const bytes = new Uint8Array(align4(headerSize + message.body.length))
  const view = new DataView(bytes.buffer)
  view.setUint32(0, headerSize + message.body.length, littleEndian)
  view.setUint16(4, message.type, littleEndian)
  view.setUint16(6, flags, littleEndian)
  view.setUint32(8, sequence, littleEndian)
  view.setUint32(12, portId, littleEndian)
  bytes.set(message.body, headerSize)
  return bytes
}

/** Writes header and attributes of an object; `more` appends what the table cannot say. */
export function encodeBody<Header extends object, Attributes extends object>(
  layout: MessageLayout<Header, Attributes>,
  header: Header,
  attributes: Attributes,
  more?: (writer: Writer) => void,
): Uint8Array {
  const writer = new Writer()
  layout.header.encode(header, writer, withoutNames)
  writer.align()
  layout.attributes.encode(attributes, writer, withoutNames)
  more?.(writer)
  return writer.finish()
}

/** The acknowledgement of a request, or its refusal. */
export function acknowledgement(request: ReceivedMessage, portId: number, error?: KernelError): Uint8Array {
  const writer = new Writer()
  const start = writer.reserve(4 + headerSize)
  writer.view.setInt32(start, error ? -errnoNumber(error.errno) : 0, littleEndian)
  writer.view.setUint32(start + 4, headerSize + request.body.length, littleEndian)
  writer.view.setUint16(start + 8, request.type, littleEndian)
  writer.view.setUint16(start + 10, request.flags, littleEndian)
  writer.view.setUint32(start + 12, request.sequence, littleEndian)
  writer.view.setUint32(start + 16, request.portId, littleEndian)
  const flags = NLM_F_CAPPED | writeDetails(writer, error, request)
  return packMessage({ type: NLMSG_ERROR, body: writer.finish() }, flags, request.sequence, portId)
}

/** The end of a dump, which may say that it failed. */
export function done(request: ReceivedMessage, portId: number, flags: number, error?: KernelError): Uint8Array {
  const writer = new Writer()
  const start = writer.reserve(4)
  writer.view.setInt32(start, error ? -errnoNumber(error.errno) : 0, littleEndian)
  const detailFlags = writeDetails(writer, error, request)
  const message = { type: NLMSG_DONE, body: writer.finish() }
  return packMessage(message, NLM_F_MULTI | flags | detailFlags, request.sequence, portId)
}

function writeDetails(writer: Writer, error: KernelError | undefined, request: ReceivedMessage): number {
  const start = writer.length
  if (error?.text) writeAttribute(writer, NLMSGERR_ATTR_MSG, () => text(0).encode(error.text, writer, withoutNames))
  const offset = error && offsetOf(request.body, error.attribute)
  if (offset !== undefined) {
    writeAttribute(writer, NLMSGERR_ATTR_OFFS, () => u32.encode(offset, writer, withoutNames))
  }
  return writer.length > start ? NLM_F_ACK_TLVS : 0
}

// Every header of rtnetlink's objects is shorter than the attributes are searched for: the first that fits wins.
const headerSizes = [16, 12, 8]

function offsetOf(body: Payload, path: readonly number[]): number | undefined {
  if (path.length === 0) return undefined
  for (const size of headerSizes) {
    const start = find(body.slice(body.start + size), path)
    if (start !== undefined) return start - body.start + headerSize
  }
  return undefined
}

function find(range: Payload, [type, ...inner]: readonly number[]): number | undefined {
  let found: number | undefined
  walkAttributes(range, (candidate, start, end) => {
    if (candidate !== type || found !== undefined) return
    found = inner.length === 0 ? start - 4 : find(new Payload(range.bytes, range.view, start, end), inner)
  })
  return found
}
