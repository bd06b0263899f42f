import { samePairUntil } from '../rtnetlink/packed/columns.js'
import { PackedRoutes } from '../rtnetlink/packed/packedRoutes.js'
import { type PackedRows, RowsBuilder } from '../rtnetlink/packed/packedRows.js'
import { areFew, RowIndex } from '../rtnetlink/packed/rowIndex.js'
import { RowMarks } from '../rtnetlink/packed/rowMarks.js'
import { runsOf } from '../rtnetlink/packed/runs.js'
import { visitRows } from '../rtnetlink/packed/visitRows.js'
import { inSlices } from '../system/turns.js'
import type { DesiredRoute } from './desired.js'
import { KeyNumbers } from './packedKeys.js'
import type { RouteRecord } from './route.js'
import { isWayMeant } from './routeAbsence.js'

/** A table, and what of its ways names a route; a way without is left out. */
export interface Keyed<Way> {
  readonly table: PackedRoutes<Way>
  readonly keyOf: (way: Way) => RouteRecord | undefined
}

/** The routes of a table themselves. */
export function keyedRoutes(table: PackedRoutes<RouteRecord>): Keyed<RouteRecord> {
  return { table, keyOf: (route) => route }
}

/** The routes that are wanted to be there. */
export function keyedWishes(table: PackedRoutes<DesiredRoute>): Keyed<DesiredRoute> {
  return { table, keyOf: ({ absent, route }) => (absent ? undefined : route) }
}

/**
 * The rows of a table whose key is in another one; where `present` is false, those whose key is not.
 * @param matches whether a row of the same key counts
 */
export async function selectedByKey<Way, Other>(
  own: Keyed<Way>,
  other: Keyed<Other>,
  present: boolean,
  matches: (way: Way, other: Other) => boolean = () => true,
): Promise<PackedRoutes<Way>> {
  const { table } = own
  if (table.size === 0 || other.table.size === 0) return present ? PackedRoutes.empty() : table
  const keys = new KeyNumbers()
  const pairs = new Pairs(table.ways, other.table.ways, matches)
  const [ownKeys, otherKeys] = [await numbersOf(own, keys, nothing), await numbersOf(other, keys, nothing - 1)]
  const [inet, inet6] = [
    await selected(table.inet, other.table.inet, ownKeys, otherKeys, present, pairs),
    await selected(table.inet6, other.table.inet6, ownKeys, otherKeys, present, pairs),
  ]
  return new PackedRoutes(table.ways, inet, inet6)
}

/** What holds of two ways, worked out once for each pair. */
class Pairs<One, Other> {
  readonly #ones: readonly One[]
  readonly #others: readonly Other[]
  readonly #holds: (one: One, other: Other) => boolean
  readonly #known = new Map<number, boolean>()
  #last = -1
  #lastHolds = false

  constructor(ones: readonly One[], others: readonly Other[], holds: (one: One, other: Other) => boolean) {
    this.#ones = ones
    this.#others = others
    this.#holds = holds
  }

  match(one: number, other: number): boolean {
    const pair = one * this.#others.length + other
    if (pair === this.#last) return this.#lastHolds
    let holds = this.#known.get(pair)
    if (holds === undefined) {
      const [first, second] = [this.#ones[one], this.#others[other]]
      holds = first !== undefined && second !== undefined && this.#holds(first, second)
      this.#known.set(pair, holds)
    }
    this.#last = pair
    this.#lastHolds = holds
    return holds
  }
}

/** A number that no key has. */
const nothing = 0xffffffff

function numbersOf<Way>({ table, keyOf }: Keyed<Way>, keys: KeyNumbers, none: number): Promise<Uint32Array> {
  return keys.of(table.ways, keyOf, none)
}

async function selected(
  rows: PackedRows,
  others: PackedRows,
  keys: Uint32Array,
  otherKeys: Uint32Array,
  present: boolean,
  pairs: { match(way: number, other: number): boolean },
): Promise<PackedRows> {
  if (present && areFew(others, rows) && (await runsOf(rows))) {
    return await selectedByFew(rows, others, keys, otherKeys, pairs)
  }
  const kept = new RowMarks(rows)
  const index = new RowIndex(others, otherKeys)
  const single = (row: number): boolean => {
    const way = rows.ways[row] ?? 0
    const key = keys[way] ?? nothing
    const hinted = index.hint(rows, row, key)
    let isThere = hinted >= 0 && pairs.match(way, others.ways[hinted] ?? 0)
    if (!isThere && others.count > 0) {
      if (!index.built) return false
      let found = index.find(rows, row, key)
      while (found >= 0 && !pairs.match(way, others.ways[found] ?? 0)) found = index.findNext(found, rows, row, key)
      isThere = found >= 0
    }
    if (isThere === present) kept.add(row, row + 1)
    return true
  }
  const paired = (start: number, end: number, found: number): number => {
    let row = start
    while (row < end) {
      const other = found + row - start
      const way = rows.ways[row] ?? 0
      const there = others.ways[other] ?? 0
      if (keys[way] !== otherKeys[there] || !pairs.match(way, there)) break
      row = samePairUntil(rows.ways, row, end, others.ways, other)
    }
    if (present) kept.add(start, row)
    return row
  }
  const missing = (start: number, end: number): void => {
    if (!present) kept.add(start, end)
  }
  await visitRows(rows, { single, paired, missing }, index)
  return kept.rows()
}

/** The same from the other side: where few are looked for among many in order, those few are gone through. */
async function selectedByFew(
  rows: PackedRows,
  others: PackedRows,
  keys: Uint32Array,
  otherKeys: Uint32Array,
  pairs: { match(way: number, other: number): boolean },
): Promise<PackedRows> {
  const index = new RowIndex(rows, keys)
  await index.build(others)
  const chosen = new Set<number>()
  await inSlices(others.count, (start, end) => {
    for (let row = start; row < end; row++) {
      const other = others.ways[row] ?? 0
      const key = otherKeys[other] ?? nothing
      for (let found = index.find(others, row, key); found >= 0; found = index.findNext(found, others, row, key)) {
        if (pairs.match(rows.ways[found] ?? 0, other)) chosen.add(found)
      }
    }
  })
  const kept = new RowsBuilder(rows.family, chosen.size)
  for (const row of Uint32Array.from(chosen).sort()) kept.pushRow(rows, row, rows.ways[row] ?? 0)
  return kept.finish()
}

/** The routes of a table that no wish for absence is about. */
export async function withoutUnwanted(
  table: PackedRoutes<RouteRecord>,
  wishes: PackedRoutes<DesiredRoute>,
): Promise<PackedRoutes<RouteRecord>> {
  const absent = await wishes.filter((way) => way.absent)
  if (table.size === 0 || absent.size === 0) return table
  const pairs = new Pairs(table.ways, absent.ways, (route, wish) => wish.absent && isWayMeant(wish, route))
  const inet = await remaining(table.inet, absent.inet, pairs)
  const inet6 = await remaining(table.inet6, absent.inet6, pairs)
  return new PackedRoutes(table.ways, inet, inet6)
}

async function remaining(
  rows: PackedRows,
  absent: PackedRows,
  pairs: { match(way: number, wish: number): boolean },
): Promise<PackedRows> {
  if (absent.count === 0) return rows
  const kept = new RowMarks(rows)
  const index = new RowIndex(absent)
  await index.build(rows)
  const single = (row: number): boolean => {
    const way = rows.ways[row] ?? 0
    let found = index.find(rows, row, 0)
    while (found >= 0 && !pairs.match(way, absent.ways[found] ?? 0)) found = index.findNext(found, rows, row, 0)
    if (found < 0) kept.add(row, row + 1)
    return true
  }
  await visitRows(rows, { single, missing: (start, end) => kept.add(start, end) }, index)
  return kept.rows()
}
