import { inSlices } from '../../system/turns.js'
import { sameUntil } from './columns.js'
import type { PackedRows } from './packedRows.js'
import { RowIndex } from './rowIndex.js'
import { runsOf } from './runs.js'

/**
 * The rows whose key another one has before them.
 * @param keys the number of the key of each way, besides its destination
 */
export async function repeatedRows(rows: PackedRows, keys: Uint32Array): Promise<number[]> {
  if (await areApart(rows, keys)) return []
  const index = new RowIndex(rows, keys)
  await index.build(rows)
  const found: number[] = []
  await inSlices(rows.count, (start, end) => {
    for (let row = start; row < end; row++) {
      if (index.find(rows, row, keys[rows.ways[row] ?? 0] ?? 0) !== row) found.push(row)
    }
  })
  return found
}

/** Whether rows are runs of which no two have a key in common, such as tables one after the other. */
async function areApart(rows: PackedRows, keys: Uint32Array): Promise<boolean> {
  const runs = await runsOf(rows)
  if (!runs || runs.length <= 1) return runs !== undefined
  const runOf = new Map<number, number>()
  for (const { start, end } of runs) {
    for (let row = start; row < end; row = sameUntil(rows.ways, row, end)) {
      const key = keys[rows.ways[row] ?? 0] ?? 0
      if ((runOf.get(key) ?? start) !== start) return false
      runOf.set(key, start)
    }
  }
  return true
}
