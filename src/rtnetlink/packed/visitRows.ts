import { inSlices } from '../../system/turns.js'
import type { PackedRows } from './packedRows.js'
import type { RowIndex } from './rowIndex.js'

/** What is compared beyond the row that a visitor stops at is compared again: more at once only where all was used. */
const mostPaired = 1 << 12

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
  let row = from
  let isStopped = false
  let width = 1
  await inSlices(rows.count - from, (_start, end) => {
    while (!isStopped && row < from + end) {
      const bound = Math.min(from + end, row + width)
      const next = visitMany(row, bound, rows, visitor, index)
      width = next === bound ? Math.min(width * 2, mostPaired) : 1
      if (next > row) row = next
      else if (visitor.single(row)) row++
      else isStopped = true
    }
  })
  return row
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
