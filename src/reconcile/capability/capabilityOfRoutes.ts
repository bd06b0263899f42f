import type { Problem } from '../../error.js'
import type { RequestOptions } from '../../netlink/exchange.js'
import type { RouteRecord } from '../../state/route.js'
import { rest, turnIsLong } from '../../system/turns.js'
import { problemsOfFirst, singleChanges } from '../steps/singleChanges.js'
import type { PlannedStep } from '../steps/step.js'
import type { World } from '../world/world.js'
import type { TakenRoutes } from './sampleOfRoutes.js'
import { throwIfUnsupported } from './unsupported.js'

/** Refuses a plan with IPv6 routes of several ways some of which have no gateway, if the kernel takes none. */
export async function refuseWaysWithoutGateway(
  steps: readonly PlannedStep[],
  world: World,
  request: RequestOptions,
): Promise<void> {
  const problems: Problem[] = []
  let known: TakenRoutes | undefined
  for (const change of await singleChanges(steps)) {
    if (turnIsLong()) await rest()
    const { operation, namespace, path = '' } = change
    if (operation.type !== 'addRoute' && operation.type !== 'replaceRoute') continue
    const indices = waysWithoutGateway(operation.route)
    if (indices.length === 0) continue
    known ??= (await world.kernelOf(namespace)?.sample('route', request)) ?? {}
    if (known.waysWithoutGateway !== false) return
    const found = indices.map((index) => ({
      path: `${path}/nexthops/${index}`,
      message: 'this kernel takes no IPv6 route with several next hops of which one has no via',
      hint: 'use a nexthop object of the group of such ones: nexthopId',
    }))
    problems.push(...problemsOfFirst(found, change))
  }
  throwIfUnsupported(problems)
}

function waysWithoutGateway({ family, nexthops = [] }: RouteRecord): number[] {
  return family === 'inet' ? [] : nexthops.flatMap(({ via }, index) => (via === undefined ? [index] : []))
}
