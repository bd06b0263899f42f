import { PackedRoutes } from '../rtnetlink/packed/packedRoutes.js'
import { type PackedRows, RowsBuilder } from '../rtnetlink/packed/packedRows.js'
import { repeatedRows } from '../rtnetlink/packed/repeatedRows.js'
import { RowMarks } from '../rtnetlink/packed/rowMarks.js'
import { KeyNumbers } from './packedKeys.js'
import type { RouteRecord } from './route.js'

/** A table in two parts. */
export interface SplitRoutes {
  /** The first route of each key. */
  readonly first: PackedRoutes<RouteRecord>
  /** Those whose key another one has before them. */
  readonly further: PackedRoutes<RouteRecord>
}

/** Parts the first route of each key from the others. */
export async function splitByKey(table: PackedRoutes<RouteRecord>): Promise<SplitRoutes> {
  const keys = await new KeyNumbers().of(table.ways, (way) => way)
  const [inet, inet6] = [await split(table.inet, keys), await split(table.inet6, keys)]
  return {
    first: new PackedRoutes(table.ways, inet.first, inet6.first),
    further: new PackedRoutes(table.ways, inet.further, inet6.further),
  }
}

async function split(rows: PackedRows, keys: Uint32Array): Promise<{ first: PackedRows; further: PackedRows }> {
  const first = new RowMarks(rows)
  const further = new RowsBuilder(rows.family, 4)
  let start = 0
  for (const row of await repeatedRows(rows, keys)) {
    further.pushRow(rows, row, rows.ways[row] ?? 0)
    first.add(start, row)
    start = row + 1
  }
  first.add(start, rows.count)
  return { first: first.rows(), further: further.finish() }
}
