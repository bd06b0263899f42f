import type { Encapsulation } from '../rtnetlink/encapsulation/encapsulation.js'
import type { RouteSet } from './routeSet.js'

/** What a route can do with packets, in the words of `ip route`. */
export const routeTypes = [
  'unicast',
  'local',
  'broadcast',
  'anycast',
  'multicast',
  'blackhole',
  'unreachable',
  'prohibit',
  'throw',
] as const

/** One of several next hops of a route. */
export interface NexthopSpec {
  /** The gateway, of either family. */
  readonly via?: string
  /** The link that it is reached through. */
  readonly dev?: string
  /** How packets are wrapped on this way. */
  readonly encapsulation?: Encapsulation
  /** Its share of the traffic, 1 to 256. Default 1. */
  readonly weight?: number
  /** IPv4 only: realms, `to` or `from/to`, by number or by name of `/etc/iproute2/rt_realms`. */
  readonly realms?: string | number
  /** Whether the gateway is taken to be on the link although no prefix says so. Default false. */
  readonly onlink?: boolean
}

/** A route: `ip route`, man ip-route(8). Family, table, `to`, `tos` and metric name it; the rest are properties. */
export interface RouteSpec {
  /** The destination: `default`, a prefix, or an address. */
  readonly to: string
  /** The family; needed only for `default` without `via`, where it is `inet` otherwise. */
  readonly family?: 'inet' | 'inet6'
  /** IPv6 only: the prefix that packets must come from. */
  readonly from?: string
  /** The gateway, of either family. */
  readonly via?: string
  /** The link. It may be left out where `via` decides it. */
  readonly dev?: string
  /** How packets are wrapped: `encap`. */
  readonly encapsulation?: Encapsulation
  /** Several next hops, instead of `via` and `dev`. */
  readonly nexthops?: readonly NexthopSpec[]
  /** A nexthop object by its id, instead of `via` and `dev`. */
  readonly nexthopId?: number
  /** What is done with packets. Default `unicast`. */
  readonly type?: RouteType
  /** The table: a number, or a name of `/etc/iproute2/rt_tables`. Default `main`. */
  readonly table?: number | string
  /** The metric; the lowest wins. Default 0 for IPv4, 1024 for IPv6. */
  readonly metric?: number
  /** The type of service that packets must have. Default 0, which all have. */
  readonly tos?: number
  /** The source address that the host prefers for it. */
  readonly src?: string
  /** `global`, `site`, `link`, `host`, `nowhere`, or a number. Default by the kind of route. */
  readonly scope?: string | number
  /** Who made the route: a number, or a name of `/etc/iproute2/rt_protos`. Default: the owner's mark, 108. */
  readonly protocol?: number | string
  /** Whether the gateway is taken to be on the link although no prefix says so. Default false. */
  readonly onlink?: boolean
  /** IPv6 only: preference of router advertisements (RFC 4191). Default `medium`. */
  readonly preference?: 'low' | 'medium' | 'high'
  /** Realms: `to` or `from/to`, by number or by name of `/etc/iproute2/rt_realms`. */
  readonly realms?: string | number
  /** Bytes of the path MTU. */
  readonly mtu?: number
  /** Whether path MTU discovery must not change the MTU. Default false. */
  readonly lockMtu?: boolean
  /** Bytes of the maximum segment size that TCP tells. */
  readonly advmss?: number
  /** Bytes of the largest TCP window that is told. */
  readonly window?: number
  /** Seconds of the round trip time to start with. */
  readonly rtt?: number
  /** Seconds of the round trip time's variance to start with. */
  readonly rttvar?: number
  /** Seconds of the shortest retransmission timeout. */
  readonly rtoMin?: number
  /** TCP's slow start threshold to start with. */
  readonly ssthresh?: number
  /** The largest congestion window. */
  readonly cwnd?: number
  /** The initial congestion window, in segments. */
  readonly initcwnd?: number
  /** The initial receive window, in segments. */
  readonly initrwnd?: number
  /** The hop limit of packets. */
  readonly hoplimit?: number
  /** How much reordering TCP expects. */
  readonly reordering?: number
  /** Whether TCP acknowledges at once. Default false. */
  readonly quickack?: boolean
  /** The congestion control of TCP. */
  readonly congestion?: string
  /** Whether TCP uses explicit congestion notification. Default false. */
  readonly ecn?: boolean
  /** Whether TCP's timestamps count microseconds: Linux 6.7. Default false. */
  readonly tcpUsecTs?: boolean
  /** Whether TCP Fast Open works without a cookie. Default false. */
  readonly fastOpenNoCookie?: boolean
  /** `true` removes every route that matches; fields that are left out match anything within the family. */
  readonly absent?: boolean
}

/** What is done with the packets of a route. */
export type RouteType = (typeof routeTypes)[number]

/**
 * A nexthop object: `ip nexthop`, man ip-nexthop(8). Its id names it; routes use it by `nexthopId`, so that one change
 * leads all of them elsewhere.
 */
export interface NexthopObjectSpec {
  /** The id, 1 to 4294967295. */
  readonly id: number
  /** The family, where no `via` tells it: what IPv6 routes use must be `inet6`. Default `inet`. */
  readonly family?: 'inet' | 'inet6'
  /** The gateway, of either family; with `fdb` the other end of a VXLAN. */
  readonly via?: string
  /** The link that it is reached through. The kernel wants it up and with a carrier. */
  readonly dev?: string
  /** Whether the gateway is taken to be on the link although no prefix says so. Default false. */
  readonly onlink?: boolean
  /** How packets are wrapped: `encap`. */
  readonly encapsulation?: Encapsulation
  /** Whether packets are thrown away. Default false. */
  readonly blackhole?: boolean
  /** Whether it is for entries of a VXLAN's forwarding database, and not for routes. Default false. */
  readonly fdb?: boolean
  /** The members of a group: ids, or ids with weights (1 to 65536, default 1; above 256 since Linux 6.12). */
  readonly group?: readonly (number | { readonly id: number; readonly weight?: number })[]
  /** How a group shares: by thresholds of a hash, or by a table of buckets that outlives changes. Default `mpath`. */
  readonly type?: 'mpath' | 'resilient'
  /** How many buckets a resilient group has; a new one must say it. */
  readonly buckets?: number
  /** Seconds without traffic after which a bucket may move to another member. Default 120. */
  readonly idleTimer?: number
  /** Seconds after which buckets move in any case, 0 for never. Default 0. */
  readonly unbalancedTimer?: number
  /** Who made it: a number, or a name of `/etc/iproute2/rt_protos`. Default: the owner's mark, 108. */
  readonly protocol?: number | string
  /** `true` removes it, with all routes that use it. */
  readonly absent?: boolean
}

/** A file with many routes, as `RouteSet.parse` reads it: a line each, or what `ip route save` wrote. */
export interface RouteFileSpec {
  /** Its path, relative to the spec's file on the command line; else to `specDirectory`, the working directory by default. */
  readonly file: string
}

/** A route, or many. */
export type RouteEntry = RouteSpec | RouteFileSpec | RouteSet

/** Routes in any order: a list, in which sets and files may stand for many, or whatever gives routes one by one. */
export type RouteList = readonly RouteEntry[] | Iterable<RouteSpec> | AsyncIterable<RouteSpec>
