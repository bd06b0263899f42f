import { NetworkError } from '../../error.js'
import type { Connection } from '../../netlink/connection.js'
import type { RequestOptions } from '../../netlink/exchange.js'
import { loopback } from '../../rtnetlink/deletedRoute.js'
import type { Route } from '../../rtnetlink/route.js'
import { newRoute } from '../../rtnetlink/routeMessages.js'

/** What a kernel takes of routes, as far as that was told. */
export interface TakenRoutes {
  /** Whether an IPv6 route can have several ways of which one has no gateway. */
  readonly waysWithoutGateway?: boolean
}

const withoutGateway: Route = { to: 'fd00::/64', nexthops: [{ dev: loopback }, { dev: loopback }] }

/**
 * Adds an IPv6 route of two ways without a gateway. The kernel refuses it before it looks at the link, and says why:
 * net/ipv6/route.c, rtm_to_fib6_multipath_config.
 */
export async function sampleOfRoutes(connection: Connection, request: RequestOptions): Promise<TakenRoutes> {
  try {
    await connection.request(newRoute(withoutGateway), request)
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error
    return /^device only routes/i.test(error.kernelMessage ?? '') ? { waysWithoutGateway: false } : {}
  }
  return { waysWithoutGateway: true }
}
