import type { Ruleset } from '../nftables/ruleset.js'
import type { ListedAddress } from '../rtnetlink/address.js'
import type { ListedFdbEntry } from '../rtnetlink/fdb.js'
import type { ListedLink } from '../rtnetlink/link.js'
import type { ListedMdbEntry } from '../rtnetlink/mdb.js'
import type { ListedNeighbor } from '../rtnetlink/neighbor.js'
import type { PackedRoutes } from '../rtnetlink/packed/packedRoutes.js'
import { type Firewall, noFirewall } from './firewall/firewall.js'
import type { SetSizes } from './firewall/part.js'
import type { NexthopRecord } from './nexthop.js'
import type { LinkQdiscs } from './qdisc.js'
import type { RouteRecord } from './route.js'
import type { RuleRecord } from './rule.js'

/** Where a link leads to that has its other end, or what it stands on, in another namespace. */
export interface Elsewhere {
  /** The name of that namespace, empty for the one that the caller means; left out where it has none or cannot be opened. */
  readonly namespace?: string
  /** The device there; left out where there is none. */
  readonly link?: string
}

/** A link with its addresses, in the kernel's order; other links are named, not numbered. */
export interface LinkRecord {
  readonly link: ListedLink
  readonly addresses: readonly ListedAddress[]
  /** Its qdiscs; left out where they were not read. */
  readonly qdiscs?: LinkQdiscs
  /** Where it leads to, if out of its namespace. */
  readonly elsewhere?: Elsewhere
  /** Those of its settings that were asked for: each is a file. */
  readonly sysctl?: Readonly<Record<string, string | undefined>>
  /** The smallest MTU of its ports, where these were not read. */
  readonly portsMtu?: number
}

/** Whether packets are forwarded. */
export interface Forwarding {
  readonly ipv4: boolean
  readonly ipv6: boolean
  /** What settings were, by their files, that the kernel changes along when it is switched; left out where that was not read. */
  readonly along?: Readonly<Record<string, string>>
}

/** Everything that is read of one network namespace. */
export interface NetworkState {
  readonly links: ReadonlyMap<string, LinkRecord>
  readonly routes: readonly RouteRecord[]
  readonly nexthops: readonly NexthopRecord[]
  /** Further routes, where there are many; the destination of their ways stands for that of each. */
  readonly bulk?: PackedRoutes<RouteRecord>
  readonly rules: readonly RuleRecord[]
  readonly neighbors: readonly ListedNeighbor[]
  /** The forwarding databases; left out where they were not read. */
  readonly fdb?: readonly ListedFdbEntry[]
  /** The multicast databases; left out where they were not read. */
  readonly mdb?: readonly ListedMdbEntry[]
  readonly forwarding: Forwarding
  /** Whether the IPv4 secondaries of a primary address outlive it (`promote_secondaries` of `all`). */
  readonly promoteSecondaries: boolean
  /** Whether the kernel's bridges have VLAN filtering; left out where that cannot be told. */
  readonly vlanFiltering?: boolean
  /** What of the settings that were asked for a new link begins with; undefined for one that the kernel lacks. */
  readonly sysctlDefaults?: Readonly<Record<string, string | undefined>>
  /** The features of ethtool that the kernel knows; left out where nothing is wanted of them. */
  readonly featureNames?: readonly string[]
  /** The nf_tables of an owner; left out where they were not read. */
  readonly firewall?: FirewallState
}

/** The nf_tables of one owner as they are. */
export interface FirewallState {
  /** The name of the tables. */
  readonly table: string
  /** What they do, as far as it is what the SDK makes. */
  readonly firewall: Firewall
  /** How many elements their sets have, where they are just what the SDK makes of what they do. */
  readonly sizes?: SetSizes
  /** What is in them, where somebody has changed something by hand. */
  readonly changed?: Ruleset
}

/** net/core/net_namespace.c and net/core/dev.c: a new namespace begins with its loopback device, down. */
const newLoopback: LinkRecord = {
  link: {
    name: 'lo',
    index: 1,
    hardwareType: 772,
    flags: 8,
    mac: '00:00:00:00:00:00',
    broadcast: '00:00:00:00:00:00',
    mtu: 65536,
    group: 0,
    txQueueLength: 1000,
    up: false,
    arp: true,
    promiscuous: false,
    allMulticast: false,
    multicast: false,
    addressGenerationMode: 'eui64',
  },
  addresses: [],
  qdiscs: {},
}

/** net/ipv4/fib_rules.c and net/ipv6/fib6_rules.c: the rules of a new namespace. RT_TABLE_LOCAL, _MAIN, _DEFAULT. */
const newRules: readonly RuleRecord[] = [
  { family: 'inet', priority: 0, table: 255, protocol: 2 },
  { family: 'inet', priority: 32766, table: 254, protocol: 2 },
  { family: 'inet', priority: 32767, table: 253, protocol: 2 },
  { family: 'inet6', priority: 0, table: 255, protocol: 2 },
  { family: 'inet6', priority: 32766, table: 254, protocol: 2 },
]

/** A namespace as it comes into being. */
export const emptyState: NetworkState = {
  links: new Map([['lo', newLoopback]]),
  routes: [],
  nexthops: [],
  rules: newRules,
  neighbors: [],
  forwarding: { ipv4: false, ipv6: false },
  promoteSecondaries: false,
  firewall: { table: '', sizes: new Map(), firewall: noFirewall },
}

/** A state of which nothing was read, to put into it what was. */
export const unreadState: NetworkState = {
  links: new Map(),
  routes: [],
  nexthops: [],
  rules: [],
  neighbors: [],
  forwarding: { ipv4: false, ipv6: false },
  promoteSecondaries: false,
}
