import type { Prefix } from '../../ip/prefix.js'
import { contains, parsePrefix } from '../../ip/prefix.js'
import { AF_INET, AF_INET6, RTM_DELROUTE, RTM_NEWROUTE } from '../../rtnetlink/constants.js'
import { defined } from '../../rtnetlink/defined.js'
import {
  type RawNexthop,
  type RouteAttributes,
  type RouteHeader,
  routeLayout,
} from '../../rtnetlink/routeAttributes.js'
import { type FakeLink, IFF_UP } from './fakeLink.js'
import { encodeBody, type Outgoing } from './kernelMessage.js'
import type { LinkObserver, LinkTable } from './linkTable.js'

/** One way of a route. */
export interface FakeNexthop {
  readonly dev: number
  readonly weight: number
  readonly gateway?: string | undefined
  readonly gatewayOfFamily?: string | undefined
  readonly realms?: number | undefined
  readonly onlink?: boolean | undefined
}

/** A route as the fake kernel keeps it. */
export interface FakeRoute {
  readonly family: number
  /** The destination with its length, `0.0.0.0/0` for the default. */
  readonly to: string
  readonly table: number
  readonly tos: number
  readonly metric: number
  readonly type: RouteHeader['type']
  readonly scope: RouteHeader['scope']
  readonly protocol: number
  readonly nexthops: readonly FakeNexthop[]
  /** Whether it was given as RTA_MULTIPATH. */
  readonly multipath: boolean
  /** The nexthop object that it uses; `nexthops` are then what that one leads to. */
  readonly nexthopId?: number | undefined
  readonly src: string | undefined
  readonly others: Pick<RouteAttributes, 'metrics' | 'realms' | 'preference'>
}

/** The routes of all tables. */
export class RouteTable implements LinkObserver {
  readonly #links: LinkTable
  readonly #notify: (family: number, message: Outgoing) => void
  #routes: FakeRoute[] = []

  constructor(links: LinkTable, notify: (family: number, message: Outgoing) => void) {
    this.#links = links
    this.#notify = notify
    links.observers.push(this)
  }

  all(): readonly FakeRoute[] {
    return this.#routes
  }

  /** Routes that share what must be unique: table, destination, metric and, for IPv4, type of service. */
  sameKey(route: FakeRoute): FakeRoute[] {
    return this.#routes.filter(
      (other) =>
        other.family === route.family &&
        other.table === route.table &&
        other.to === route.to &&
        other.metric === route.metric &&
        (route.family === AF_INET6 || other.tos === route.tos),
    )
  }

  /** Whether a route of the kernel's own is there. */
  has(route: FakeRoute): boolean {
    return this.sameKey(route).some((other) => sameConnected(other, route))
  }

  insert(route: FakeRoute, before?: FakeRoute): void {
    const position = before ? this.#routes.indexOf(before) : this.#routes.length
    this.#routes.splice(position, 0, route)
    this.#notify(route.family, describeRoute(route))
  }

  replace(before: FakeRoute, after: FakeRoute): void {
    this.#routes = this.#routes.map((route) => (route === before ? after : route))
  }

  remove(route: FakeRoute, quiet = false): void {
    this.#routes = this.#routes.filter((other) => other !== route)
    if (!quiet) this.#notify(route.family, describeRoute(route, RTM_DELROUTE))
  }

  removeConnected(route: FakeRoute): void {
    const found = this.sameKey(route).find((other) => sameConnected(other, route))
    if (found) this.remove(found)
  }

  removeBySource(src: string): void {
    for (const route of this.#routes) if (route.src === src) this.remove(route, true)
  }

  /** Leads the routes that use a nexthop object elsewhere; without a way they go, of IPv4 without a word. */
  follow(id: number, nexthops: readonly FakeNexthop[] | undefined): void {
    for (const route of this.#routes) {
      if (route.nexthopId !== id) continue
      if (nexthops) this.replace(route, { ...route, nexthops, multipath: nexthops.length > 1 })
      else this.remove(route, route.family === AF_INET)
    }
  }

  /** Removes the routes through a link; of IPv4 without a word (net/ipv4/fib_frontend.c, fib_flush). */
  flush(index: number, family: number, kept: (route: FakeRoute) => boolean = () => false): void {
    for (const route of this.#routes) {
      // What uses a nexthop object goes with that one.
      if (route.family !== family || kept(route) || route.nexthopId !== undefined) continue
      const nexthops = route.nexthops.filter(({ dev }) => dev !== index)
      if (nexthops.length === route.nexthops.length) continue
      if (nexthops.length === 0 || family === AF_INET) {
        if (nexthops.every(({ dev }) => !this.#isUp(dev))) this.remove(route, family === AF_INET)
      } else this.replace(route, { ...route, nexthops, multipath: nexthops.length > 1 })
    }
  }

  #isUp(index: number): boolean {
    return ((this.#links.byIndex(index)?.flags ?? 0) & IFF_UP) !== 0
  }

  linkUp(): void {}

  linkReady(): void {}

  linkDown({ index }: FakeLink): void {
    this.flush(index, AF_INET, ({ type }) => type === 'local')
    this.flush(index, AF_INET6)
  }

  linkDeleted({ index }: FakeLink): void {
    this.flush(index, AF_INET)
    this.flush(index, AF_INET6)
  }

  /** The best route to an address: the longest prefix of a table, then the lowest metric. */
  lookup(family: number, table: number, to: Prefix, accepts: (route: FakeRoute) => boolean): FakeRoute | undefined {
    const lengthOf = ({ to: text }: FakeRoute): number => parsePrefix(text)?.length ?? 0
    return this.#routes
      .filter((route) => route.family === family && route.table === table && accepts(route))
      .filter((route) => {
        const prefix = parsePrefix(route.to)
        return prefix !== undefined && contains(prefix, to)
      })
      .sort((one, other) => lengthOf(other) - lengthOf(one) || one.metric - other.metric)[0]
  }
}

function sameConnected(one: FakeRoute, other: FakeRoute): boolean {
  return one.type === other.type && one.nexthops[0]?.dev === other.nexthops[0]?.dev && one.src === other.src
}

// RT_TABLE_COMPAT, RTNH_F_ONLINK: include/uapi/linux/rtnetlink.h
const compatTable = 252
const RTNH_F_ONLINK = 4
const RTNH_F_LINKDOWN = 16

/** What a message about a route says. */
export function describeRoute(route: FakeRoute, type: number = RTM_NEWROUTE, linkdown = false): Outgoing {
  const { family, to, table, tos, metric, scope, protocol, nexthops, nexthopId, src, others } = route
  const [address = '', length = '0'] = to.split('/')
  const [first] = nexthops
  const isBlackhole = nexthopId !== undefined && nexthops.length === 0
  const flags = (first?.onlink && !route.multipath ? RTNH_F_ONLINK : 0) | (linkdown ? RTNH_F_LINKDOWN : 0)
  const header = {
    family,
    toLength: Number(length),
    fromLength: 0,
    tos,
    table: table > 255 ? compatTable : table,
    protocol,
    scope,
    type: isBlackhole ? ('blackhole' as const) : route.type,
    flags,
  }
  const body = encodeBody(routeLayout, header, {
    table,
    ...(length === '0' ? {} : { to: address }),
    ...(metric !== 0 || family === AF_INET6 ? { metric } : {}),
    ...(src === undefined ? {} : { src }),
    ...(family === AF_INET6 ? { cacheInfo: { expires: 0 }, preference: 'medium' as const } : {}),
    ...others,
    ...(nexthopId === undefined ? {} : { nexthopId }),
    ...wayOf(route),
  })
  return { type, body }
}

function wayOf({ nexthops, multipath }: FakeRoute): RouteAttributes {
  if (multipath && nexthops.length > 1)
    return { nexthops: nexthops.map((nexthop) => defined<RawNexthop>({ ...nexthop })) }
  const [first] = nexthops
  if (!first) return {}
  const { dev, gateway, gatewayOfFamily, realms } = first
  return defined<RouteAttributes>({ dev, gateway, gatewayOfFamily, realms })
}
