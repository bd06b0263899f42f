import { addressBits, familyOf } from '../../ip/address.js'
import { formatPrefix, hasHostBits, networkOf, parsePrefix } from '../../ip/prefix.js'
import { withoutNames } from '../../netlink/codec.js'
import { decodeMessage, NLM_F_APPEND, NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE } from '../../netlink/message.js'
import {
  AF_INET,
  AF_INET6,
  RTM_DELROUTE,
  RTM_GETROUTE,
  RTM_NEWROUTE,
  RTNLGRP_IPV4_ROUTE,
  RTNLGRP_IPV6_ROUTE,
} from '../../rtnetlink/constants.js'
import { defined } from '../../rtnetlink/defined.js'
import { type RouteAttributes, type RouteHeader, routeLayout } from '../../rtnetlink/routeAttributes.js'
import { IFF_UP } from './fakeLink.js'
import { KernelError, type Outgoing } from './kernelMessage.js'
import type { LinkTable } from './linkTable.js'
import { checkNexthops, nexthopsOf } from './nexthops.js'
import type { FakeRequest, Handlers } from './request.js'
import { describeRoute, type FakeNexthop, type FakeRoute, type RouteTable } from './routeTable.js'

interface RouteRequest {
  readonly request: FakeRequest
  readonly header: RouteHeader
  readonly attributes: RouteAttributes
}

// RT_TABLE_*, RTM_F_CLONED: include/uapi/linux/rtnetlink.h
const mainTable = 254
const defaultTables = [255, 254, 253]
const RTM_F_CLONED = 0x200
const defaultMetricIpv6 = 1024
/** The gateway of an IPv6 route without one, where one is to be deleted: net/ipv6/route.c, ip6_route_del. */
const noGateway = '::'

/** RTM_*ROUTE: net/ipv4/fib_frontend.c, fib_trie.c and net/ipv6/route.c. */
export class Routes implements Handlers {
  readonly #links: LinkTable
  readonly #table: RouteTable
  readonly #isLocal: (address: string) => boolean
  readonly #waysOf: (id: number, family: number) => readonly FakeNexthop[]

  constructor(
    links: LinkTable,
    table: RouteTable,
    isLocal: (address: string) => boolean,
    waysOf: (id: number, family: number) => readonly FakeNexthop[],
  ) {
    this.#links = links
    this.#table = table
    this.#isLocal = isLocal
    this.#waysOf = waysOf
  }

  readonly requests: Handlers['requests'] = {
    [RTM_NEWROUTE]: (request) => this.#newRoute(parse(request)),
    [RTM_DELROUTE]: (request) => this.#deleteRoute(parse(request)),
    [RTM_GETROUTE]: (request) => this.#getRoute(parse(request)),
  }

  readonly dumps: Handlers['dumps'] = { [RTM_GETROUTE]: (request) => this.#dump(parse(request)) }

  #newRoute(parsed: RouteRequest): undefined {
    const { request } = parsed
    const route = checkNexthops(this.#wanted(parsed), this.#links, this.#table)
    if (route.src !== undefined && !this.#isLocal(route.src)) {
      if (route.family === AF_INET) throw new KernelError('EINVAL', 'Invalid prefsrc address')
      throw new KernelError('EINVAL', 'Invalid source address')
    }
    const same = this.#table.sameKey(route)
    const [first] = same
    if (!first) {
      if (!(request.flags & NLM_F_CREATE)) throw new KernelError('ENOENT')
      this.#announce(request, route, () => this.#table.insert(route))
      return
    }
    if (request.flags & NLM_F_EXCL) throw new KernelError('EEXIST')
    if (request.flags & NLM_F_REPLACE) this.#replace(request, route, first, same)
    else if (route.family === AF_INET6) this.#appendSibling(request, route, first)
    else this.#addBeside(request, route, same)
  }

  #announce(request: FakeRequest, route: FakeRoute, change: () => void): void {
    change()
    // The table has told the listeners; the echo is for the one who asked.
    request.echo(describeRoute(route))
  }

  #replace(request: FakeRequest, route: FakeRoute, first: FakeRoute, same: readonly FakeRoute[]): void {
    if (route.family === AF_INET) {
      const equal = same.find((other) => isEqual(other, route))
      if (equal && equal !== first) throw new KernelError('EEXIST')
    }
    this.#table.replace(first, route)
    request.notify(groupOf(route.family), describeRoute(route))
  }

  #addBeside(request: FakeRequest, route: FakeRoute, same: readonly FakeRoute[]): void {
    if (same.some((other) => isEqual(other, route))) throw new KernelError('EEXIST')
    if (!(request.flags & NLM_F_CREATE)) throw new KernelError('ENOENT')
    const before = request.flags & NLM_F_APPEND ? undefined : same[0]
    this.#announce(request, route, () => this.#table.insert(route, before))
  }

  /** A gateway route with the key of another becomes one more way of it; the rest of it is not looked at. */
  #appendSibling(request: FakeRequest, route: FakeRoute, first: FakeRoute): void {
    const known = (gateway: string | undefined, dev: number): boolean =>
      first.nexthops.some((nexthop) => nexthop.gateway === gateway && nexthop.dev === dev)
    if (route.nexthops.every(({ gateway, dev }) => known(gateway, dev))) throw new KernelError('EEXIST')
    const nexthops = [...first.nexthops, ...route.nexthops]
    const merged = { ...first, nexthops, multipath: nexthops.length > 1 }
    this.#table.replace(first, merged)
    request.notify(groupOf(route.family), describeRoute(merged))
  }

  #deleteRoute(parsed: RouteRequest): undefined {
    const { request, header, attributes } = parsed
    const { family } = header
    const to = destinationOf(parsed)
    const table = attributes.table ?? header.table
    const ways = nexthopsOf(attributes, header)
    const doomed = this.#table.all().find((route) => {
      if (route.family !== family || route.to !== to || route.table !== (table || mainTable)) return false
      if (attributes.metric !== undefined && attributes.metric !== 0 && route.metric !== attributes.metric) return false
      if (header.protocol !== 0 && route.protocol !== header.protocol) return false
      if (attributes.src !== undefined && route.src !== attributes.src) return false
      if (family === AF_INET && header.type !== 'unspec' && route.type !== header.type) return false
      if (family === AF_INET && route.tos !== header.tos) return false
      if (family === AF_INET && header.scope !== 'nowhere' && route.scope !== header.scope) return false
      if (attributes.nexthopId !== undefined && route.nexthopId !== attributes.nexthopId) return false
      return ways.every(({ dev, gateway, gatewayOfFamily }) =>
        route.nexthops.some(
          (nexthop) =>
            (dev === 0 || nexthop.dev === dev) &&
            (gateway === undefined || (nexthop.gateway ?? noGateway) === gateway) &&
            (gatewayOfFamily === undefined || nexthop.gatewayOfFamily === gatewayOfFamily),
        ),
      )
    })
    if (!doomed) throw new KernelError('ESRCH')
    const given = ways.filter(({ gateway = noGateway }) => gateway !== noGateway)
    const rest = doomed.nexthops.filter(({ gateway }) => !given.some((way) => way.gateway === gateway))
    if (family === AF_INET6 && given.length > 0 && rest.length > 0) {
      this.#table.replace(doomed, { ...doomed, nexthops: rest, multipath: rest.length > 1 })
      request.notify(
        groupOf(family),
        describeRoute({ ...doomed, nexthops: doomed.nexthops.filter((way) => !rest.includes(way)) }, RTM_DELROUTE),
      )
      return
    }
    this.#announce(request, doomed, () => this.#table.remove(doomed))
  }

  #wanted(parsed: RouteRequest): FakeRoute {
    const { header, attributes } = parsed
    const { family, type, tos, scope, protocol } = header
    const { metric = 0, src, metrics, realms, preference } = attributes
    const ipv4 = family === AF_INET
    const to = destinationOf(parsed)
    if (ipv4 && attributes.to !== undefined && hasHostBits(prefixOf(`${attributes.to}/${header.toLength}`))) {
      throw new KernelError('EINVAL', 'Invalid prefix for given prefix length')
    }
    const rejecting = type === 'blackhole' || type === 'unreachable' || type === 'prohibit' || type === 'throw'
    const { nexthopId } = attributes
    const nexthops = nexthopId === undefined ? nexthopsOf(attributes, header) : this.#waysOf(nexthopId, family)
    return {
      family,
      to,
      table: (attributes.table ?? header.table) || mainTable,
      tos: ipv4 ? tos : 0,
      metric: !ipv4 && metric === 0 ? defaultMetricIpv6 : metric,
      type: type === 'unspec' ? 'unicast' : type,
      scope: ipv4 ? scope : 'global',
      protocol,
      nexthops: rejecting ? (ipv4 ? [] : [{ dev: 1, weight: 1 }]) : nexthops,
      multipath: nexthopId === undefined ? attributes.nexthops !== undefined : nexthops.length > 1,
      nexthopId,
      src,
      others: defined({ metrics, realms: attributes.nexthops ? undefined : realms, preference }),
    }
  }

  #getRoute({ header, attributes }: RouteRequest): readonly Outgoing[] {
    const to = prefixOf(`${attributes.to ?? (header.family === AF_INET ? '0.0.0.0' : '::')}`)
    for (const table of defaultTables) {
      const accepts = ({ nexthops }: FakeRoute): boolean =>
        attributes.dev === undefined || nexthops.some(({ dev }) => dev === attributes.dev)
      const route = this.#table.lookup(header.family, table, to, accepts)
      if (!route || route.type === 'throw') continue
      if (route.type === 'unreachable') throw new KernelError('EHOSTUNREACH')
      if (route.type === 'prohibit') throw new KernelError('EACCES')
      if (route.type === 'blackhole') throw new KernelError('EINVAL')
      const [nexthop] = route.nexthops
      const found = { ...route, to: `${attributes.to}/${to.bytes.length * 8}`, nexthops: nexthop ? [nexthop] : [] }
      const { type, body } = describeRoute({ ...found, metric: 0, multipath: false })
      new DataView(body.buffer).setUint32(8, RTM_F_CLONED, true)
      return [{ type, body }]
    }
    throw new KernelError('ENETUNREACH')
  }

  #dump({ header, attributes }: RouteRequest): { items: readonly Outgoing[]; filtered: boolean } {
    const { toLength, fromLength, tos, scope, family, protocol, type } = header
    if (toLength !== 0 || fromLength !== 0 || tos !== 0 || scope !== 'global') {
      throw new KernelError('EINVAL', 'Invalid values in header for FIB dump request')
    }
    const { table = header.table, dev, ...others } = attributes
    if (Object.keys(others).length > 0) throw new KernelError('EINVAL', 'Unsupported attribute in dump request')
    if (dev !== undefined && !this.#links.byIndex(Number(dev))) throw new KernelError('ENODEV')
    const families = family === 0 ? [AF_INET, AF_INET6] : [family]
    const found = this.#table.all().filter((route) => {
      if (!families.includes(route.family)) return false
      if (table !== 0 && route.table !== table) return false
      if (protocol !== 0 && route.protocol !== protocol) return false
      if (type !== 'unspec' && route.type !== type) return false
      return dev === undefined || route.nexthops.some((nexthop) => nexthop.dev === dev)
    })
    const known = defaultTables.includes(table) || this.#table.all().some((route) => route.table === table)
    if (table !== 0 && !known && family === AF_INET) throw new KernelError('ENOENT', 'ipv4: FIB table does not exist')
    if (table !== 0 && !known && family === AF_INET6) throw new KernelError('ENOENT', 'FIB table does not exist')
    const filtered = table !== 0 || protocol !== 0 || type !== 'unspec' || dev !== undefined
    return { items: sorted(found).map((route) => describeRoute(route, RTM_NEWROUTE, this.#linkdown(route))), filtered }
  }

  #linkdown({ family, type, nexthops: [first] }: FakeRoute): boolean {
    if (family === AF_INET6 && type === 'local') return false
    const link = first && this.#links.byIndex(first.dev)
    return link !== undefined && (link.flags & IFF_UP) !== 0 && !this.#links.isRunning(link)
  }
}

/** IPv4 before IPv6, main before local, then by destination. */
function sorted(routes: readonly FakeRoute[]): FakeRoute[] {
  const orderOf = (to: string): string => Buffer.from(prefixOf(to).bytes).toString('hex')
  return [...routes].sort(
    (one, other) =>
      one.family - other.family ||
      one.table - other.table ||
      orderOf(one.to).localeCompare(orderOf(other.to)) ||
      one.metric - other.metric,
  )
}

function isEqual(one: FakeRoute, other: FakeRoute): boolean {
  const { nexthops, nexthopId, type, scope, protocol, src, others } = one
  const own = JSON.stringify({ nexthops, nexthopId, type, scope, protocol, src, others })
  const { nexthops: ways, nexthopId: id } = other
  const theirs = { nexthops: ways, nexthopId: id, type: other.type, scope: other.scope, protocol: other.protocol }
  return own === JSON.stringify({ ...theirs, src: other.src, others: other.others })
}

function destinationOf({ header, attributes }: RouteRequest): string {
  const nothing = header.family === AF_INET ? '0.0.0.0' : '::'
  const family = header.family === AF_INET ? 'inet' : 'inet6'
  if (header.toLength > addressBits(family)) throw new KernelError('EINVAL', 'Invalid prefix length')
  return formatPrefix(networkOf(prefixOf(`${attributes.to ?? nothing}/${header.toLength}`)))
}

function prefixOf(text: string): { bytes: Uint8Array; length: number } {
  const prefix = parsePrefix(text)
  if (!prefix) throw new KernelError('EINVAL', `${familyOf(text)} address expected`)
  return prefix
}

function groupOf(family: number): number {
  return family === AF_INET ? RTNLGRP_IPV4_ROUTE : RTNLGRP_IPV6_ROUTE
}

function parse(request: FakeRequest): RouteRequest {
  return { request, ...decodeMessage(routeLayout, request.body, withoutNames) }
}
