import { type PackedRows, pieceOf, RowsBuilder } from './packedRows.js'

/** Rows that are chosen of some, from the front on. */
export class RowMarks {
  readonly #rows: PackedRows
  readonly #marks: Uint8Array
  #count = 0

  constructor(rows: PackedRows) {
    this.#rows = rows
    this.#marks = new Uint8Array(rows.count)
  }

  /** Chooses the rows from `start` to `end`, none of which was chosen yet. */
  add(start: number, end: number): void {
    this.#marks.fill(1, start, end)
    this.#count += end - start
  }

  /** Those that were chosen. */
  rows(): PackedRows {
    const rows = this.#rows
    const marks = this.#marks
    const count = this.#count
    if (count === rows.count) return rows
    const first = marks.indexOf(1)
    // Most of them in one piece share its memory: copying a million rows takes longer than a turn of the event loop may.
    if (count > rows.count / 2 && !marks.subarray(first, first + count).includes(0)) {
      return pieceOf(rows, first, first + count)
    }
    const builder = new RowsBuilder(rows.family, count)
    // Mostly few are left out, so that what is kept is long pieces.
    for (let start = 0; builder.count < count; ) {
      start = marks.indexOf(1, start)
      const next = marks.indexOf(0, start)
      const end = next < 0 ? rows.count : next
      builder.pushRows(rows, start, end)
      start = end
    }
    return builder.finish()
  }
}
