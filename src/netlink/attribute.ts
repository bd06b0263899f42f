import { align4, littleEndian, type Payload } from './bytes.js'

// include/uapi/linux/netlink.h
const typeMask = 0x3fff
/** Marks an attribute whose payload is attributes; newer families insist on it. */
export const NLA_F_NESTED = 0x8000
const headerSize = 4

/** An attribute that no table knows, kept as it came. */
export interface UnknownAttribute {
  /** The attributes that it lies in, from the outside; empty for one of the message itself. */
  readonly path: readonly string[]
  /** The kernel's number of the attribute. */
  readonly type: number
  /** Its payload, without the header. */
  readonly bytes: Uint8Array
}

/**
 * Calls `visit` with each attribute of a range. Lengths are clamped to the range, so that no bytes from outside can
 * make it read past the end, and a length below the header ends the walk.
 */
export function walkAttributes(
  payload: Payload,
  visit: (type: number, start: number, end: number) => void,
  start: number = payload.start,
): void {
  let position = start
  while (position + headerSize <= payload.end) {
    const length = payload.view.getUint16(position, littleEndian)
    if (length < headerSize) return
    const type = payload.view.getUint16(position + 2, littleEndian) & typeMask
    visit(type, position + headerSize, Math.min(position + length, payload.end))
    position += align4(length)
  }
}

/** The payload of the first attribute of a number; `undefined` where there is none. */
export function findAttribute(payload: Payload, wanted: number): Payload | undefined {
  const { view, end } = payload
  let position = payload.start
  while (position + headerSize <= end) {
    const length = view.getUint16(position, littleEndian)
    if (length < headerSize) return undefined
    const type = view.getUint16(position + 2, littleEndian) & typeMask
    if (type === wanted) return payload.slice(position + headerSize, position + length)
    position += align4(length)
  }
  return undefined
}
