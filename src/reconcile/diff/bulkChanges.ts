import { defined } from '../../rtnetlink/defined.js'
import { samePairUntil, sameUntil } from '../../rtnetlink/packed/columns.js'
import { PackedRoutes } from '../../rtnetlink/packed/packedRoutes.js'
import { type PackedRows, RowsBuilder } from '../../rtnetlink/packed/packedRows.js'
import { areFew, RowIndex } from '../../rtnetlink/packed/rowIndex.js'
import { visitRows } from '../../rtnetlink/packed/visitRows.js'
import type { DesiredRoute } from '../../state/desired.js'
import type { Owner } from '../../state/owner.js'
import { KeyNumbers } from '../../state/packedKeys.js'
import type { RouteRecord } from '../../state/route.js'
import { isWayMeant } from '../../state/routeAbsence.js'
import { eachInTurns } from '../../system/inTurns.js'
import type { BulkChange } from '../steps/operation.js'
import { operationFor } from './routeDecision.js'
import { deletionOf } from './routeDeletions.js'

/**
 * What must be done so that a table is as it should be. The routes themselves are never looked at one by one: what is
 * to be done with a row depends on its way and on the ways of what is there of its key, and is worked out once for
 * each such combination, by what single routes are compared by.
 */
export async function bulkChanges(
  wanted: PackedRoutes<DesiredRoute>,
  actual: PackedRoutes<RouteRecord>,
  owner: Owner | undefined,
): Promise<PackedRoutes<BulkChange>> {
  const keys = new KeyNumbers()
  const wantedKeys = await keys.of(wanted.ways, ({ route }) => route)
  const actualKeys = await keys.of(actual.ways, (route) => route)
  const operations = new Operations(wanted.ways, actual.ways, owner)
  await operations.learn()
  const inet = await familyChanges(wanted.inet, actual.inet, wantedKeys, actualKeys, operations)
  const inet6 = await familyChanges(wanted.inet6, actual.inet6, wantedKeys, actualKeys, operations)
  return new PackedRoutes(operations.ways, inet, inet6)
}

/** Operations by the ways that they follow from. */
class Operations {
  readonly ways: BulkChange[] = []
  readonly absent: Uint8Array
  readonly exact: Uint8Array
  readonly #wanted: readonly DesiredRoute[]
  readonly #actual: readonly RouteRecord[]
  readonly #owner: Owner | undefined
  readonly #known = new Map<number | string, number>()
  readonly #meant = new Map<number, boolean>()
  readonly #deletions = new Map<number, number>()
  #lastPair = -1
  #lastOperation = -1

  constructor(wanted: readonly DesiredRoute[], actual: readonly RouteRecord[], owner: Owner | undefined) {
    this.#wanted = wanted
    this.#actual = actual
    this.#owner = owner
    this.absent = new Uint8Array(wanted.length)
    this.exact = new Uint8Array(wanted.length)
  }

  /** Notes what is asked of wishes many times. */
  async learn(): Promise<void> {
    let way = 0
    await eachInTurns(this.#wanted, ({ absent, exact }) => {
      if (absent) this.absent[way] = 1
      if (exact) this.exact[way] = 1
      way++
    })
  }

  /** The number of the operation for a wanted way where routes of some ways are there of its key; -1 for nothing. */
  of(way: number, same: readonly number[]): number {
    const [first = -1] = same
    const key = same.length <= 1 ? this.#pair(way, first) : `${way}:${same.join()}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const wanted = this.#wanted[way]
    const records = same.flatMap((one) => this.#actual[one] ?? [])
    const operation = wanted && operationFor(wanted, records, this.#owner)
    const number = operation ? this.ways.push({ operation, ...placeOf(wanted) }) - 1 : -1
    this.#known.set(key, number)
    return number
  }

  /** The same, for the one way that is there; the last answer is mostly the next. */
  ofOne(way: number, actual: number): number {
    const pair = this.#pair(way, actual)
    if (pair !== this.#lastPair) {
      this.#lastPair = pair
      this.#lastOperation = this.#known.get(pair) ?? this.of(way, [actual])
    }
    return this.#lastOperation
  }

  #pair(way: number, actual: number): number {
    return way * (this.#actual.length + 1) + actual + 1
  }

  /** At which of some ways an operation puts a route in the place of another; -1 for none. */
  replacedBy(operation: number, same: readonly number[]): number {
    const found = this.ways[operation]?.operation
    return found?.type === 'replaceRoute' ? same.findIndex((one) => this.#actual[one] === found.previous) : -1
  }

  /** Whether an absent way is about an actual one. */
  isMeant(way: number, actual: number): boolean {
    const key = this.#pair(way, actual)
    const known = this.#meant.get(key)
    if (known !== undefined) return known
    const [wanted, record] = [this.#wanted[way], this.#actual[actual]]
    const meant = wanted !== undefined && record !== undefined && isWayMeant(wanted, record)
    this.#meant.set(key, meant)
    return meant
  }

  /** The number of the operation that removes an actual way. */
  deletionOf(way: number, actual: number): number {
    const pair = this.#pair(way, actual)
    const known = this.#deletions.get(pair)
    if (known !== undefined) return known
    const route = this.#actual[actual]
    if (!route) throw new RangeError(`there is no way ${actual}`)
    const wanted = this.#wanted[way]
    const number = this.ways.push({ operation: deletionOf(route, wanted), ...placeOf(wanted) }) - 1
    this.#deletions.set(pair, number)
    return number
  }
}

function placeOf({ path, origin }: Partial<DesiredRoute> = {}): Pick<BulkChange, 'path' | 'origin'> {
  return defined({ path, origin })
}

async function familyChanges(
  wanted: PackedRows,
  actual: PackedRows,
  wantedKeys: Uint32Array,
  actualKeys: Uint32Array,
  operations: Operations,
): Promise<PackedRows> {
  // Where little is there, all is to be done.
  const changes = new RowsBuilder(wanted.family, areFew(actual, wanted) ? wanted.count : 256)
  const index = new RowIndex(actual, actualKeys)
  /** Rows that another route takes the place of. */
  const replaced = new Uint8Array(actual.count)
  /** Rows that are as they are wanted beside a wish for the absence of all others. */
  const kept = new Uint8Array(actual.count)
  let absences = 0
  const single = (row: number): boolean => {
    const way = wanted.ways[row] ?? 0
    if (operations.absent[way]) {
      absences++
      return true
    }
    const key = wantedKeys[way] ?? 0
    const hinted = index.hint(wanted, row, key)
    // One of several of a key is enough where it is as wanted; what else is there of it means nothing then.
    if (hinted >= 0 && operations.ofOne(way, actual.ways[hinted] ?? 0) < 0) {
      kept[hinted] = 1
      return true
    }
    if (actual.count > 0 && !index.built) return false
    const rows: number[] = []
    for (let found = index.find(wanted, row, key); found >= 0; found = index.findNext(found, wanted, row, key)) {
      rows.push(found)
    }
    const same = rows.map((found) => actual.ways[found] ?? 0)
    const operation = operations.of(way, same)
    const asWanted = rows[same.findIndex((there) => operations.ofOne(way, there) < 0)]
    if (asWanted !== undefined) kept[asWanted] = 1
    if (operation < 0) return true
    const previous = rows[operations.replacedBy(operation, same)]
    if (previous !== undefined) replaced[previous] = 1
    changes.pushRow(wanted, row, operation)
    return true
  }
  const paired = (start: number, end: number, found: number): number => {
    for (let row = start, next = start; row < end; row = next) {
      const other = found + row - start
      const way = wanted.ways[row] ?? 0
      const there = actual.ways[other] ?? 0
      next = samePairUntil(wanted.ways, row, end, actual.ways, other)
      if (operations.absent[way]) {
        absences += next - row
        continue
      }
      const key = wantedKeys[way] ?? 0
      if (key !== actualKeys[there]) return row
      const operation = operations.ofOne(way, there)
      if (operation < 0) {
        kept.fill(1, other, other + next - row)
        continue
      }
      // What else is there of the key counts, too.
      const alone = index.aloneUntil(wanted, row, next, other, key)
      if (operations.replacedBy(operation, [there]) === 0) replaced.fill(1, other, other + alone - row)
      changes.pushRows(wanted, row, alone, operation)
      if (alone < next) return alone
    }
    return end
  }
  const missing = (start: number, end: number): void => {
    for (let row = start, next = start; row < end; row = next) {
      next = sameUntil(wanted.ways, row, end)
      const way = wanted.ways[row] ?? 0
      const operation = operations.absent[way] ? -1 : operations.of(way, [])
      if (operations.absent[way]) absences += next - row
      else if (operation >= 0) changes.pushRows(wanted, row, next, operation)
    }
  }
  if (!operations.absent.includes(0)) absences = wanted.count
  else await visitRows(wanted, { single, paired, missing }, index)
  if (absences === wanted.count) changes.reserve(Math.min(absences, actual.count))
  if (absences > 0 && actual.count > 0) await addDeletions(wanted, actual, operations, { replaced, kept }, changes)
  return changes.finish()
}

async function addDeletions(
  wanted: PackedRows,
  actual: PackedRows,
  operations: Operations,
  { replaced, kept }: { readonly replaced: Uint8Array; readonly kept: Uint8Array },
  changes: RowsBuilder,
): Promise<void> {
  const index = new RowIndex(actual)
  const deleted = new Uint8Array(actual.count)
  const remove = (found: number, way: number): boolean => {
    const actualWay = actual.ways[found] ?? 0
    if (!operations.isMeant(way, actualWay)) return false
    if (deleted[found] || replaced[found] || (!operations.exact[way] && kept[found])) return true
    deleted[found] = 1
    changes.pushRow(actual, found, operations.deletionOf(way, actualWay))
    return true
  }
  const single = (row: number): boolean => {
    const way = wanted.ways[row] ?? 0
    if (!operations.absent[way]) return true
    // One that is told exactly is no other one.
    const hinted = operations.exact[way] ? index.hint(wanted, row, 0) : -1
    if (hinted >= 0 && remove(hinted, way)) return true
    if (!index.built) return false
    for (let found = index.find(wanted, row, 0); found >= 0; found = index.findNext(found, wanted, row, 0)) {
      remove(found, way)
    }
    return true
  }
  /** The same for ways that are told exactly, of which each pair is one route. */
  const paired = (start: number, end: number, found: number): number => {
    for (let row = start, next = start; row < end; row = next) {
      const other = found + row - start
      const way = wanted.ways[row] ?? 0
      const there = actual.ways[other] ?? 0
      next = samePairUntil(wanted.ways, row, end, actual.ways, other)
      if (!operations.absent[way]) continue
      if (!operations.exact[way] || !operations.isMeant(way, there)) return row
      removeMany(other, other + next - row, operations.deletionOf(way, there))
    }
    return end
  }
  const removeMany = (start: number, end: number, deletion: number): void => {
    for (let row = start, next = start; row < end; row = next + 1) {
      next = row
      while (next < end && !deleted[next] && !replaced[next]) deleted[next++] = 1
      changes.pushRows(actual, row, next, deletion)
    }
  }
  await visitRows(wanted, { single, paired, missing: () => {} }, index)
}
