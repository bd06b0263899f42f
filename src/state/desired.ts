import type { Address } from '../rtnetlink/address.js'
import type { FdbEntry } from '../rtnetlink/fdb.js'
import type { Link } from '../rtnetlink/link.js'
import type { MdbEntry } from '../rtnetlink/mdb.js'
import type { Neighbor } from '../rtnetlink/neighbor.js'
import type { NexthopObject } from '../rtnetlink/nexthop.js'
import type { PackedRoutes } from '../rtnetlink/packed/packedRoutes.js'
import type { Route } from '../rtnetlink/route.js'
import type { QdiscSpec } from '../spec/qdiscTypes.js'
import type { FindOrigin } from '../spec/routeOrigin.js'
import type { DesiredFirewall } from './firewall/desiredFirewall.js'
import type { Elsewhere, Forwarding } from './model.js'
import type { NexthopRecord } from './nexthop.js'
import type { ActualQdisc } from './qdisc.js'
import type { RouteRecord } from './route.js'
import type { RuleRecord } from './rule.js'
import type { LinkSysctl } from './sysctl.js'

/** What a link should be, in the kernel's terms: every name resolved, every text canonical. */
export interface DesiredLink {
  /** JSON pointer to where the spec says it; left out for what follows from something else. */
  readonly path?: string
  readonly name: string
  /** What the link is known by that is to have the name; its MAC address is the permanent one where it has one. */
  readonly match?: { readonly mac?: string; readonly altName?: string }
  /** The index by which it is known, where it is to be as it was under the name that it had. */
  readonly index?: number
  /** Whether nothing that is undone takes it away, so that it is gone only where somebody else has done so. */
  readonly stays?: boolean
  /** Where steps have surely taken it away: the marks of what they put in its place, which any other link lacks. */
  readonly successors?: readonly string[]
  /** Where steps may take it away: the kinds of the links that they put in its place; empty for none. */
  readonly madeKinds?: readonly string[]
  readonly absent: boolean
  /** Whether it goes by itself, with the other end of its pair, which is absent in another namespace. */
  readonly goesAlong?: boolean
  /** The stated properties, without name and addresses. */
  readonly properties: Partial<Link>
  /** The whole list, where one was given. */
  readonly addresses?: readonly Address[]
  /** Settings that are no netlink. */
  readonly sysctl?: LinkSysctl
  /** What its packets wait in; `null` for the kernel's default. */
  readonly qdisc?: QdiscSpec | ActualQdisc | null
  /** The place of filters; `null` for none. */
  readonly ingressQdisc?: 'clsact' | 'ingress' | null
  /** Whether the addresses are to have no further properties: true when rolling back. */
  readonly exact?: boolean
  /** The marks of its maker, where the link is to be as it was; a new one otherwise gets that of the plan's owner. */
  readonly marks?: readonly string[]
  /** Where the link led to out of its namespace, where it is to be as it was. */
  readonly elsewhere?: Elsewhere
  /** The link below that it goes down or up with, where nothing else is said of it. */
  readonly follows?: string
  /** Whether an apply that was cut off has begun to make it. */
  readonly halfMade?: boolean
}

/** What a route should be. */
export interface DesiredRoute {
  readonly path?: string
  /** Where the spec says each of the routes that share this as their way; `path` is that of all. */
  readonly origin?: FindOrigin
  readonly absent: boolean
  /** With everything that names the route written out. */
  readonly route: RouteRecord
  /** The properties that were stated: all others are left as they are. */
  readonly stated: Partial<Route>
  /** Whether the route is to have no other properties: true when rolling back. */
  readonly exact?: boolean
}

/** What a nexthop object should be. */
export interface DesiredNexthop {
  readonly path?: string
  readonly absent: boolean
  readonly nexthop: NexthopRecord
  /** The properties that were stated: all others are left as they are. */
  readonly stated: Partial<NexthopObject>
  /** Whether it is to have no other properties: true when rolling back. */
  readonly exact?: boolean
}

/** What a rule should be. */
export interface DesiredRule {
  readonly path?: string
  readonly absent: boolean
  readonly rule: RuleRecord
  /** Whether each occurrence counts: true when rolling back to rules that stood there twice. */
  readonly exact?: boolean
}

/** What a neighbor should be. */
export interface DesiredNeighbor {
  readonly path?: string
  readonly absent: boolean
  readonly neighbor: Neighbor
}

/** What an entry of a forwarding database should be. */
export interface DesiredFdbEntry {
  readonly path?: string
  readonly absent: boolean
  readonly entry: FdbEntry
  /** Whether it is to have nothing but what is said, as it was before a step. */
  readonly exact?: boolean
}

/** What an entry of a multicast database should be. */
export interface DesiredMdbEntry {
  readonly path?: string
  readonly absent: boolean
  readonly entry: MdbEntry
  /** Whether it is to have nothing but what is said, as it was before a step. */
  readonly exact?: boolean
}

/** What one namespace should look like. */
export interface DesiredNetwork {
  /** Whether the spec does not name it, and it is only concerned by what happens in others. */
  readonly bystander?: boolean
  readonly links: readonly DesiredLink[]
  readonly routes: readonly DesiredRoute[]
  readonly nexthops: readonly DesiredNexthop[]
  /** Further routes, where there are many; the destination of their ways stands for that of each. */
  readonly bulk?: PackedRoutes<DesiredRoute>
  readonly rules: readonly DesiredRule[]
  readonly neighbors: readonly DesiredNeighbor[]
  readonly fdb?: readonly DesiredFdbEntry[]
  readonly mdb?: readonly DesiredMdbEntry[]
  readonly forwarding: Partial<Forwarding> & { readonly path?: string }
  /** What the owner's nf_tables should do; left out where nothing is said of it. */
  readonly firewall?: DesiredFirewall
}
