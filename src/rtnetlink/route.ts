import type { Family } from '../ip/address.js'
import type { UnknownAttribute } from '../netlink/attribute.js'
import type { AnyEncapsulation } from './encapsulation/encapsulation.js'
import type { Scope } from './scope.js'

/** What is done with the packets of a route. */
export type RouteType =
  | 'unicast'
  | 'local'
  | 'broadcast'
  | 'anycast'
  | 'multicast'
  | 'blackhole'
  | 'unreachable'
  | 'prohibit'
  | 'throw'
  | 'nat'

/** One of several next hops. */
export interface Nexthop {
  /** The gateway, of either family. */
  readonly via?: string
  /** The link, by name or index. */
  readonly dev?: string | number
  /** Its share of the traffic, 1 to 256. Default 1. */
  readonly weight?: number
  /** IPv4 only: realms by number, `to` or `from/to`. */
  readonly realms?: string
  /** Whether the gateway is taken to be on the link although no prefix says so. */
  readonly onlink?: boolean
  /** How packets are wrapped on this way. */
  readonly encapsulation?: AnyEncapsulation
}

/** What a route tells the protocols above it. */
export interface RouteMetrics {
  /** Bytes of the path MTU. */
  readonly mtu?: number
  /** Whether path MTU discovery must not change it. */
  readonly lockMtu?: boolean
  /** Further metrics that must not be changed, as bits `1 << RTAX_*`, without those of {@link lockMtu} and {@link rtoMin}. */
  readonly lockedMetrics?: number
  /** Bytes of the largest TCP window that is told. */
  readonly window?: number
  /** Seconds of the round trip time to start with; the kernel keeps eighths of a millisecond. */
  readonly rtt?: number
  /** Seconds of its variance to start with; the kernel keeps quarters of a millisecond. */
  readonly rttvar?: number
  /** TCP's slow start threshold to start with. */
  readonly ssthresh?: number
  /** The largest congestion window. */
  readonly cwnd?: number
  /** Bytes of the maximum segment size that TCP tells. */
  readonly advmss?: number
  /** How much reordering TCP expects. */
  readonly reordering?: number
  /** The hop limit of packets. */
  readonly hoplimit?: number
  /** The initial congestion window, in segments. */
  readonly initcwnd?: number
  /** Whether TCP uses explicit congestion notification. */
  readonly ecn?: boolean
  /** Whether TCP's timestamps count microseconds. Linux 6.7. */
  readonly tcpUsecTs?: boolean
  /** Further RTAX_FEATURE_* bits, without those of {@link ecn} and {@link tcpUsecTs}. */
  readonly features?: number
  /** Seconds of the shortest retransmission timeout; the kernel keeps milliseconds. */
  readonly rtoMin?: number
  /** The initial receive window, in segments. */
  readonly initrwnd?: number
  /** Whether TCP acknowledges at once. */
  readonly quickack?: boolean
  /** The congestion control of TCP. */
  readonly congestion?: string
  /** Whether TCP Fast Open works without a cookie. */
  readonly fastOpenNoCookie?: boolean
}

/** A route: `ip route`, man ip-route(8). */
export interface Route extends RouteMetrics {
  /** The destination: `default`, a prefix, or an address. */
  readonly to: string
  /** The family; needed only for `default` where nothing else tells. */
  readonly family?: Family
  /** IPv6 only: the prefix that packets must come from. */
  readonly from?: string
  /** The gateway; an IPv4 route may have an IPv6 one. */
  readonly via?: string
  /** The link, by name or index. */
  readonly dev?: string | number
  /** Several next hops, instead of `via` and `dev`. */
  readonly nexthops?: readonly Nexthop[]
  /** How packets are wrapped. */
  readonly encapsulation?: AnyEncapsulation
  /** A nexthop object, instead of `via` and `dev`. */
  readonly nexthopId?: number
  /** What is done with packets. Default `unicast`. */
  readonly type?: RouteType
  /** The number of the table. Default 254, `main`. */
  readonly table?: number
  /** The metric; the lowest wins. Default 0 for IPv4, 1024 for IPv6. */
  readonly metric?: number
  /** The type of service that packets must have. */
  readonly tos?: number
  /** The source address that the host prefers. */
  readonly src?: string
  /** Default: by type and gateway, as `ip` does. */
  readonly scope?: Scope
  /** Who made the route, RTPROT_*. Default 108, this SDK. */
  readonly protocol?: number
  /** Whether the gateway is taken to be on the link although no prefix says so. */
  readonly onlink?: boolean
  /** IPv6 only: RFC 4191. Default `medium`. */
  readonly preference?: 'low' | 'medium' | 'high'
  /** Realms by number: `to` or `from/to`. */
  readonly realms?: string
  /** IPv6 only: seconds until the route goes by itself. */
  readonly expires?: number
}

/** A route as the kernel lists it. */
export interface ListedRoute extends Route {
  readonly family: Family
  /** The kernel's RTNH_F_* and RTM_F_* flags. */
  readonly flags: number
  /** Whether the link has no carrier. */
  readonly linkdown: boolean
  /** Whether the link is down. */
  readonly dead: boolean
  /** Whether hardware forwards it. */
  readonly offload: boolean
  /** Whether it is a cache entry of another route. */
  readonly cloned: boolean
  /** Attributes that this version of the SDK does not know. */
  readonly unknown?: readonly UnknownAttribute[]
}

/** What a dump asks the kernel to leave out. */
export interface RouteFilter {
  readonly family?: Family
  readonly table?: number
  readonly protocol?: number
  readonly type?: RouteType
  /** Only routes through this link. */
  readonly dev?: string | number
}

/** Which packets `getRoute` asks about. */
export interface RouteQuery {
  /** The address that they go to. */
  readonly to: string
  /** The address that they come from. */
  readonly from?: string
  /** The link that they must go out by, by name or index. */
  readonly dev?: string | number
  /** The link that they came in by, by name or index; without one they are the host's own. */
  readonly iif?: string | number
  /** Their type of service. */
  readonly tos?: number
  /** Their mark. */
  readonly mark?: number
  /** The user whose socket sends them. */
  readonly uid?: number
}

/** The protocol that marks routes and rules as made by this SDK; no known program uses it. */
export const defaultRouteProtocol = 108
