import { isDeepStrictEqual } from 'node:util'
import { NetworkError } from '../error.js'
import { addressBits, type Family, familyOf } from '../ip/address.js'
import { parsePrefix } from '../ip/prefix.js'
import type { RequestOptions } from '../netlink/exchange.js'
import type { Result } from '../result.js'
import { decodeRoute } from '../rtnetlink/decodeRoute.js'
import { deletedAs } from '../rtnetlink/deletedRoute.js'
import type { ListedRoute, Route, RouteFilter, RouteQuery } from '../rtnetlink/route.js'
import { routeTypeNumbers } from '../rtnetlink/routeAttributes.js'
import { appendRoute, deleteRoute, dumpRoutes, getRoute, newRoute, replaceRoute } from '../rtnetlink/routeMessages.js'
import { unlinked } from '../rtnetlink/routeRecord.js'
import { type Allowed, integer, oneOf } from '../system/optionValues.js'
import { checkFilter, family as familyValues, link } from './filter.js'
import { type ListOptions, Objects } from './objects.js'
import { checkKept, known, part } from './properties.js'
import { routeNames, routeQueryNames } from './propertyNames.js'

/** What tells one route from others: family, table (default 254), destination, tos and metric. */
export type RouteKey = Pick<Route, 'to' | 'family' | 'table' | 'tos' | 'metric'>

const routeKey = ['to', 'family', 'table', 'tos', 'metric'] as const satisfies readonly (keyof RouteKey)[]

const filterValues: Allowed<RouteFilter> = {
  family: familyValues,
  table: integer(0, 2 ** 32 - 1),
  protocol: integer(0, 255),
  type: oneOf(...Object.keys(routeTypeNumbers)),
  dev: link,
}

/** The routes of a network: `ip route`. */
export class Routes extends Objects {
  /** Adds a route: `ip route add`. One of the same destination, table, metric and tos is the error `EEXIST`. */
  create(route: Route, options: RequestOptions = {}): Promise<Result<void>> {
    return this.send((context) => newRoute(known(route, routeNames, 'route'), context), options)
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
    return this.send((context) => replaceRoute(known(route, routeNames, 'route'), context), options)
  }

  /**
   * Changes properties of a route and leaves the rest of it: `ip route change`. Another way (`via` and `dev`,
   * `nexthops` or `nexthopId`) takes the place of the whole way, but `via` alone leaves the link; a type that leads nowhere,
   * such as `blackhole`, has none. A missing route is the error `ESRCH`; without a metric
   * the one of the lowest metric is meant. Of several of a key the first is meant, or the listed one that is given; the
   * kernel changes no other than the first, which is the error `UNSUPPORTED`.
   */
  update(
    route: RouteKey | ListedRoute,
    changes: Omit<Partial<Route>, keyof RouteKey>,
    options: RequestOptions = {},
  ): Promise<Result<void>> {
    return this.session.run(options, async (request) => {
      known(route, routeNames, 'route')
      part(changes, routeNames, 'route')
      const family = route.family ?? familyOf(route.to)
      const table = route.table ?? 254
      const routes = await this.#list({ family, table }, request)
      const matching = routes.filter((candidate) => hasKey(candidate, route, family))
      const [first] = matching.sort((one, other) => (one.metric ?? 0) - (other.metric ?? 0))
      const object = `route ${route.to}`
      const isOne = 'flags' in route && matching.length > 1
      const current = isOne ? matching.find((listed) => isSameWay(listed, route)) : first
      if (!current) {
        throw new NetworkError('ESRCH', `${object}: update: does not exist (ESRCH)`, { object })
      }
      const next = changed(current, changes)
      checkKept<Route>(current, next, routeKey, 'route')
      // One that IPv6 has apart is added, and then the old one deleted.
      const replaced = matching.find((listed) => listed.metric === current.metric && areReplaced(listed, next))
      const isOther = !areReplaced(current, next)
      if (isOther ? replaced : replaced !== current) {
        const why = 'the kernel changes only the first of the routes of one key: delete it and append the new one'
        throw new NetworkError('UNSUPPORTED', `${object}: update: it stands beside another one, and ${why}`, { object })
      }
      await this.sendOrThrow(
        (context) =>
          isOther
            ? [appendRoute(next, context), deleteRoute(deletionOf(current), context)]
            : [replaceRoute(next, context)],
        request,
      )
    })
  }

  /** Adds a route beside those of the same key: `ip route append`. IPv6 makes one route of several next hops of it. */
  append(route: Route, options: RequestOptions = {}): Promise<Result<void>> {
    return this.send((context) => appendRoute(known(route, routeNames, 'route'), context), options)
  }

  /**
   * Removes the first route that has all the given properties: `ip route delete`. Of a listed IPv6 route also what it
   * has not is given: none with a gateway is taken for one without.
   */
  delete(route: Route | ListedRoute, options: RequestOptions = {}): Promise<Result<void>> {
    return this.send((context) => deleteRoute(deletionOf(known(route, routeNames, 'route')), context), options)
  }

  /**
   * Lists routes of both families, or of the filter's one, and of all tables: `ip route show table all`. A filter works
   * in the kernel.
   */
  list(filter: RouteFilter = {}, options: ListOptions = {}): Promise<Result<readonly ListedRoute[]>> {
    return this.session.runList(options, (request) => this.#list(filter, request))
  }

  /** The route that a packet to an address would take: `ip route get`. */
  get(query: string | RouteQuery, options: RequestOptions = {}): Promise<Result<ListedRoute>> {
    return this.session.run(options, async (request) => {
      const asked = known(typeof query === 'string' ? { to: query } : query, routeQueryNames, 'route query')
      const route = await this.askOne((context) => getRoute(asked, context), decodeRoute, request)
      if (!route) throw new NetworkError('ENETUNREACH', `no route leads to ${asked.to}`)
      return route
    })
  }

  async #list(filter: RouteFilter, options: ListOptions): Promise<readonly ListedRoute[]> {
    checkFilter(filter, filterValues, 'routes.list')
    const families: readonly Family[] = filter.family === undefined ? ['inet', 'inet6'] : [filter.family]
    const lists: (readonly ListedRoute[])[] = []
    for (const family of families) lists.push(await this.#listFamily({ ...filter, family }, options))
    return lists.flat()
  }

  async #listFamily(filter: RouteFilter, options: ListOptions): Promise<readonly ListedRoute[]> {
    try {
      return await this.dumpAll((context) => dumpRoutes(filter, context), decodeRoute, options)
    } catch (error) {
      // A table that nobody has put anything into does not exist.
      const isMissing = error instanceof NetworkError && error.code === 'ENOENT'
      if (isMissing && filter.table !== undefined) return []
      throw error
    }
  }
}

/** What tells the kernel which route to delete: all of one that is told whole. */
function deletionOf(route: Route | ListedRoute): Route {
  const family = route.family ?? (route.to === 'default' ? 'inet' : familyOf(route.to))
  const isTold = 'flags' in route || unlinked.has(route.type ?? 'unicast')
  return isTold ? deletedAs({ ...route, family }) : route
}

/** Whether two listed routes of a key are the same one, by what tells them apart and no listing leaves out. */
function isSameWay(one: ListedRoute, other: ListedRoute): boolean {
  const wayOf = ({ flags: _f, linkdown: _l, dead: _d, offload: _o, cloned: _c, expires: _e, ...way }: ListedRoute) =>
    way
  return isDeepStrictEqual(wayOf(one), wayOf(other))
}

/** Whether NLM_F_REPLACE takes one for the other: IPv6 has those with a gateway apart (net/ipv6/ip6_fib.c, fib6_add_rt2node). */
function areReplaced(one: ListedRoute, other: Route): boolean {
  const hasGateway = ({ via, nexthops, nexthopId }: Route): boolean =>
    nexthopId === undefined && (via !== undefined || nexthops !== undefined)
  return one.family === 'inet' || hasGateway(one) === hasGateway(other)
}

function hasKey(listed: ListedRoute, key: RouteKey, family: Family): boolean {
  const sameMetric = key.metric === undefined || (listed.metric ?? 0) === metricOf(key.metric, family)
  return sameMetric && (listed.tos ?? 0) === (key.tos ?? 0) && canonical(listed.to) === canonical(key.to)
}

/** The kernel makes 1024 of an IPv6 metric of 0 (include/uapi/linux/ipv6_route.h, IP6_RT_PRIO_USER). */
function metricOf(metric: number, family: Family): number {
  return family === 'inet6' && metric === 0 ? 1024 : metric
}

function canonical(to: string): string {
  if (to === 'default') return to
  const prefix = parsePrefix(to)
  if (!prefix) return to
  return prefix.length === 0 ? 'default' : `${prefix.bytes}/${prefix.length}/${addressBits(familyOf(to))}`
}

function changed(current: ListedRoute, changes: Partial<Route>): Route {
  const leadsNowhere = unlinked.has(changes.type ?? 'unicast')
  const newWay = leadsNowhere || ['via', 'dev', 'nexthops', 'nexthopId'].some((name) => name in changes)
  const { via: _via, nexthops: _nexthops, nexthopId: _nexthopId, onlink: _onlink, ...others } = current
  const { encapsulation: _encapsulation, ...rest } = others
  if (!newWay) return { ...current, ...changes }
  const { dev: _dev, scope: _scope, ...bare } = rest
  // One that led nowhere is listed on `lo`, by IPv6.
  const hadDev = current.dev !== undefined && !unlinked.has(current.type ?? 'unicast')
  const keepsDev = changes.via !== undefined && changes.dev === undefined && hadDev
  return { ...bare, ...(keepsDev ? { dev: current.dev } : {}), ...changes }
}
