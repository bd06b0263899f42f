import { PackedRoutes } from '../../rtnetlink/packed/packedRoutes.js'
import type { NetworkState } from '../../state/model.js'
import type { RouteRecord } from '../../state/route.js'
import { routeWithout } from '../../state/routeWithout.js'
import type { DiffContext } from './context.js'

/**
 * What is there once the links are gone that are to be removed, which is done first: their routes need not be deleted,
 * nor can they be replaced.
 */
export async function withoutDoomedLinks({
  desired,
  actual,
}: Pick<DiffContext, 'desired' | 'actual'>): Promise<NetworkState> {
  const doomed = new Set<string | number | undefined>(
    desired.links.filter(({ absent }) => absent).map(({ name }) => name),
  )
  if (doomed.size === 0) return actual
  const isDoomed = (dev: string | number | undefined): boolean => doomed.has(dev)
  const left = (route: RouteRecord): RouteRecord | undefined => routeWithout(route, isDoomed, isDoomed)
  const { routes, bulk = PackedRoutes.empty<RouteRecord>() } = actual
  const staying = await bulk.filter((route) => left(route) !== undefined)
  return {
    ...actual,
    routes: routes.flatMap((route) => left(route) ?? []),
    ...(actual.bulk ? { bulk: await staying.map((route) => left(route) ?? route) } : {}),
  }
}
