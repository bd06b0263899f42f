import { addressBits, type Family, formatAddress } from '../../ip/address.js'
import { sameBytes } from './columns.js'

/** Routes of one family as columns: a prefix, and the number of everything else about the route. */
export interface PackedRows {
  readonly family: Family
  readonly count: number
  /** IPv4: one number a row; IPv6: four, the most significant first. */
  readonly addresses: Uint32Array
  /** Bits of the prefix. */
  readonly lengths: Uint8Array
  /** What is the same for many rows, by its number in a list beside. */
  readonly ways: Uint32Array
}

/** How many numbers an address of a family takes. */
export function wordsOf(family: Family): number {
  return addressBits(family) / 32
}

/** The bytes that rows take in memory. */
export function bytesOfRows({ addresses, lengths, ways }: PackedRows): number {
  return addresses.byteLength + lengths.byteLength + ways.byteLength
}

/** More rows than these are not copied where it can be helped: that would hold up the event loop. */
const manyRows = 2 ** 16

/**
 * For how many there is room then: for more than a full table of the Internet, in 21 megabytes at most. With twice as much
 * V8 would collect its garbage at once.
 */
const roomForMany: Readonly<Record<Family, number>> = { inet: 2 ** 21, inet6: 2 ** 20 }

/** Fewer are faster copied one by one. */
const severalRows = 8

/** Collects rows. */
export class RowsBuilder {
  readonly family: Family
  readonly #words: number
  #capacity: number
  #addresses: Uint32Array
  #lengths: Uint8Array
  #ways: Uint32Array
  count = 0

  constructor(family: Family, capacity = 256) {
    this.family = family
    this.#words = wordsOf(family)
    this.#capacity = capacity
    this.#addresses = new Uint32Array(capacity * this.#words)
    this.#lengths = new Uint8Array(capacity)
    this.#ways = new Uint32Array(capacity)
  }

  /** Adds a row; the last three numbers are an IPv6 address's. */
  push(length: number, way: number, first: number, second = 0, third = 0, fourth = 0): void {
    if (this.count === this.#capacity) this.#grow(this.count + 1)
    const row = this.count++
    this.#lengths[row] = length
    this.#ways[row] = way
    if (this.#words === 1) {
      this.#addresses[row] = first
      return
    }
    const start = row * 4
    this.#addresses[start] = first
    this.#addresses[start + 1] = second
    this.#addresses[start + 2] = third
    this.#addresses[start + 3] = fourth
  }

  /** Adds a row of other rows of the family, of another way. */
  pushRow(rows: PackedRows, row: number, way: number): void {
    const { addresses, lengths } = rows
    const length = lengths[row] ?? 0
    const at = row * this.#words
    const first = addresses[at] ?? 0
    if (this.#words === 1) this.push(length, way, first)
    else this.push(length, way, first, addresses[at + 1] ?? 0, addresses[at + 2] ?? 0, addresses[at + 3] ?? 0)
  }

  /** Adds rows of other rows of the family, with their ways or another one. */
  pushRows(rows: PackedRows, start: number, end: number, way?: number): void {
    const { count } = this
    const words = this.#words
    if (end - start < severalRows) {
      for (let row = start; row < end; row++) this.pushRow(rows, row, way ?? rows.ways[row] ?? 0)
      return
    }
    this.reserve(end - start)
    this.#addresses.set(rows.addresses.subarray(start * words, end * words), count * words)
    this.#lengths.set(rows.lengths.subarray(start, end), count)
    if (way === undefined) this.#ways.set(rows.ways.subarray(start, end), count)
    else this.#ways.fill(way, count, count + end - start)
    this.count = count + end - start
  }

  /** Makes room for further rows. */
  reserve(rows: number): void {
    if (this.count + rows > this.#capacity) this.#grow(this.count + rows)
  }

  /** Adds a row by the bytes of its address. */
  pushBytes(length: number, way: number, bytes: Uint8Array): void {
    const word = (at: number): number =>
      (((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) >>>
      0
    if (this.#words === 1) this.push(length, way, word(0))
    else this.push(length, way, word(0), word(4), word(8), word(12))
  }

  /** The rows so far, in no more memory than they need: for what is kept. */
  finish(): PackedRows {
    const rows = this.rows()
    if (rows.count === this.#capacity) return rows
    const { addresses, lengths, ways } = rows
    return { ...rows, addresses: addresses.slice(), lengths: lengths.slice(), ways: ways.slice() }
  }

  /** The rows so far, without a copy: copying those of a large table takes as long as a twentieth of its dump. */
  rows(): PackedRows {
    const { family, count } = this
    return pieceOf({ family, count, addresses: this.#addresses, lengths: this.#lengths, ways: this.#ways }, 0, count)
  }

  /** Room that nothing is written to takes no memory of the machine, so that there may be much of it. */
  #grow(least: number): void {
    const usual = this.#capacity < manyRows ? this.#capacity * 4 : roomForMany[this.family]
    this.#capacity = Math.max(least, usual, this.#capacity * 2)
    const addresses = new Uint32Array(this.#capacity * this.#words)
    addresses.set(this.#addresses)
    this.#addresses = addresses
    const lengths = new Uint8Array(this.#capacity)
    lengths.set(this.#lengths)
    this.#lengths = lengths
    const ways = new Uint32Array(this.#capacity)
    ways.set(this.#ways)
    this.#ways = ways
  }
}

/** Rows that follow each other, in the memory of all. */
export function pieceOf({ family, addresses, lengths, ways }: PackedRows, start: number, end: number): PackedRows {
  const words = wordsOf(family)
  return {
    family,
    count: end - start,
    addresses: addresses.subarray(start * words, end * words),
    lengths: lengths.subarray(start, end),
    ways: ways.subarray(start, end),
  }
}

/** The prefix of a row, as every route has it: `10.0.0.0/8`. */
export function prefixOfRow({ family, addresses, lengths }: PackedRows, row: number): string {
  const words = wordsOf(family)
  const bytes = new Uint8Array(words * 4)
  const view = new DataView(bytes.buffer)
  for (let word = 0; word < words; word++) view.setUint32(word * 4, addresses[row * words + word] ?? 0)
  return `${formatAddress(bytes)}/${lengths[row]}`
}

/** Whether rows of one family beside each other have the same prefixes: many at once, by their bytes. */
export function samePrefixes(
  one: PackedRows,
  row: number,
  other: PackedRows,
  otherRow: number,
  count: number,
): boolean {
  const words = wordsOf(one.family)
  return (
    sameBytes(one.lengths.subarray(row, row + count), other.lengths.subarray(otherRow, otherRow + count)) &&
    sameBytes(
      one.addresses.subarray(row * words, (row + count) * words),
      other.addresses.subarray(otherRow * words, (otherRow + count) * words),
    )
  )
}

/** Whether two rows of one family have the same prefix. */
export function samePrefix(one: PackedRows, row: number, other: PackedRows, otherRow: number): boolean {
  if (one.lengths[row] !== other.lengths[otherRow]) return false
  if (one.family === 'inet') return one.addresses[row] === other.addresses[otherRow]
  const at = row * 4
  const otherAt = otherRow * 4
  return (
    one.addresses[at] === other.addresses[otherAt] &&
    one.addresses[at + 1] === other.addresses[otherAt + 1] &&
    one.addresses[at + 2] === other.addresses[otherAt + 2] &&
    one.addresses[at + 3] === other.addresses[otherAt + 3]
  )
}
