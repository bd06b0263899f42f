import type { Nexthop } from '../../rtnetlink/route.js'
import type { Operation } from './operation.js'

/** A way that packets take. */
export interface Way extends Nexthop {
  /** Whether `via` is the far end of a VXLAN, which is no gateway. */
  readonly fdb?: boolean
}

/** A way, and the place where a spec says it. */
export type PlacedWay = readonly [place: string, way: Way]

/** The ways that an operation makes: a route, each of its next hops, a nexthop object; of many routes, none. */
export function waysOf(operation: Operation, path = ''): readonly PlacedWay[] {
  switch (operation.type) {
    case 'addRoute':
    case 'replaceRoute': {
      const { route } = operation
      const nexthops = (route.nexthops ?? []).map((one, index) => [`${path}/nexthops/${index}`, one] as const)
      return [[path, route], ...nexthops]
    }
    case 'createNexthop':
    case 'replaceNexthop':
      return [[path, operation.nexthop]]
    default:
      return []
  }
}

/** Those of them that packets are handed to somebody by. */
export function hopsOf(operation: Operation, path = ''): readonly PlacedWay[] {
  return waysOf(operation, path).filter(([, { fdb }]) => !fdb)
}
