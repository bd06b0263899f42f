import { littleEndian } from './bytes.js'
import type { NetlinkMessage } from './message.js'

/**
 * What is sent of a message: a copy of its bytes with a sequence number, by which answers are known, and with further
 * flags, such as `NLM_F_ACK` or `NLM_F_DUMP`. Several, one after the other, make a datagram.
 */
export function stamped(message: NetlinkMessage, sequence: number, flags: number): Uint8Array {
  const bytes = message.bytes.slice()
  stamp(new DataView(bytes.buffer), 0, sequence, message.flags | flags)
  return bytes
}

/** Writes sequence number and flags into the header at an offset. */
export function stamp(view: DataView, offset: number, sequence: number, flags: number): void {
  view.setUint16(offset + 6, flags, littleEndian)
  view.setUint32(offset + 8, sequence, littleEndian)
}
