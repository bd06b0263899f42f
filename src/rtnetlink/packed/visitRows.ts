import { turnIsLong, wholeTurn } from '../../system/turns.js'
import type { PackedRows } from './packedRows.js'
import type { RowIndex } from './rowIndex.js'

/** What is compared beyond the row that a visitor stops at is compared again: more at once only where all was used. */
const mostPaired = 1 << 12

/** So many rows, each of ways that were never seen together, take a millisecond or two: then the clock is looked at. */
const longWidth = 1 << 8

/** Milliseconds that rows may take which are visited at once; fewer are where they take longer. */
const mostAtOnce = 1

/** What is done with rows that are looked for among others: many at a time, where one side goes along with the other. */
export interface RowVisitor {
  /**
   * Rows whose prefixes are those of as many of the others, from `found` on.
   * @returns the first of the rows that this is not enough for; it is visited by itself
   */
  paired?(start: number, end: number, found: number): number
  /** Rows whose prefixes none of the others has. */
  missing?(start: number, end: number): void
  /** One row that must be looked for; false where the index is needed for it and not built. */
  single(row: number): boolean
}

/** Visits rows in slices. Where a row needs the index, that is built and the row visited again. */
export async function visitRows(rows: PackedRows, visitor: RowVisitor, index: RowIndex): Promise<void> {
  const stopped = await visitFrom(0, rows, visitor, index)
  if (stopped === rows.count) return
  await index.build(rows)
  await visitFrom(stopped, rows, visitor, index)
}

/** @returns the row that stopped it */
async function visitFrom(from: number, rows: PackedRows, visitor: RowVisitor, index: RowIndex): Promise<number> {
  const { count } = rows
  let row = from
  let width = 1
  let looked = from
  while (row < count) {
    const start = width < longWidth ? 0 : performance.now()
    if ((width >= longWidth || row - looked >= longWidth) && turnIsLong()) await wholeTurn()
    if (row - looked >= longWidth) looked = row
    const bound = Math.min(count, row + width)
    const next = visitMany(row, bound, rows, visitor, index)
    const isSlow = start > 0 && performance.now() - start > mostAtOnce
    if (next < bound) width = 1
    else width = isSlow ? width / 2 : Math.min(width * 2, mostPaired)
    if (next > row) row = next
    else if (visitor.single(row)) row++
    else return row
  }
  return count
}

/** @returns the first of the rows that was not visited */
function visitMany(row: number, end: number, rows: PackedRows, visitor: RowVisitor, index: RowIndex): number {
  const paired = visitor.paired ? index.pairedUntil(rows, row, end) : row
  if (paired > row) {
    const next = visitor.paired?.(row, paired, index.cursor) ?? row
    index.advance(next - row)
    return next
  }
  const missing = visitor.missing ? index.missingUntil(rows, row, end) : row
  if (missing > row) visitor.missing?.(row, missing)
  return missing
}
