import { endianness } from 'node:os'

/** Netlink speaks the machine's own byte order. */
export const littleEndian: boolean = endianness() === 'LE'

/** Attributes and messages start on multiples of four bytes. */
export function align4(length: number): number {
  return (length + 3) & ~3
}

/** A range of received bytes, with the view that reads numbers out of them. */
export class Payload {
  readonly bytes: Uint8Array
  readonly view: DataView
  start: number
  end: number

  constructor(bytes: Uint8Array, view?: DataView, start = 0, end: number = bytes.length) {
    this.bytes = bytes
    this.view = view ?? new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.start = start
    this.end = end
  }

  /** Its bytes, without padding. */
  get length(): number {
    return this.end - this.start
  }

  /** A part of this range, clamped to it. */
  slice(start: number, end: number = this.end): Payload {
    return new Payload(this.bytes, this.view, Math.min(start, this.end), Math.min(end, this.end))
  }

  /** A copy that outlives the receive buffer. */
  copy(): Uint8Array {
    return this.bytes.slice(this.start, this.end)
  }
}

/** Bytes that a buffer keeps for what is written next. */
const mostKept = 4096

/** Builds a message in a buffer that grows. */
export class Writer {
  bytes: Uint8Array
  view: DataView
  length = 0

  constructor(capacity = 256) {
    this.bytes = new Uint8Array(capacity)
    this.view = new DataView(this.bytes.buffer)
  }

  /** Appends `count` zero bytes and returns where they start. */
  reserve(count: number): number {
    const start = this.length
    const needed = start + count
    if (needed > this.bytes.length) this.grow(needed)
    this.length = needed
    return start
  }

  /** Adds bytes as they are. */
  append(bytes: Uint8Array): void {
    const start = this.reserve(bytes.length)
    this.bytes.set(bytes, start)
  }

  /** Fills up to the next multiple of four bytes with zeros. */
  align(): void {
    this.reserve(align4(this.length) - this.length)
  }

  /** Forgets what was written, so that it begins anew. */
  clear(): void {
    if (this.bytes.length > mostKept) this.#allocate(mostKept)
    else this.bytes.fill(0)
    this.length = 0
  }

  /** The bytes so far, as a copy of their own. */
  finish(): Uint8Array {
    return this.bytes.slice(0, this.length)
  }

  #allocate(capacity: number): void {
    this.bytes = new Uint8Array(capacity)
    this.view = new DataView(this.bytes.buffer)
  }

  private grow(needed: number): void {
    const bigger = new Uint8Array(Math.max(needed, this.bytes.length * 2))
    bigger.set(this.bytes)
    this.bytes = bigger
    this.view = new DataView(bigger.buffer)
  }
}
