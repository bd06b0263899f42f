import { addressBits, type Family, familyOf, formatAddress } from '../ip/address.js'
import { type Prefix, parsePrefix } from '../ip/prefix.js'
import { type EncodeContext, withoutNames } from '../netlink/codec.js'
import {
  buildMessage,
  type NetlinkMessage,
  NLM_F_APPEND,
  NLM_F_CREATE,
  NLM_F_EXCL,
  NLM_F_REPLACE,
} from '../netlink/message.js'
import { RTM_DELROUTE, RTM_GETROUTE, RTM_NEWROUTE } from './constants.js'
import { defined } from './defined.js'
import { rawEncapsulation } from './encapsulation/codec.js'
import { familyNumber } from './family.js'
import { realmNumber } from './realms.js'
import { defaultRouteProtocol, type Nexthop, type Route, type RouteFilter, type RouteQuery } from './route.js'
import {
  type RawNexthop,
  type RouteAttributes,
  type RouteHeader,
  RTNH_F_ONLINK,
  routeLayout,
} from './routeAttributes.js'
import { rawMetrics } from './routeMetrics.js'
import type { Scope } from './scope.js'

// RT_TABLE_MAIN, RTM_F_LOOKUP_TABLE: include/uapi/linux/rtnetlink.h
const mainTable = 254
const RTM_F_LOOKUP_TABLE = 0x1000

/** RTM_NEWROUTE that creates: `ip route add`. */
export function newRoute(route: Route, context: EncodeContext = withoutNames): NetlinkMessage {
  return creation(NLM_F_CREATE | NLM_F_EXCL, 'create', route, context)
}

/** RTM_NEWROUTE that creates or replaces: `ip route replace`. */
export function replaceRoute(route: Route, context: EncodeContext = withoutNames): NetlinkMessage {
  return creation(NLM_F_CREATE | NLM_F_REPLACE, 'replace', route, context)
}

/** RTM_NEWROUTE that stands beside routes of the same key: `ip route append`. */
export function appendRoute(route: Route, context: EncodeContext = withoutNames): NetlinkMessage {
  return creation(NLM_F_CREATE | NLM_F_APPEND, 'append', route, context)
}

/**
 * RTM_DELROUTE: `ip route delete`. Everything that is given must match; what is left out matches anything, so that of
 * several IPv4 routes of one key the first one that matches goes. A metric of 0 or `false` is matched too. Of IPv6 next
 * hops all go where none is given.
 */
export function deleteRoute(route: Route, context: EncodeContext = withoutNames): NetlinkMessage {
  const family = familyOfRoute(route)
  return buildMessage({
    layout: routeLayout,
    type: RTM_DELROUTE,
    flags: 0,
    subject: `route ${describe(route)}: delete`,
    header: {
      ...headerOf(route, family),
      protocol: route.protocol ?? 0,
      // `nowhere` matches any scope (net/ipv4/fib_trie.c, fib_table_delete).
      scope: family === 'inet' ? (route.scope ?? 'nowhere') : 'global',
      type: typeOf(route) ?? 'unspec',
    },
    attributes: attributesOf(route, family),
    context,
  })
}

/** RTM_GETROUTE of the route that packets would take: `ip route get`. */
export function getRoute(query: RouteQuery, context: EncodeContext = withoutNames): NetlinkMessage {
  const to = prefixOrThrow(query.to)
  const from = query.from === undefined ? undefined : prefixOrThrow(query.from)
  const { dev, iif, mark, uid } = query
  const family = familyOf(to.bytes)
  return buildMessage({
    layout: routeLayout,
    type: RTM_GETROUTE,
    flags: 0,
    subject: `route to ${query.to}: get`,
    header: {
      ...emptyHeader,
      family: familyNumber(family),
      toLength: addressBits(family),
      fromLength: from ? addressBits(family) : 0,
      tos: query.tos ?? 0,
      // Without it the kernel says that every route is of the table main (net/ipv4/route.c, inet_rtm_getroute); IPv6
      // tells the table anyway and refuses the flag.
      flags: family === 'inet' ? RTM_F_LOOKUP_TABLE : 0,
    },
    attributes: {
      to: formatAddress(to.bytes),
      ...(from ? { from: formatAddress(from.bytes) } : {}),
      ...defined({ dev, iif, mark, uid }),
    },
    context,
  })
}

/** RTM_GETROUTE of all routes of a family and of all tables: `ip route show table all`. */
export function dumpRoutes(filter: RouteFilter = {}, context: EncodeContext = withoutNames): NetlinkMessage {
  const { family, table, protocol, type, dev } = filter
  return buildMessage({
    layout: routeLayout,
    type: RTM_GETROUTE,
    flags: 0,
    subject: 'routes: list',
    header: {
      ...emptyHeader,
      family: family === undefined ? 0 : familyNumber(family),
      protocol: protocol ?? 0,
      type: type ?? 'unspec',
    },
    attributes: defined({ table, dev }),
    context,
  })
}

const emptyHeader: RouteHeader = {
  family: 0,
  toLength: 0,
  fromLength: 0,
  tos: 0,
  table: 0,
  protocol: 0,
  scope: 'global',
  type: 'unspec',
  flags: 0,
}

function creation(flags: number, verb: string, route: Route, context: EncodeContext): NetlinkMessage {
  const family = familyOfRoute(route)
  return buildMessage({
    layout: routeLayout,
    type: RTM_NEWROUTE,
    flags,
    subject: `route ${describe(route)}: ${verb}`,
    header: headerOf(route, family),
    attributes: { ...attributesOf(route, family), ...noMetrics(route, family, context) },
    context,
  })
}

/**
 * An IPv4 route that says nothing of metrics takes over those of a route that is alike but for its destination, where
 * both lead through one nexthop object (net/ipv4/fib_semantics.c, fib_create_info).
 */
function noMetrics(route: Route, family: Family, context: EncodeContext): Pick<RouteAttributes, 'metrics'> {
  const { nexthopId } = route
  if (family !== 'inet' || nexthopId === undefined || !context.nexthopHasMetrics?.(nexthopId)) return {}
  return { metrics: rawMetrics(route) ?? {} }
}

function describe(route: Route): string {
  return `${route.to}${route.table === undefined || route.table === mainTable ? '' : ` table ${route.table}`}`
}

/** The family: as it says, by its destination, or by whatever else has one. */
function familyOfRoute(route: Route): Family {
  if (route.family) return route.family
  if (route.to !== 'default') return familyOf(route.to)
  const hint = route.via ?? route.src ?? route.from ?? route.nexthops?.find(({ via }) => via !== undefined)?.via
  return hint === undefined ? 'inet' : familyOf(hint)
}

function headerOf(route: Route, family: Family): RouteHeader {
  const table = route.table ?? mainTable
  return {
    family: familyNumber(family),
    toLength: destinationOf(route)?.length ?? 0,
    fromLength: route.from === undefined || route.from === 'default' ? 0 : prefixOrThrow(route.from).length,
    tos: route.tos ?? 0,
    // A larger one is told by RTA_TABLE.
    table: table > 255 ? 0 : table,
    protocol: route.protocol ?? defaultRouteProtocol,
    scope: family === 'inet' ? (route.scope ?? defaultScope(route)) : 'global',
    type: typeOf(route) ?? 'unicast',
    flags: route.onlink && route.nexthopId === undefined ? RTNH_F_ONLINK : 0,
  }
}

/** A unicast route on a blackhole object is listed as a blackhole (net/ipv4/fib_semantics.c, fib_dump_info). */
function typeOf({ type, nexthopId }: Route): Route['type'] {
  return type === 'blackhole' && nexthopId !== undefined ? undefined : type
}

/** iproute2, iproute.c, iproute_modify. */
function defaultScope(route: Route): Scope {
  const type = route.type ?? 'unicast'
  if (type === 'local' || type === 'nat') return 'host'
  if (type === 'broadcast' || type === 'multicast' || type === 'anycast') return 'link'
  const leadsToLink = route.via === undefined && route.nexthops === undefined && route.nexthopId === undefined
  return type === 'unicast' && leadsToLink ? 'link' : 'global'
}

function destinationOf(route: Route): Prefix | undefined {
  return route.to === 'default' ? undefined : prefixOrThrow(route.to)
}

function prefixOrThrow(text: string): Prefix {
  const prefix = parsePrefix(text)
  if (!prefix) throw new RangeError(`${JSON.stringify(text)} is neither "default" nor an IP prefix or address`)
  return prefix
}

function attributesOf(route: Route, family: Family): RouteAttributes {
  const to = destinationOf(route)
  const from = route.from === undefined || route.from === 'default' ? undefined : prefixOrThrow(route.from)
  const { table, realms, metric, src, preference, expires } = route
  return {
    ...defined({ metric, src, preference, metrics: rawMetrics(route) }),
    // A length of 0 has no bytes to send, and for IPv4 must not have any.
    ...(to && to.length > 0 ? { to: formatAddress(to.bytes) } : {}),
    ...(from && from.length > 0 ? { from: formatAddress(from.bytes) } : {}),
    ...wayOf(route, family),
    ...(table !== undefined && table > 255 ? { table } : {}),
    ...rawRealms(realms),
    // Whole seconds only, and 0 would mean forever.
    ...(expires === undefined ? {} : { expires: Math.ceil(expires) }),
  }
}

/** Where packets go. The kernel lists a nexthop object with its contents, and takes the object alone. */
function wayOf(route: Route, family: Family): RouteAttributes {
  const { nexthopId, dev, nexthops } = route
  if (nexthopId !== undefined) return { nexthopId }
  return {
    ...defined({ dev, nexthops: nexthops?.map((nexthop) => rawNexthop(nexthop, family)) }),
    ...gatewayOf(route.via, family),
    ...rawEncapsulation(route.encapsulation),
  }
}

function gatewayOf(via: string | undefined, family: Family): Pick<RouteAttributes, 'gateway' | 'gatewayOfFamily'> {
  if (via === undefined) return {}
  return familyOf(via) === family ? { gateway: via } : { gatewayOfFamily: via }
}

function rawNexthop({ via, encapsulation, realms, ...others }: Nexthop, family: Family): RawNexthop {
  return { ...others, ...gatewayOf(via, family), ...rawRealms(realms), ...rawEncapsulation(encapsulation) }
}

function rawRealms(realms: string | undefined): Pick<RouteAttributes, 'realms'> {
  return realms === undefined ? {} : { realms: realmNumber(realms) }
}
