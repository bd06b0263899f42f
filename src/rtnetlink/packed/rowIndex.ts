import { inSlices } from '../../system/turns.js'
import { type PackedRows, samePrefix, samePrefixes, wordsOf } from './packedRows.js'
import { positionIn, type Run, runsOf } from './runs.js'

/** A run of so many rows is looked through for the keys that it has. */
const shortRun = 1 << 12
/** So many rows are compared at once rather than one by one. */
const many = 64

/** Whether rows are so few beside others that making an index of those to find them is not worth it. */
export function areFew(asked: Pick<PackedRows, 'count'>, among: Pick<PackedRows, 'count'>): boolean {
  return asked.count * 16 < among.count
}

/**
 * Finds rows by prefix and key. Where both sides are in the same order, as a table and the kernel's dump of it mostly
 * are, the next row is the one that is looked for, or one near it, and nothing is indexed; else a hash is made once.
 */
export class RowIndex {
  readonly #rows: PackedRows
  /** A number for what names a route besides its prefix, by way; all are alike without. */
  readonly #keys: Uint32Array | undefined
  #cursor = 0
  #runs: readonly Run[] | undefined
  /** Below this first word of their addresses, further rows that ascend are not there. */
  #bound: number
  /** Whether rows are asked for in ascending order. */
  #ascends = false
  /** Where in each run a row was found last. */
  #places: number[] = []
  readonly #keysOfRuns: (ReadonlySet<number> | undefined)[] = []
  #heads: Int32Array | undefined
  #next = new Int32Array(0)
  #mask = 0

  constructor(rows: PackedRows, keys?: Uint32Array) {
    this.#rows = rows
    this.#keys = keys
    this.#bound = rows.count === 0 ? Number.POSITIVE_INFINITY : 0
  }

  /** Whether {@link find} can be asked. */
  get built(): boolean {
    return this.#runs !== undefined || this.#heads !== undefined
  }

  /** Prepares for finding the rows that are asked for. */
  async build(asked: PackedRows): Promise<void> {
    const order = await runsOf(asked)
    if (order || areFew(asked, this.#rows)) this.#runs = await runsOf(this.#rows)
    if (!this.#runs) return await this.#hashAll()
    this.#places = this.#runs.map(({ start }) => start)
    this.#ascends = order !== undefined && order.length <= 1
    if (this.#ascends) this.#findBound()
  }

  /** How far rows, one after the other, have the prefixes of those from {@link cursor} on. */
  pairedUntil(other: PackedRows, row: number, end: number): number {
    const { count, lengths, addresses } = this.#rows
    const words = wordsOf(other.family)
    const last = Math.min(end, row + count - this.#cursor)
    // Mostly all of them are the same, which is seen at once.
    if (last - row > many && samePrefixes(this.#rows, this.#cursor, other, row, last - row)) return last
    const { lengths: otherLengths, addresses: otherAddresses } = other
    let own = this.#cursor
    let next = row
    while (next < last && lengths[own] === otherLengths[next]) {
      const at = own * words
      const otherAt = next * words
      if (addresses[at] !== otherAddresses[otherAt]) break
      let word = 1
      while (word < words && addresses[at + word] === otherAddresses[otherAt + word]) word++
      if (word < words) break
      next++
      own++
    }
    return next
  }

  /** How far rows of one key, which are those from `found` on, are known to be there no second time. */
  aloneUntil(other: PackedRows, row: number, end: number, found: number, key: number): number {
    const runs = this.#runs ?? []
    const own = runs.findIndex(({ end: after }) => found < after)
    let last = own < 0 ? row : Math.min(end, row + (runs[own]?.end ?? 0) - found)
    for (let index = 0; index < runs.length; index++) {
      const run = runs[index]
      if (!run || index === own || this.#lacks(run, index, key)) continue
      let next = row
      while (next < last && !this.#isIn(run, index, other, next, key)) next++
      last = next
    }
    return last
  }

  /** Whether a run surely has no row of a key; only short ones are looked at, such as that of the table `local`. */
  #lacks({ start, end }: Run, index: number, key: number): boolean {
    const keys = this.#keys
    if (keys === undefined || end - start > shortRun) return false
    this.#keysOfRuns[index] ??= new Set(Array.from(this.#rows.ways.subarray(start, end), (way) => keys[way] ?? 0))
    return !this.#keysOfRuns[index]?.has(key)
  }

  #isIn(run: Run, index: number, other: PackedRows, row: number, key: number): boolean {
    const place = positionIn(run, this.#rows, this.#places[index] ?? 0, other, row)
    this.#places[index] = place
    return place < run.end && this.#matches(place, other, row, key)
  }

  /** How far rows, in the order that {@link build} was told of, are surely not there, whatever their keys. */
  missingUntil(other: PackedRows, row: number, end: number): number {
    const words = wordsOf(other.family)
    // Of one address the lengths may go the other way here.
    if (row > 0 && sameAddress(other, row - 1, row, words)) return row
    let next = row
    while (next < end && (other.addresses[next * words] ?? 0) < this.#bound) next++
    return next
  }

  /** The row that is probably the next to be found. */
  get cursor(): number {
    return this.#cursor
  }

  /** Tells that so many rows from the cursor on were found. */
  advance(rows: number): void {
    this.#cursor += rows
  }

  #findBound(): void {
    const { addresses, family } = this.#rows
    const words = wordsOf(family)
    this.#bound = Number.POSITIVE_INFINITY
    const runs = this.#runs ?? []
    for (let index = 0; index < runs.length; index++) {
      const place = this.#places[index] ?? 0
      if (place < (runs[index]?.end ?? 0)) this.#bound = Math.min(this.#bound, addresses[place * words] ?? 0)
    }
  }

  async #hashAll(): Promise<void> {
    const { count, ways } = this.#rows
    const size = 1 << Math.max(4, Math.ceil(Math.log2(count * 1.5 + 1)))
    const heads = new Int32Array(size).fill(-1)
    const next = new Int32Array(count)
    this.#mask = size - 1
    // From the last row on, so that each chain is in the order of the rows.
    await inSlices(count, (start, end) => {
      for (let position = start; position < end; position++) {
        const row = count - 1 - position
        const bucket = this.#hash(this.#rows, row, this.#keys?.[ways[row] ?? 0] ?? 0)
        next[row] = heads[bucket] ?? -1
        heads[bucket] = row
      }
    })
    this.#next = next
    this.#heads = heads
  }

  /** The row behind the one that was found last, if it is one with the prefix of another row and the key; else -1. */
  hint(other: PackedRows, row: number, key: number): number {
    const candidate = this.#cursor
    if (candidate >= this.#rows.count || !this.#matches(candidate, other, row, key)) return -1
    this.#cursor = candidate + 1
    return candidate
  }

  /** The first row with the prefix of another row and the key; else -1. */
  find(other: PackedRows, row: number, key: number): number {
    const found = this.#runs
      ? this.#findInOrder(other, row, key)
      : this.#follow(this.#heads?.[this.#hash(other, row, key)] ?? -1, other, row, key)
    if (found >= 0) this.#cursor = found + 1
    return found
  }

  /** The next row after one that was found. */
  findNext(found: number, other: PackedRows, row: number, key: number): number {
    if (this.#runs) return this.#findInRuns(this.#runs.findIndex(({ end }) => found < end) + 1, other, row, key)
    return this.#follow(this.#next[found] ?? -1, other, row, key)
  }

  #findInOrder(other: PackedRows, row: number, key: number): number {
    const found = this.#findInRuns(0, other, row, key)
    if (this.#ascends) this.#findBound()
    return found
  }

  /** The row in the first run, from one on, that has it. */
  #findInRuns(first: number, other: PackedRows, row: number, key: number): number {
    const runs = this.#runs ?? []
    for (let index = first; index < runs.length; index++) {
      const run = runs[index]
      if (!run) continue
      const place = positionIn(run, this.#rows, this.#places[index] ?? 0, other, row)
      this.#places[index] = place
      if (place < run.end && this.#matches(place, other, row, key)) return place
    }
    return -1
  }

  #follow(start: number, other: PackedRows, row: number, key: number): number {
    let candidate = start
    while (candidate >= 0 && !this.#matches(candidate, other, row, key)) candidate = this.#next[candidate] ?? -1
    return candidate
  }

  #matches(candidate: number, other: PackedRows, row: number, key: number): boolean {
    const own = this.#keys === undefined ? key : this.#keys[this.#rows.ways[candidate] ?? 0]
    return own === key && samePrefix(this.#rows, candidate, other, row)
  }

  #hash({ family, addresses, lengths }: PackedRows, row: number, key: number): number {
    let hash = Math.imul(key, 0x85ebca6b) ^ Math.imul(lengths[row] ?? 0, 0xc2b2ae35)
    if (family === 'inet') hash ^= addresses[row] ?? 0
    else {
      for (let word = row * 4; word < row * 4 + 4; word++) {
        hash = Math.imul(hash ^ (addresses[word] ?? 0), 0x9e3779b1)
        hash ^= hash >>> 15
      }
    }
    hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d)
    hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b)
    return (hash ^ (hash >>> 16)) & this.#mask
  }
}

function sameAddress({ addresses }: PackedRows, row: number, other: number, words: number): boolean {
  for (let word = 0; word < words; word++) {
    if (addresses[row * words + word] !== addresses[other * words + word]) return false
  }
  return true
}
