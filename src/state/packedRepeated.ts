import { PackedRoutes } from '../rtnetlink/packed/packedRoutes.js'
import { type PackedRows, RowsBuilder } from '../rtnetlink/packed/packedRows.js'
import { repeatedRows } from '../rtnetlink/packed/repeatedRows.js'
import { KeyNumbers } from './packedKeys.js'
import type { RouteRecord } from './route.js'

/** The routes of a table whose key another one has before them. */
export async function repeatedRoutes(table: PackedRoutes<RouteRecord>): Promise<PackedRoutes<RouteRecord>> {
  const keys = new KeyNumbers().of(table.ways)
  const repeated = async (rows: PackedRows): Promise<PackedRows> => {
    const found = new RowsBuilder(rows.family, 4)
    for (const row of await repeatedRows(rows, keys)) found.pushRow(rows, row, rows.ways[row] ?? 0)
    return found.finish()
  }
  return new PackedRoutes(table.ways, await repeated(table.inet), await repeated(table.inet6))
}
