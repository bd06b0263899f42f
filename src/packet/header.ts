/** Bytes in the network's order, read and written at an offset that the caller has checked. */
export function word(bytes: Uint8Array, offset: number): number {
  return ((bytes[offset] ?? 0) << 8) | (bytes[offset + 1] ?? 0)
}

/** Writes 16 bits; higher ones are left out. */
export function setWord(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value >> 8
  bytes[offset + 1] = value
}

/** Reads 32 bits as a positive number. */
export function doubleWord(bytes: Uint8Array, offset: number): number {
  return word(bytes, offset) * 0x10000 + word(bytes, offset + 2)
}

/** Writes 32 bits. */
export function setDoubleWord(bytes: Uint8Array, offset: number, value: number): void {
  setWord(bytes, offset, value >>> 16)
  setWord(bytes, offset + 2, value)
}

/** Writes an address into its field; one of another length is a mistake of the program. */
export function setField(bytes: Uint8Array, offset: number, length: number, value: Uint8Array): void {
  if (value.length !== length) throw new TypeError(`the field takes ${length} bytes, not ${value.length}`)
  bytes.set(value, offset)
}

/** What carries a transport protocol: an IPv4 or IPv6 packet. */
export interface Carrier {
  /** The source address: 4 or 16 bytes. */
  readonly source: Uint8Array
  /** The destination address: 4 or 16 bytes. */
  readonly destination: Uint8Array
}
