import { NetworkError } from '../error.js'
import type { Family } from '../ip/address.js'
import type { RequestOptions } from '../netlink/exchange.js'
import { attempt, type Result } from '../result.js'
import { decodeRoute } from '../rtnetlink/decodeRoute.js'
import type { ListedRoute, Route, RouteFilter } from '../rtnetlink/route.js'
import { appendRoute, deleteRoute, dumpRoutes, getRoute, newRoute, replaceRoute } from '../rtnetlink/routeMessages.js'
import { type ListResult, Objects } from './objects.js'

/** The routes of a network: `ip route`. */
export class Routes extends Objects {
  /** Adds a route: `ip route add`. One of the same destination, table, metric and tos is the error `EEXIST`. */
  create(route: Route, options: RequestOptions = {}): Promise<Result<void>> {
    return this.send((context) => newRoute(route, context), options)
  }

  /** {@link create}, by `ip`'s word. */
  add(route: Route, options: RequestOptions = {}): Promise<Result<void>> {
    return this.create(route, options)
  }

  /**
   * Adds a route in place of the one of the same destination, table, metric and tos: `ip route replace`. Of several
   * IPv4 routes of the same key the first is replaced; IPv6 replaces a route with a gateway only by such a one.
   */
  replace(route: Route, options: RequestOptions = {}): Promise<Result<void>> {
    return this.send((context) => replaceRoute(route, context), options)
  }

  /** Adds a route beside those of the same key: `ip route append`. IPv6 makes one route of several next hops of it. */
  append(route: Route, options: RequestOptions = {}): Promise<Result<void>> {
    return this.send((context) => appendRoute(route, context), options)
  }

  /** Removes the first route that has all the given properties: `ip route delete`. */
  delete(route: Route, options: RequestOptions = {}): Promise<Result<void>> {
    return this.send((context) => deleteRoute(route, context), options)
  }

  /** Lists routes of both families, or of the filter's one: `ip route show table all`. */
  list(filter: RouteFilter = {}, options: RequestOptions = {}): Promise<Result<ListResult<ListedRoute>>> {
    return attempt(async () => {
      const families: readonly Family[] = filter.family === undefined ? ['inet', 'inet6'] : [filter.family]
      const lists: ListResult<ListedRoute>[] = []
      for (const family of families) {
        const build = (context: Parameters<typeof dumpRoutes>[1]) => dumpRoutes({ ...filter, family }, context)
        lists.push((await this.dumpAll(build, decodeRoute, options)).unwrap())
      }
      return { items: lists.flatMap(({ items }) => items), consistent: lists.every(({ consistent }) => consistent) }
    })
  }

  /** The route that a packet to an address would take: `ip route get`. */
  get(address: string, options: RequestOptions = {}): Promise<Result<ListedRoute>> {
    return attempt(async () => {
      const names = await this.names(options)
      const [route] = await this.connection.ask(
        getRoute({ to: address }),
        ({ body }) => decodeRoute(body, names),
        options,
      )
      if (!route) throw new NetworkError('ENETUNREACH', `no route leads to ${address}`)
      return route
    })
  }
}
