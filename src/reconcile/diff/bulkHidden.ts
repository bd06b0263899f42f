import { PackedRoutes } from '../../rtnetlink/packed/packedRoutes.js'
import { splitByKey } from '../../state/packedRepeated.js'
import type { RouteRecord } from '../../state/route.js'
import { deletionNames } from '../../state/routeDeletion.js'
import { eachInTurns } from '../../system/inTurns.js'

/** The routes in front of which another one of their key may be that the kernel deletes in their place. */
export async function hiddenRoutes(
  table: PackedRoutes<RouteRecord> = PackedRoutes.empty(),
): Promise<PackedRoutes<RouteRecord>> {
  const alike = await alikeWays(await table.used())
  if (alike.size === 0) return PackedRoutes.empty()
  return (await splitByKey(await table.filter((way) => alike.has(way)))).further
}

/** The ways of which one may be taken for another. */
async function alikeWays(ways: readonly RouteRecord[]): Promise<Set<RouteRecord>> {
  const alike = new Set<RouteRecord>()
  const firstOf = new Map<string, RouteRecord>()
  // The kernel may take an IPv6 route of a nexthop object for any other.
  const objects = ways.filter(({ family, nexthopId }) => family === 'inet6' && nexthopId !== undefined)
  const protocols = new Set(objects.map(({ protocol }) => protocol))
  await eachInTurns(ways, (way) => {
    if (way.family === 'inet6' && protocols.has(way.protocol)) alike.add(way)
    for (const name of deletionNames(way)) {
      const first = firstOf.get(name)
      if (first) alike.add(first).add(way)
      else firstOf.set(name, way)
    }
  })
  return alike
}
