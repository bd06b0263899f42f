import { indexedListOf } from '../../netlink/lists.js'
import {
  boolean,
  enumeration,
  ipv4,
  ipv6,
  linkReference,
  mac,
  ranged,
  seconds,
  u8,
  u16,
  u32,
} from '../../netlink/scalars.js'
import { type AttributeTable, attribute, attributeTable } from '../../netlink/table.js'
import { type BondPortOptions, bondPort, bondPortDefaults, bondPortStatus } from './bondPort.js'
import { defineLinkKind, type LinkKind } from './kind.js'

/** Options of a bond: `ip link add type bond help`, man ip-link(8); the kernel's Documentation/networking/bonding.rst. */
export interface BondOptions {
  /** How its ports share the work. Decided for good here, since only an empty bond could change it. Default `balance-rr`. */
  readonly mode?:
    | 'balance-rr'
    | 'active-backup'
    | 'balance-xor'
    | 'broadcast'
    | '802.3ad'
    | 'balance-tlb'
    | 'balance-alb'
  /** The port that is active now, where one is; the kernel changes it by itself. */
  readonly activeSlave?: string | number
  /** The port that is active whenever it can be. Default none. */
  readonly primary?: string | number
  /** When {@link primary} becomes active again. Default `always`. */
  readonly primaryReselect?: 'always' | 'better' | 'failure'
  /** Seconds between looks at the carrier, 0 for none. Excludes {@link arpInterval}. Default 0, or 0.1 by the mode. */
  readonly miiInterval?: number
  /** Seconds until a port that came up is used. Needs {@link miiInterval}. Default 0. */
  readonly upDelay?: number
  /** Seconds until a port that went down is left. Needs {@link miiInterval}. Default 0. */
  readonly downDelay?: number
  /** Seconds between notices to peers after a failover, a multiple of {@link miiInterval}. Default 0. */
  readonly peerNotificationDelay?: number
  /** How many notices peers get after a failover. Default 1. */
  readonly peerNotifications?: number
  /** Seconds between questions to the targets, 0 for none. Default 0. */
  readonly arpInterval?: number
  /** Up to 16 IPv4 addresses that are asked for by ARP. Default none. */
  readonly arpTargets?: readonly string[]
  /** Up to 16 IPv6 addresses that are asked for by neighbor solicitation. Default none. */
  readonly nsTargets?: readonly string[]
  /** Whose answers are checked. Default `none`. */
  readonly arpValidate?: 'none' | 'active' | 'backup' | 'all' | 'filter' | 'filter_active' | 'filter_backup'
  /** Whether one target that answers is enough. Default `any`. */
  readonly arpAllTargets?: 'any' | 'all'
  /** How many questions in a row may stay without an answer. Default 2. Since Linux 5.17. */
  readonly missedMaximum?: number
  /** Which MAC address ports have. Default `none`: that of the bond. */
  readonly failOverMac?: 'none' | 'active' | 'follow'
  /** What decides the port that a packet goes out by. Default `layer2`. */
  readonly transmitHashPolicy?: 'layer2' | 'layer3+4' | 'layer2+3' | 'encap2+3' | 'encap3+4' | 'vlan+srcmac'
  /** How many IGMP reports follow a failover. Default 1. */
  readonly resendIgmp?: number
  /** Whether ports that are not active take packets. Default false. */
  readonly allPortsActive?: boolean
  /** How many ports must be up for the bond to have a carrier. Default 0. */
  readonly minimumLinks?: number
  /** Seconds between learning packets to switches. Default 1. */
  readonly learningInterval?: number
  /** `balance-rr`: packets that go out by one port before the next, 0 for any. Default 1. */
  readonly packetsPerPort?: number
  /** `802.3ad`: how often the other end is to send LACP packets. Default `slow`, every 30 seconds. */
  readonly lacpRate?: 'slow' | 'fast'
  /** `802.3ad`: whether LACP packets are sent unasked. Default true. */
  readonly lacpActive?: boolean
  /** `802.3ad`: which aggregator is used. Default `stable`. */
  readonly aggregatorSelection?: 'stable' | 'bandwidth' | 'count' | 'actor_port_prio'
  /** `802.3ad`: the priority of this system. Default 65535. */
  readonly actorSystemPriority?: number
  /** `802.3ad`: the MAC address of this system. Default: that of the bond. */
  readonly actorSystem?: string
  /** `802.3ad`: the upper 10 bits of the port key. Default 0. */
  readonly userPortKey?: number
  /** `balance-tlb`: whether flows move between ports by their load. Default true. */
  readonly dynamicLoadBalancing?: boolean
  /** `802.3ad`: whether collecting and distributing begin at once. Default true. Since Linux 6.9. */
  readonly coupledControl?: boolean
  /** `802.3ad`: whether ARP and neighbor discovery go out by every port. Default false. Since Linux 6.17. */
  readonly broadcastNeighbor?: boolean
  /** `802.3ad`: whether a port without a LACP partner counts as down. Default false. Since Linux 7.1. */
  readonly lacpStrict?: boolean
}

/** What IEEE 802.3ad has found out. */
export interface BondAggregator {
  /** The number of the active aggregator. */
  readonly aggregator?: number
  /** How many ports it has. */
  readonly ports?: number
  /** Its key at this end. */
  readonly actorKey?: number
  /** Its key at the other end. */
  readonly partnerKey?: number
  /** The MAC address of the other end. */
  readonly partnerMac?: string
}

/** What a bond tells of itself. */
export interface BondStatus {
  /** Whether the carrier is asked of the device instead of its registers. Always, since Linux 6.18. */
  readonly useCarrier?: boolean
  /** `802.3ad` alone. */
  readonly aggregator?: BondAggregator
}

const bool = boolean(u8)
const milliseconds = seconds(u32, 1000)

// enum of IFLA_BOND_*: include/uapi/linux/if_link.h; the words: drivers/net/bonding/bond_options.c
const options: AttributeTable<BondOptions> = attributeTable<BondOptions>({
  mode: attribute(
    1,
    enumeration(u8, {
      'balance-rr': 0,
      'active-backup': 1,
      'balance-xor': 2,
      broadcast: 3,
      '802.3ad': 4,
      'balance-tlb': 5,
      'balance-alb': 6,
    }),
  ),
  activeSlave: attribute(2, linkReference),
  miiInterval: attribute(3, milliseconds, { ip: 'miimon' }),
  upDelay: attribute(4, milliseconds, { ip: 'updelay' }),
  downDelay: attribute(5, milliseconds, { ip: 'downdelay' }),
  arpInterval: attribute(7, milliseconds),
  arpTargets: attribute(8, indexedListOf(ipv4, 16), {
    absent: [],
    ip: 'arp_ip_target {}',
    ipNone: "arp_ip_target ''",
  }),
  nsTargets: attribute(31, indexedListOf(ipv6, 16), {
    absent: [],
    ip: 'ns_ip6_target {}',
    ipNone: "ns_ip6_target ''",
  }),
  arpValidate: attribute(
    9,
    enumeration(u32, { none: 0, active: 1, backup: 2, all: 3, filter: 4, filter_active: 5, filter_backup: 6 }),
  ),
  arpAllTargets: attribute(10, enumeration(u32, { any: 0, all: 1 })),
  primary: attribute(11, linkReference),
  primaryReselect: attribute(12, enumeration(u8, { always: 0, better: 1, failure: 2 })),
  failOverMac: attribute(13, enumeration(u8, { none: 0, active: 1, follow: 2 })),
  transmitHashPolicy: attribute(
    14,
    enumeration(u8, { layer2: 0, 'layer3+4': 1, 'layer2+3': 2, 'encap2+3': 3, 'encap3+4': 4, 'vlan+srcmac': 5 }),
    { ip: 'xmit_hash_policy' },
  ),
  resendIgmp: attribute(15, ranged(u32, 0, 255)),
  peerNotifications: attribute(16, u8, { ip: 'num_grat_arp' }),
  allPortsActive: attribute(17, bool, { ip: 'all_slaves_active' }),
  minimumLinks: attribute(18, u32, { ip: 'min_links' }),
  learningInterval: attribute(19, seconds(u32, 1), { ip: 'lp_interval' }),
  packetsPerPort: attribute(20, ranged(u32, 0, 65535), { ip: 'packets_per_slave' }),
  lacpRate: attribute(21, enumeration(u8, { slow: 0, fast: 1 })),
  aggregatorSelection: attribute(22, enumeration(u8, { stable: 0, bandwidth: 1, count: 2, actor_port_prio: 3 }), {
    ip: 'ad_select',
  }),
  actorSystemPriority: attribute(24, ranged(u16, 1, 65535), { ip: 'ad_actor_sys_prio' }),
  userPortKey: attribute(25, ranged(u16, 0, 1023), { ip: 'ad_user_port_key' }),
  actorSystem: attribute(26, mac, { ip: 'ad_actor_system' }),
  dynamicLoadBalancing: attribute(27, bool, { ip: 'tlb_dynamic_lb' }),
  peerNotificationDelay: attribute(28, milliseconds, { ip: 'peer_notify_delay' }),
  lacpActive: attribute(29, bool, { ip: 'lacp_active on|lacp_active off' }),
  missedMaximum: attribute(30, ranged(u8, 1, 255), { ip: 'arp_missed_max' }),
  coupledControl: attribute(32, bool, { ip: 'coupled_control on|coupled_control off' }),
  broadcastNeighbor: attribute(33, bool, { ip: 'broadcast_neighbor on|broadcast_neighbor off' }),
  lacpStrict: attribute(34, bool, { ip: false }),
})

const aggregator: AttributeTable<BondAggregator> = attributeTable<BondAggregator>({
  aggregator: attribute(1, u16),
  ports: attribute(2, u16),
  actorKey: attribute(3, u16),
  partnerKey: attribute(4, u16),
  partnerMac: attribute(5, mac),
})

type Mode = NonNullable<BondOptions['mode']>
const oneActive: readonly Mode[] = ['active-backup', 'balance-tlb', 'balance-alb']
const askingByArp: readonly Mode[] = ['balance-rr', 'active-backup', 'balance-xor', 'broadcast']
const byLacp: readonly Mode[] = ['802.3ad']

/** `ip link add NAME type bond`: several links as one. */
export const bond: LinkKind<'bond', BondOptions, BondPortOptions, BondStatus> = defineLinkKind({
  kind: 'bond',
  options,
  status: attributeTable<BondStatus>({ useCarrier: attribute(6, bool), aggregator: attribute(23, aggregator) }),
  port: bondPort,
  portStatus: bondPortStatus,
  ethernet: true,
  hasPorts: true,
  // drivers/net/bonding/bond_main.c, bond_enslave
  neverPorts: ['can', 'vcan', 'vxcan'],
  givesMacUnless: { mode: ['active-backup'] },
  takesFramesAs: 'bond',
  // drivers/net/bonding/bond_main.c, bond_enslave and __bond_release_one
  portsGoDown: true,
  // drivers/net/bonding/bond_options.c: BOND_OPTFLAG_NOSLAVES
  immutable: ['mode', 'failOverMac'],
  // BOND_OPTFLAG_IFDOWN
  changedWhileDown: [
    'lacpRate',
    'lacpActive',
    'aggregatorSelection',
    'userPortKey',
    'dynamicLoadBalancing',
    'coupledControl',
  ],
  // Many an option is refused in some modes, be it the default.
  defaultsUnsaid: true,
  // unsuppmodes of drivers/net/bonding/bond_options.c
  onlyWith: {
    primary: { mode: oneActive },
    activeSlave: { mode: oneActive },
    arpInterval: { mode: askingByArp },
    arpValidate: { mode: askingByArp },
    packetsPerPort: { mode: ['balance-rr'] },
    dynamicLoadBalancing: { mode: ['balance-tlb'] },
    lacpRate: { mode: byLacp },
    lacpActive: { mode: byLacp },
    actorSystemPriority: { mode: byLacp },
    actorSystem: { mode: byLacp },
    userPortKey: { mode: byLacp },
    coupledControl: { mode: byLacp },
    broadcastNeighbor: { mode: byLacp },
    lacpStrict: { mode: byLacp },
  },
  multiplesOf: { miiInterval: ['upDelay', 'downDelay', 'peerNotificationDelay'] },
  namesPorts: ['primary', 'activeSlave'],
  // bond_option_active_slave_set
  onlyPorts: ['activeSlave'],
  cleared: { primary: 0 },
  momentary: ['activeSlave'],
  // The mode decides (drivers/net/bonding/bond_options.c, bond_set_xfrm_features), and forwarding (net/core/dev.c,
  // dev_disable_lro).
  momentaryFeatures: ['esp-', 'tx-esp-', 'rx-lro'],
  generalDefaults: { features: { 'rx-lro': true } },
  defaults: {
    mode: 'balance-rr',
    primaryReselect: 'always',
    miiInterval: 0,
    upDelay: 0,
    downDelay: 0,
    peerNotificationDelay: 0,
    peerNotifications: 1,
    arpInterval: 0,
    arpTargets: [],
    nsTargets: [],
    arpValidate: 'none',
    arpAllTargets: 'any',
    missedMaximum: 2,
    failOverMac: 'none',
    transmitHashPolicy: 'layer2',
    resendIgmp: 1,
    allPortsActive: false,
    minimumLinks: 0,
    learningInterval: 1,
    packetsPerPort: 1,
    lacpRate: 'slow',
    lacpActive: true,
    aggregatorSelection: 'stable',
    actorSystemPriority: 65535,
    actorSystem: '00:00:00:00:00:00',
    userPortKey: 0,
    dynamicLoadBalancing: true,
    coupledControl: true,
    broadcastNeighbor: false,
    lacpStrict: false,
  },
  portDefaults: bondPortDefaults,
  portOnlyWith: {
    priority: { mode: oneActive },
    actorPortPriority: { mode: byLacp },
  },
  // drivers/net/bonding/bond_netlink.c, bond_fill_slave_info
  tellsPortsWith: { mode: '802.3ad' },
})
