import type { FdbEntry } from '../rtnetlink/fdb.js'
import type { KindOptions, PortOptions } from '../rtnetlink/kinds/registry.js'
import type { GeneralLink } from '../rtnetlink/link.js'
import type { AddressGenerationMode } from '../rtnetlink/linkAttributes.js'
import type { MdbEntry } from '../rtnetlink/mdb.js'
import type { ConfineSpec, NatSpec } from './firewallTypes.js'
import type { QdiscSpec } from './qdiscTypes.js'
import type { RouteSet } from './routeSet.js'
import type { NexthopObjectSpec, RouteList, RouteSpec } from './routeTypes.js'

export type * from './routeTypes.js'

/** An address of a link: `ip address add`, man ip-address(8). */
export interface AddressSpec {
  /** The address with its prefix length: `10.0.0.1/24`. Without one it is that of a single host. */
  readonly address: string
  /** The other end of a point-to-point link, with the prefix length that then belongs to it. */
  readonly peer?: string
  /** The broadcast address. Default: none. */
  readonly broadcast?: string
  /** Where the address is valid: `global`, `site`, `link`, `host`, or a number. Default by the address. */
  readonly scope?: string | number
  /** IPv4 only: a label that starts with the link's name. Default: the link's name. */
  readonly label?: string
  /** The metric of the prefix route that the kernel makes for it. */
  readonly metric?: number
  /** Seconds that the address is valid, or `forever`, the default. */
  readonly validLifetime?: number | 'forever'
  /** Seconds that new connections use the address, or `forever`; no more than `validLifetime`, which is the default. */
  readonly preferredLifetime?: number | 'forever'
  /** Whether the kernel makes no prefix route for it. Default false. */
  readonly noPrefixRoute?: boolean
  /** IPv6 only: whether it is a mobile node's home address. Default false. */
  readonly home?: boolean
  /** IPv6 only: whether duplicate address detection is left out. Default false. */
  readonly noDad?: boolean
  /** IPv6 only: whether temporary addresses are made from it. Default false. */
  readonly manageTemporaryAddress?: boolean
  /** IPv6 only: whether it is used while duplicate address detection runs. Default false. */
  readonly optimistic?: boolean
  /** Whether the group that the address is, a multicast one, is joined by it. Default false. */
  readonly autoJoin?: boolean
  /** Who made the address: a number. Default: the owner's mark, where the kernel keeps one (Linux 5.18). */
  readonly protocol?: number
}

/** A link and what belongs to it: `ip link`, man ip-link(8). */
export interface LinkSpec extends Omit<GeneralLink, 'group' | 'features'>, KindOptions, PortOptions {
  /** Which link is meant, whatever its name: it is renamed where it has another one than `name`. */
  readonly match?: LinkMatch
  /** `true` removes the link; nothing else may then be said of it. */
  readonly absent?: boolean
  /**
   * All addresses of the link that can be managed, in the kernel's order. The kernel's own link-local address and
   * dynamic ones (router advertisements, DHCP, temporary ones) do not count unless they are named. `[]` removes.
   */
  readonly addresses?: readonly (string | AddressSpec)[]
  /** Settings of it that are no netlink: `rp_filter`, `accept_ra` and the like. */
  readonly sysctl?: LinkSysctlSpec
  /** The group that it can be addressed with: a number, or a name of `/etc/iproute2/group`. Default 0. */
  readonly group?: number | string
  /** How it makes its IPv6 link-local address. */
  readonly addressGenerationMode?: AddressGenerationMode
  /**
   * What its packets wait in until they go out, with rates in bits a second: `tc qdisc … root`. `null` is the kernel's
   * default. Left out: as it is.
   */
  readonly qdisc?: QdiscSpec | null
  /**
   * The place of filters of what comes in, and with `clsact` also of what goes out: `tc qdisc … clsact`. `null` takes
   * it away with its filters. Left out: as it is.
   */
  readonly ingressQdisc?: 'clsact' | 'ingress' | null
  /** What the guest behind it may do; `null` lets it do everything again. Left out: as it is. */
  readonly confine?: ConfineSpec | null
  /**
   * What the device is to do itself, or not: `{ tso: false, 'tx-checksum-ip-generic': false }`. By the kernel's names
   * (`ethtool -k NAME`), or the short ones of `ethtool -K`; of a name that means several, those count that the device
   * can change.
   */
  readonly features?: Readonly<Record<string, boolean>>
}

/** The settings of a link under `net.ipv4.conf`. What is not listed here can be given too, by the kernel's name in camelCase. */
export interface Ipv4SysctlSpec {
  /** Whether packets from it are forwarded. */
  readonly forwarding?: boolean
  /** How sources are checked by the way back: 0 not, 1 strictly (RFC 3704), 2 loosely. */
  readonly rpFilter?: number
  /** Whether it answers ARP requests for what is reached through other links. */
  readonly proxyArp?: boolean
  /** Whether it answers them also for what is behind itself (RFC 3069). */
  readonly proxyArpPvlan?: boolean
  /** Whether packets with a local source are taken. */
  readonly acceptLocal?: boolean
  /** Whether ICMP redirects are heeded. */
  readonly acceptRedirects?: boolean
  /** Whether packets with a source route are taken. */
  readonly acceptSourceRoute?: boolean
  /** Whether redirects are heeded only to known gateways. */
  readonly secureRedirects?: boolean
  /** Whether redirects are sent. */
  readonly sendRedirects?: boolean
  /** Whether packets with impossible addresses are logged. */
  readonly logMartians?: boolean
  /** Whether 127.0.0.0/8 is routed. */
  readonly routeLocalnet?: boolean
  /** Whether unasked ARP announcements make new neighbors: 0 no, 1 yes, 2 from the same subnet. */
  readonly arpAccept?: number
  /** Which source ARP requests have: 0 any, 1 of the subnet, 2 the best. */
  readonly arpAnnounce?: number
  /** Whether it answers ARP only where the reply would go out by it. */
  readonly arpFilter?: boolean
  /** Which ARP requests are answered, 0 to 8. */
  readonly arpIgnore?: number
  /** Whether it announces itself when it comes up. */
  readonly arpNotify?: boolean
  /** Whether routes are left out while it has no carrier. */
  readonly ignoreRoutesWithLinkdown?: boolean
  /** Whether a secondary address takes the place of its primary when that goes. */
  readonly promoteSecondaries?: boolean
  /** Whether marks count when sources are checked. */
  readonly srcValidMark?: boolean
  readonly [name: string]: boolean | number | string | undefined
}

/** The settings of a link under `net.ipv6.conf`. What is not listed here can be given too, by the kernel's name in camelCase. */
export interface Ipv6SysctlSpec {
  /** Whether it has no IPv6; `true` takes all its addresses and routes away. */
  readonly disableIpv6?: boolean
  /** Whether the host is a router on it. */
  readonly forwarding?: boolean
  /** Whether router advertisements are heeded: 0 no, 1 unless it forwards, 2 always. */
  readonly acceptRa?: number
  /** Whether they make default routes. */
  readonly acceptRaDefrtr?: boolean
  /** Whether their prefixes are heeded. */
  readonly acceptRaPinfo?: boolean
  /** Whether their MTU is heeded. */
  readonly acceptRaMtu?: boolean
  /** Whether ICMPv6 redirects are heeded. */
  readonly acceptRedirects?: boolean
  /** Duplicate address detection: 0 or less off, 1 on, 2 on, and IPv6 ends where the link-local address is a duplicate. */
  readonly acceptDad?: number
  /** Whether addresses are made from advertised prefixes. */
  readonly autoconf?: boolean
  /** How many probes duplicate address detection sends. */
  readonly dadTransmits?: number
  /** The hop limit of packets. */
  readonly hopLimit?: number
  /** Whether routes are left out while it has no carrier. */
  readonly ignoreRoutesWithLinkdown?: boolean
  /** Whether addresses stay when it goes down: 1 yes, 0 no, -1 as `all` says. */
  readonly keepAddrOnDown?: number
  /** Whether it answers for proxied neighbors. */
  readonly proxyNdp?: boolean
  /** Temporary addresses (RFC 8981): 0 or less none, 1 made, 2 preferred. */
  readonly useTempaddr?: number
  readonly [name: string]: boolean | number | string | undefined
}

/** Settings of a link that are files under /proc/sys/net: man sysctl(8). What is left out is left as it is. */
export interface LinkSysctlSpec {
  /** Those of IPv4. */
  readonly ipv4?: Ipv4SysctlSpec
  /** Those of IPv6. */
  readonly ipv6?: Ipv6SysctlSpec
}

/** What a link is known by; where both are given, both must be so. A given `kind` must be so too. */
export interface LinkMatch {
  /** Its permanent MAC address, or where it has none, as no virtual device has, the one that it has now. */
  readonly mac?: string
  /** One of its alternative names. */
  readonly altName?: string
}

/** A policy rule: `ip rule`, man ip-rule(8). Family, priority and selectors name it; the rest are properties. */
export interface RuleSpec {
  /** The order of rules. Without one any rule of the same selectors and action will do. */
  readonly priority?: number
  /** The family. Default by `from`, `to` and `flowLabel`, else `inet`. */
  readonly family?: 'inet' | 'inet6'
  /** Whether the selectors must not match. Default false. */
  readonly not?: boolean
  /** The prefix that packets come from, or `all`, the default. */
  readonly from?: string
  /** The prefix that packets go to, or `all`, the default. */
  readonly to?: string
  /** The link that packets came in by. */
  readonly iif?: string
  /** The link that packets of bound sockets go out by. */
  readonly oif?: string
  /** The mark of packets: `0x1`, or with a mask `0x1/0xff`. */
  readonly fwmark?: string | number
  /** The type of service of packets. */
  readonly tos?: number
  /** The differentiated services code point of packets, 0 to 63: 8, or with a mask `8/0x38`. Linux 6.13, with a mask 6.15. */
  readonly dscp?: number | string
  /** The flow label of IPv6 packets: `0x5`, or with a mask `0x5/0xff`. Since Linux 6.14. */
  readonly flowLabel?: string | number
  /** The IP protocol: a name such as `tcp`, or a number. */
  readonly ipproto?: string | number
  /** The source port: `53`, `1000-2000`, or with a mask `80/0xff`, since Linux 6.15. */
  readonly sport?: string | number
  /** The destination port: `53`, `1000-2000`, or with a mask `80/0xff`, since Linux 6.15. */
  readonly dport?: string | number
  /** The users of sockets: `1000` or `1000-1999`. */
  readonly uidRange?: string | number
  /** Whether the table is that of the link's VRF. Default false. */
  readonly l3mdev?: boolean
  /** The tunnel key of packets. */
  readonly tunnelId?: number
  /** The table to look up: a number, or a name of `/etc/iproute2/rt_tables`. */
  readonly table?: number | string
  /** The priority of the rule to go on with. */
  readonly goto?: number
  /** What is done instead of a look-up. */
  readonly action?: 'unreachable' | 'prohibit' | 'blackhole' | 'nop'
  /** Routes with this prefix length or a shorter one are not taken. */
  readonly suppressPrefixLength?: number
  /** Routes through links of this group are not taken: a number, or a name of `/etc/iproute2/group`. */
  readonly suppressInterfaceGroup?: number | string
  /** Realms: `to` or `from/to`. */
  readonly realms?: string | number
  /** Who made the rule: a number, or a name of `/etc/iproute2/rt_protos`. Default: the owner's mark, 108. */
  readonly protocol?: number | string
  /** `true` removes every rule that matches; fields that are left out match anything within the family. */
  readonly absent?: boolean
}

/** An entry of the neighbor table: `ip neighbor`, man ip-neighbour(8). Device and address name it. */
export interface NeighborSpec {
  /** The link. */
  readonly dev: string
  /** The IP address. */
  readonly address: string
  /** The link-layer address. */
  readonly mac?: string
  /** How the entry lives. Default `permanent`. */
  readonly state?: 'permanent' | 'noarp' | 'reachable' | 'stale'
  /** Whether another program, such as a routing daemon, learned it and keeps it. Default false. */
  readonly externallyLearned?: boolean
  /** Whether the kernel keeps it resolved; it needs no `mac`. Default false. Since Linux 5.16. */
  readonly managed?: boolean
  /** Whether the host answers for the address instead of knowing it. Default false. */
  readonly proxy?: boolean
  /** IPv6 only: whether the neighbor is a router. Default false. */
  readonly router?: boolean
  /** `true` removes the entry. */
  readonly absent?: boolean
}

/** An entry of a forwarding database: `bridge fdb`, man bridge(8). Link, table, address and VLAN name it. */
export interface FdbSpec extends Omit<FdbEntry, 'dev' | 'via' | 'state'> {
  /** The port that the address is behind, the bridge itself, or a VXLAN. */
  readonly dev: string
  /** VXLAN: the link that leads to the remote end. */
  readonly via?: string
  /**
   * `static` leads out of the port for ever; `permanent` is an address of this host. Default: `static` in the table of a
   * bridge, `permanent` in a link's own.
   */
  readonly state?: 'static' | 'permanent'
  /** `true` removes every entry that has all that is said; fields that are left out match anything. */
  readonly absent?: boolean
}

/**
 * An entry of the multicast database of a bridge or a VXLAN: `bridge mdb`, man bridge(8). Links, group, VLAN, source,
 * `dst` and `sourceVni` name it.
 */
export interface MdbSpec extends Omit<MdbEntry, 'dev' | 'port' | 'via' | 'protocol'> {
  /** The bridge or the VXLAN. */
  readonly dev: string
  /** The port that members are behind, or the bridge itself; of a VXLAN itself. */
  readonly port: string
  /** VXLAN: the link that leads to the remote end. */
  readonly via?: string
  /** Who made it: a number. Since Linux 6.3. */
  readonly protocol?: number
  /** `true` removes every entry that has all that is said; fields that are left out match anything. */
  readonly absent?: boolean
}

/** Whether packets are forwarded between links: `sysctl net.ipv4.ip_forward`, `net.ipv6.conf.all.forwarding`. */
export interface ForwardingSpec {
  /** IPv4. */
  readonly ipv4?: boolean
  /** IPv6. */
  readonly ipv6?: boolean
}

/** What one network namespace should look like. What is not named is left alone. */
export interface NetworkSpec {
  /** The links, in any order. */
  readonly links?: readonly LinkSpec[]
  /** The routes, in any order. */
  readonly routes?: RouteList
  /** The nexthop objects that routes can use, in any order. */
  readonly nexthops?: readonly NexthopObjectSpec[]
  /** The policy rules, in any order. */
  readonly rules?: readonly RuleSpec[]
  /** Entries of the neighbor table. */
  readonly neighbors?: readonly NeighborSpec[]
  /** Entries of the forwarding databases of bridges and VXLANs. */
  readonly fdb?: readonly FdbSpec[]
  /** Entries of the multicast databases of bridges. */
  readonly mdb?: readonly MdbSpec[]
  /** Whether packets are forwarded. */
  readonly forwarding?: ForwardingSpec
  /** Network address translation. */
  readonly nat?: NatSpec
}

/** A spec: what a network namespace should look like, and further named ones, created when missing. */
export interface Spec extends NetworkSpec {
  /** Where a JSON Schema for editors is; ignored. */
  readonly $schema?: string
  /** The same, for each named network namespace. */
  readonly namespaces?: Readonly<Record<string, NetworkSpec>>
}

/** What somebody made and a snapshot does not tell, and why. */
export type LeftOut = (
  | { readonly route: RouteSpec }
  | { readonly rule: RuleSpec }
  | { readonly address: AddressSpec & { readonly dev: string } }
  | { readonly link: LinkSpec }
) & {
  /**
   * `behind` another one that has the same name; it `expires`: it goes by itself; or a `name` that is no UTF-8, of which
   * each byte that is none is told as half of a surrogate pair, 0xdc00 and the byte.
   */
  readonly reason: 'behind' | 'expires' | 'name'
}

/** The live state as a spec, each route by itself. */
export interface Snapshot extends Spec {
  readonly routes?: readonly RouteSpec[]
}

/** The live state as a spec, the routes packed. */
export interface PackedSnapshot extends Spec {
  readonly routes?: RouteSet
}
