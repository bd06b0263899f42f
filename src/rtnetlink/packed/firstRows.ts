import type { PackedRoutes } from './packedRoutes.js'
import { type PackedRows, prefixOfRow } from './packedRows.js'

/** What was found by going over all rows once: there can be as many problems as routes. */
const firstRowsOf = new WeakMap<PackedRows, number[]>()

/** The first row of each way, by the number of the way. */
export function firstRows(rows: PackedRows): readonly number[] {
  const known = firstRowsOf.get(rows)
  if (known) return known
  const first: number[] = []
  for (let row = rows.count - 1; row >= 0; row--) first[rows.ways[row] ?? 0] = row
  firstRowsOf.set(rows, first)
  return first
}

/** The destination of the first route of each way that has any. */
export function firstDestinations<Way>({ ways, inet, inet6 }: PackedRoutes<Way>): Map<Way, string> {
  const first = new Map<Way, string>()
  for (const rows of [inet6, inet]) {
    for (const [number, row] of firstRows(rows).entries()) {
      const way = ways[number]
      if (way !== undefined && row !== undefined) first.set(way, prefixOfRow(rows, row))
    }
  }
  return first
}
