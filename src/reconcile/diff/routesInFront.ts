import { PackedRoutes } from '../../rtnetlink/packed/packedRoutes.js'
import { isOneRun } from '../../rtnetlink/packed/runs.js'
import type { DesiredRoute } from '../../state/desired.js'
import { splitByKey } from '../../state/packedRepeated.js'
import { keyedRoutes, keyedWishes, selectedByKey } from '../../state/packedSets.js'
import { isLasting, type RouteRecord } from '../../state/route.js'
import { holds } from './routeDecision.js'

/**
 * The routes in front of the one that is as wanted: packets take the first IPv4 route of a key, and the kernel moves none
 * (net/ipv4/fib_trie.c, fib_table_lookup). In front of what is not to be deleted nothing can be done.
 * @param same the routes that are there of the key
 */
export function routesInFront(wanted: DesiredRoute, same: readonly RouteRecord[]): readonly RouteRecord[] {
  // Where several are told exactly, what is not to be there is told, too.
  if (wanted.exact || wanted.route.family !== 'inet') return []
  const place = same.findIndex((route) => holds(wanted, route))
  const before = same.slice(0, Math.max(place, 0))
  return before.every(isLasting) ? before : []
}

/** The routes of a table which others of their key are behind, and which are not as wanted. */
export async function shadowingRoutes(
  table: PackedRoutes<RouteRecord> = PackedRoutes.empty(),
  wanted: PackedRoutes<DesiredRoute>,
): Promise<PackedRoutes<RouteRecord>> {
  if (wanted.size === 0 || (await isOneRun(table.inet))) return PackedRoutes.empty()
  const { first, further } = await splitByKey(new PackedRoutes(table.ways, table.inet, PackedRoutes.empty().inet6))
  const inFront = await selectedByKey(keyedRoutes(first), keyedRoutes(further), true)
  return await selectedByKey(keyedRoutes(inFront), keyedWishes(wanted), true, (route, wish) => !holds(wish, route))
}
