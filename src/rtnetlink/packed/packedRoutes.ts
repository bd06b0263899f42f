import type { Family } from '../../ip/address.js'
import { eachInTurns, mapInTurns } from '../../system/inTurns.js'
import { inSlices } from '../../system/turns.js'
import { sameUntil } from './columns.js'
import { bytesOfRows, type PackedRows, prefixOfRow, RowsBuilder } from './packedRows.js'
import { RowMarks } from './rowMarks.js'

const families = ['inet', 'inet6'] as const

/** One row, taken out. */
export interface PackedRoute<Way> {
  readonly family: Family
  readonly row: number
  /** The prefix, the length always written. */
  readonly to: string
  readonly way: Way
}

/**
 * Many routes in little memory: a prefix a row and, kept once for all rows that share it, the way: everything else
 * about the route. A table of a million routes has few ways.
 */
export class PackedRoutes<Way> {
  readonly ways: readonly Way[]
  readonly inet: PackedRows
  readonly inet6: PackedRows
  #used: Promise<readonly Way[]> | undefined

  constructor(ways: readonly Way[], inet: PackedRows, inet6: PackedRows) {
    this.ways = ways
    this.inet = inet
    this.inet6 = inet6
  }

  static empty<Way>(): PackedRoutes<Way> {
    return new PackedRoutes<Way>([], new RowsBuilder('inet', 0).finish(), new RowsBuilder('inet6', 0).finish())
  }

  /** How many routes there are. */
  get size(): number {
    return this.inet.count + this.inet6.count
  }

  /** The bytes that the rows take in memory. */
  get bytes(): number {
    return bytesOfRows(this.inet) + bytesOfRows(this.inet6)
  }

  /** The same rows with other ways. */
  async map<Other>(change: (way: Way) => Other): Promise<PackedRoutes<Other>> {
    return new PackedRoutes(await mapInTurns(this.ways, change), this.inet, this.inet6)
  }

  /** Several tables with other ways; those that share their ways still do. */
  static async mapEach<Way, Other>(
    parts: readonly PackedRoutes<Way>[],
    change: (way: Way) => Other,
  ): Promise<PackedRoutes<Other>[]> {
    const changed = new Map<readonly Way[], Other[]>()
    const tables: PackedRoutes<Other>[] = []
    for (const { ways, inet, inet6 } of parts) {
      const others = changed.get(ways) ?? (await mapInTurns(ways, change))
      changed.set(ways, others)
      tables.push(new PackedRoutes(others, inet, inet6))
    }
    return tables
  }

  /** The rows whose way is to be kept. */
  async filter(keep: (way: Way) => boolean): Promise<PackedRoutes<Way>> {
    const kept = new Uint8Array(this.ways.length)
    let number = 0
    let count = 0
    await eachInTurns(this.ways, (way) => {
      if (keep(way)) count += kept[number] = 1
      number++
    })
    if (count === kept.length) return this
    if (count === 0) return PackedRoutes.empty()
    return new PackedRoutes(this.ways, await filtered(this.inet, kept), await filtered(this.inet6, kept))
  }

  /** The rows by what their way belongs to, each part with the ways of its own alone: in one pass for all parts. */
  async parted<Sort>(sortOf: (way: Way) => Sort): Promise<Map<Sort, PackedRoutes<Way>>> {
    const parts = new Map<Sort, PartBuilder<Way>>()
    const partOf = await mapInTurns(this.ways, (way) => {
      const sort = sortOf(way)
      const part = parts.get(sort) ?? new PartBuilder()
      parts.set(sort, part)
      return { part, number: part.ways.push(way) - 1 }
    })
    for (const family of families) {
      const rows = this[family]
      await inSlices(rows.count, (start, end) => {
        for (let row = start; row < end; row++) {
          const of = partOf[rows.ways[row] ?? 0]
          of?.part[family].pushRow(rows, row, of.number)
        }
      })
    }
    return new Map([...parts].map(([sort, part]) => [sort, part.finish()]))
  }

  /** The ways that rows have. */
  used(): Promise<readonly Way[]> {
    this.#used ??= this.#findUsed()
    return this.#used
  }

  async #findUsed(): Promise<Way[]> {
    const isUsed = new Uint8Array(this.ways.length)
    let unused = this.ways.length
    for (const family of families) {
      const { ways, count } = this[family]
      await inSlices(count, (start, end) => {
        for (let row = start; row < end && unused > 0; row = sameUntil(ways, row, end)) {
          const way = ways[row] ?? 0
          if (isUsed[way] === 0) unused--
          isUsed[way] = 1
        }
      })
    }
    return unused === 0 ? [...this.ways] : this.ways.filter((_way, index) => isUsed[index] === 1)
  }

  /** Each route by itself, IPv4 first. */
  *[Symbol.iterator](): Generator<PackedRoute<Way>> {
    for (const family of families) {
      const rows = this[family]
      for (let row = 0; row < rows.count; row++) {
        const way = this.ways[rows.ways[row] ?? 0]
        if (way !== undefined) yield { family, row, to: prefixOfRow(rows, row), way }
      }
    }
  }

  /** The routes of several, those of the first before the others. */
  static joined<Way>(parts: readonly PackedRoutes<Way>[]): PackedRoutes<Way> {
    const filled = parts.filter(({ size }) => size > 0)
    const [first] = filled
    if (!first) return PackedRoutes.empty()
    if (filled.length === 1) return first
    const { ways, offsets } = joinedWays(filled)
    const join = (family: Family): PackedRows =>
      joinedRows(
        family,
        filled.map((part) => part[family]),
        offsets,
      )
    return new PackedRoutes(ways, join('inet'), join('inet6'))
  }
}

class PartBuilder<Way> {
  readonly ways: Way[] = []
  readonly inet = new RowsBuilder('inet', 4)
  readonly inet6 = new RowsBuilder('inet6', 4)

  finish(): PackedRoutes<Way> {
    return new PackedRoutes<Way>(this.ways, this.inet.finish(), this.inet6.finish())
  }
}

async function filtered(rows: PackedRows, kept: Uint8Array): Promise<PackedRows> {
  const marks = new RowMarks(rows)
  let row = 0
  await inSlices(rows.count, (_start, end) => {
    for (let next = row; row < end; row = next) {
      next = sameUntil(rows.ways, row, rows.count)
      if (kept[rows.ways[row] ?? 0] === 1) marks.add(row, next)
    }
  })
  return marks.rows()
}

/** Those of the largest part are first, so that its many rows keep their numbers; those that parts share are there once. */
function joinedWays<Way>(parts: readonly PackedRoutes<Way>[]): { ways: Way[]; offsets: number[] } {
  const ways: Way[] = []
  const offsets: number[] = []
  const offsetOf = new Map<readonly Way[], number>()
  const bySize = [...parts.entries()].sort(([, one], [, other]) => other.size - one.size)
  for (const [index, part] of bySize) {
    const offset = offsetOf.get(part.ways) ?? ways.length
    if (offset === ways.length) for (const way of part.ways) ways.push(way)
    offsetOf.set(part.ways, offset)
    offsets[index] = offset
  }
  return { ways, offsets }
}

function joinedRows(family: Family, parts: readonly PackedRows[], offsets: readonly number[]): PackedRows {
  const filled = [...parts.entries()].filter(([, part]) => part.count > 0)
  const [only] = filled
  if (only && filled.length === 1) {
    const [index, part] = only
    const offset = offsets[index] ?? 0
    return offset === 0 ? part : { ...part, ways: shifted(part.ways, offset) }
  }
  const count = parts.reduce((sum, part) => sum + part.count, 0)
  const words = family === 'inet' ? 1 : 4
  const rows = {
    family,
    count,
    addresses: new Uint32Array(count * words),
    lengths: new Uint8Array(count),
    ways: new Uint32Array(count),
  }
  let start = 0
  for (const [index, part] of parts.entries()) {
    rows.addresses.set(part.addresses, start * words)
    rows.lengths.set(part.lengths, start)
    rows.ways.set(shifted(part.ways, offsets[index] ?? 0), start)
    start += part.count
  }
  return rows
}

function shifted(ways: Uint32Array, offset: number): Uint32Array {
  if (offset === 0) return ways
  const result = new Uint32Array(ways.length)
  for (let row = 0; row < ways.length; row++) result[row] = (ways[row] ?? 0) + offset
  return result
}
