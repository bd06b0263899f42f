import { littleEndian } from './bytes.js'
import type { NetlinkMessage } from './message.js'

/** A copy of a message with its sequence number, and with further flags. */
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
