import { PackedRoutes } from '../../rtnetlink/packed/packedRoutes.js'
import { type PackedRows, RowsBuilder } from '../../rtnetlink/packed/packedRows.js'
import { repeatedRows } from '../../rtnetlink/packed/repeatedRows.js'
import { KeyNumbers } from '../../state/packedKeys.js'
import type { RouteRecord } from '../../state/route.js'
import { deletionNames } from '../../state/routeDeletion.js'

/** The routes in front of which another one of their key may be that the kernel deletes in their place. */
export async function hiddenRoutes(
  table: PackedRoutes<RouteRecord> = PackedRoutes.empty(),
): Promise<PackedRoutes<RouteRecord>> {
  const alike = alikeWays(table.used())
  if (alike.size === 0) return PackedRoutes.empty()
  const candidates = table.filter((way) => alike.has(way))
  const keys = new KeyNumbers().of(candidates.ways)
  const hidden = async (rows: PackedRows): Promise<PackedRows> => {
    const found = new RowsBuilder(rows.family, 4)
    for (const row of await repeatedRows(rows, keys)) found.pushRow(rows, row, rows.ways[row] ?? 0)
    return found.finish()
  }
  return new PackedRoutes(candidates.ways, await hidden(candidates.inet), await hidden(candidates.inet6))
}

/** The ways of which one may be taken for another. */
function alikeWays(ways: readonly RouteRecord[]): Set<RouteRecord> {
  const alike = new Set<RouteRecord>()
  const firstOf = new Map<string, RouteRecord>()
  // The kernel may take an IPv6 route of a nexthop object for any other.
  const objects = ways.filter(({ family, nexthopId }) => family === 'inet6' && nexthopId !== undefined)
  const protocols = new Set(objects.map(({ protocol }) => protocol))
  for (const way of ways) {
    if (way.family === 'inet6' && protocols.has(way.protocol)) alike.add(way)
    for (const name of deletionNames(way)) {
      const first = firstOf.get(name)
      if (first) alike.add(first).add(way)
      else firstOf.set(name, way)
    }
  }
  return alike
}
