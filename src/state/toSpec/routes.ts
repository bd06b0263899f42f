import { grouped } from '../../grouped.js'
import type { PackedRoutes } from '../../rtnetlink/packed/packedRoutes.js'
import { RouteSet } from '../../spec/routeSet.js'
import { routeToSpec, wayToSpec } from '../../spec/routeToSpec.js'
import type { RouteSpec } from '../../spec/types.js'
import { mapInTurns } from '../../system/inTurns.js'
import type { NetworkState } from '../model.js'
import { splitByKey } from '../packedRepeated.js'
import { isExpiring, isLasting, type RouteRecord, routeKey } from '../route.js'
import type { SpecOptions } from './specOptions.js'

/** The lasting routes as a spec would say them, of each key the first. */
export async function routesToSpec(state: NetworkState, options: SpecOptions): Promise<RouteSpec[]> {
  const { own, onLeftOut } = options
  const groups = [...grouped(state.routes.filter(isLasting), routeKey).values()]
  const specs = await mapInTurns(groups, (group) => group.map((route) => routeToSpec(route, own)))
  for (const route of specs.flatMap((group) => group.slice(1))) onLeftOut?.({ route, reason: 'behind' })
  for (const route of state.routes.filter(isExpiring)) {
    onLeftOut?.({ route: routeToSpec(route, own), reason: 'expires' })
  }
  const packed = state.bulk ? await mapInTurns(await packedRoutesToSpec(state.bulk, options), (route) => route) : []
  return [...specs.flatMap((group) => group.slice(0, 1)), ...packed]
}

/** The lasting routes, of each key the first, which packets take: the others have no name of their own in a spec. */
export async function packedRoutesToSpec(
  routes: PackedRoutes<RouteRecord>,
  { own, onLeftOut }: SpecOptions,
): Promise<RouteSet> {
  const { first, further } = await splitByKey(await routes.filter(isLasting))
  if (onLeftOut) {
    const tell = (reason: 'behind' | 'expires', left: PackedRoutes<RouteRecord>): void => {
      for (const { to, way } of left) onLeftOut({ route: routeToSpec({ ...way, to }, own), reason })
    }
    tell('behind', further)
    tell('expires', await routes.filter(isExpiring))
  }
  return new RouteSet({ packed: await first.map((route) => wayToSpec(route, own)), ...unknownOrigin })
}

const unknownOrigin = { origins: { inet: [], inet6: [] } } as const
