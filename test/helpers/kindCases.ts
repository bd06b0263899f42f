import type { Link } from '../../src/rtnetlink/link.js'

/** What `ip -j -d link` prints for one option; nothing where iproute2 6.1 does not show it. */
type Shown = Readonly<Record<string, unknown>>

/** A link with unusual values for its options, and how `ip` shows each of them. */
export interface KindCase {
  readonly title: string
  /** Shell commands that make what the link needs; v0 and v1 are there. */
  readonly setup?: string
  /** Where the options are: the name of the kind, or that of the master with `Port`. */
  readonly section: string
  readonly link: Link
  /** By the names of the options in {@link link}. */
  readonly shown: Readonly<Record<string, Shown>>
  /** A change of the living link. */
  readonly changes?: Partial<Link>
  /** By the names of the options in {@link changes}. */
  readonly changed?: Readonly<Record<string, Shown>>
}

const name = 'new0'

const bridge: KindCase = {
  title: 'bridge',
  section: 'bridge',
  link: {
    name,
    kind: 'bridge',
    // The bridge's id comes from it.
    mac: '02:00:00:00:00:01',
    bridge: {
      forwardDelay: 16.5,
      helloTime: 3,
      maxAge: 21,
      ageingTime: 301.5,
      stp: true,
      priority: 4096,
      vlanFiltering: true,
      vlanProtocol: '802.1ad',
      vlanDefaultPvid: 7,
      vlanStats: true,
      vlanStatsPerPort: true,
      groupForwardMask: 0x4008,
      groupAddress: '01:80:c2:00:00:05',
      multicastRouter: 2,
      multicastSnooping: false,
      multicastQueryUseInterfaceAddress: true,
      multicastQuerier: true,
      multicastHashElasticity: 16,
      multicastHashMaximum: 1024,
      multicastLastMemberCount: 3,
      multicastStartupQueryCount: 4,
      multicastLastMemberInterval: 2,
      multicastMembershipInterval: 250,
      multicastQuerierInterval: 240,
      multicastQueryInterval: 120,
      multicastQueryResponseInterval: 9,
      multicastStartupQueryInterval: 30,
      multicastStats: true,
      multicastIgmpVersion: 3,
      multicastMldVersion: 2,
      nfCallIptables: true,
      nfCallIp6tables: true,
      nfCallArptables: true,
      noLinkLocalLearn: true,
      multicastVlanSnooping: false,
      mst: false,
      fdbMaximumLearned: 100,
    },
  },
  shown: {
    forwardDelay: { forward_delay: 1650 },
    helloTime: { hello_time: 300 },
    maxAge: { max_age: 2100 },
    ageingTime: { ageing_time: 30150 },
    stp: { stp_state: 1 },
    priority: { priority: 4096 },
    vlanFiltering: { vlan_filtering: 1 },
    vlanProtocol: { vlan_protocol: '802.1ad' },
    vlanDefaultPvid: { vlan_default_pvid: 7 },
    vlanStats: { vlan_stats_enabled: 1 },
    vlanStatsPerPort: { vlan_stats_per_port: 1 },
    groupForwardMask: { group_fwd_mask: '0x4008' },
    groupAddress: { group_addr: '01:80:c2:00:00:05' },
    multicastRouter: { mcast_router: 2 },
    multicastSnooping: { mcast_snooping: 0 },
    multicastQueryUseInterfaceAddress: { mcast_query_use_ifaddr: 1 },
    multicastQuerier: { mcast_querier: 1 },
    multicastHashElasticity: { mcast_hash_elasticity: 16 },
    multicastHashMaximum: { mcast_hash_max: 1024 },
    multicastLastMemberCount: { mcast_last_member_cnt: 3 },
    multicastStartupQueryCount: { mcast_startup_query_cnt: 4 },
    multicastLastMemberInterval: { mcast_last_member_intvl: 200 },
    multicastMembershipInterval: { mcast_membership_intvl: 25000 },
    multicastQuerierInterval: { mcast_querier_intvl: 24000 },
    multicastQueryInterval: { mcast_query_intvl: 12000 },
    multicastQueryResponseInterval: { mcast_query_response_intvl: 900 },
    multicastStartupQueryInterval: { mcast_startup_query_intvl: 3000 },
    multicastStats: { mcast_stats_enabled: 1 },
    multicastIgmpVersion: { mcast_igmp_version: 3 },
    multicastMldVersion: { mcast_mld_version: 2 },
    nfCallIptables: { nf_call_iptables: 1 },
    nfCallIp6tables: { nf_call_ip6tables: 1 },
    nfCallArptables: { nf_call_arptables: 1 },
    noLinkLocalLearn: { no_linklocal_learn: 1 },
    multicastVlanSnooping: { mcast_vlan_snooping: 0 },
    mst: {},
    fdbMaximumLearned: {},
  },
  changes: {
    bridge: { forwardDelay: 4, ageingTime: 0, stp: false, multicastSnooping: true, noLinkLocalLearn: false },
  },
  changed: {
    forwardDelay: { forward_delay: 400 },
    ageingTime: { ageing_time: 0 },
    stp: { stp_state: 0 },
    multicastSnooping: { mcast_snooping: 1 },
    noLinkLocalLearn: { no_linklocal_learn: 0 },
  },
}

const bridgePort: KindCase = {
  title: 'port of a bridge',
  setup: 'ip link add br0 type bridge && ip link set v1 master br0',
  section: 'bridgePort',
  link: {
    name,
    kind: 'ifb',
    master: 'br0',
    bridgePort: {
      priority: 7,
      cost: 77,
      hairpin: true,
      guard: true,
      rootBlock: true,
      fastLeave: true,
      learning: false,
      flood: false,
      proxyArp: true,
      proxyArpWifi: true,
      multicastRouter: 2,
      multicastFlood: false,
      multicastToUnicast: true,
      vlanTunnel: true,
      broadcastFlood: false,
      groupForwardMask: 0x4008,
      neighborSuppress: true,
      neighborVlanSuppress: true,
      isolated: true,
      backupPort: 'v1',
      backupNexthopId: 9,
      multicastEhtHostsLimit: 100,
      locked: true,
      macAuthenticationBypass: false,
      multicastMaximumGroups: 20,
    },
  },
  shown: {
    priority: { priority: 7 },
    cost: { cost: 77 },
    hairpin: { hairpin: true },
    guard: { guard: true },
    rootBlock: { root_block: true },
    fastLeave: { fastleave: true },
    learning: { learning: false },
    flood: { flood: false },
    proxyArp: { proxy_arp: true },
    proxyArpWifi: { proxy_arp_wifi: true },
    multicastRouter: { multicast_router: 2 },
    multicastFlood: { mcast_flood: false },
    multicastToUnicast: { mcast_to_unicast: true },
    vlanTunnel: { vlan_tunnel: true },
    broadcastFlood: { bcast_flood: false },
    groupForwardMask: { group_fwd_mask: '0x4008' },
    neighborSuppress: { neigh_suppress: true },
    neighborVlanSuppress: {},
    isolated: { isolated: true },
    backupPort: { backup_port: 'v1' },
    backupNexthopId: {},
    multicastEhtHostsLimit: {},
    locked: { locked: true },
    macAuthenticationBypass: {},
    multicastMaximumGroups: {},
  },
  changes: { bridgePort: { cost: 5, isolated: false, learning: true, locked: true, macAuthenticationBypass: true } },
  changed: {
    cost: { cost: 5 },
    isolated: { isolated: false },
    learning: { learning: true },
    locked: { locked: true },
    macAuthenticationBypass: {},
  },
}

const vlan: KindCase = {
  title: 'vlan',
  section: 'vlan',
  link: {
    name,
    kind: 'vlan',
    vlan: {
      link: 'v0',
      id: 4094,
      protocol: '802.1ad',
      reorderHeader: false,
      gvrp: true,
      mvrp: true,
      looseBinding: true,
      bridgeBinding: false,
      ingressQosMap: [{ from: 1, to: 5 }],
      // In the kernel's order, which is that of the last four bits.
      egressQosMap: [
        { from: 70000, to: 7 },
        { from: 2, to: 6 },
      ],
    },
  },
  shown: {
    link: { link: 'v0' },
    id: { id: 4094 },
    protocol: { protocol: '802.1ad' },
    reorderHeader: { flags: ['GVRP', 'MVRP', 'LOOSE_BINDING'] },
    gvrp: { flags: ['GVRP', 'MVRP', 'LOOSE_BINDING'] },
    mvrp: { flags: ['GVRP', 'MVRP', 'LOOSE_BINDING'] },
    looseBinding: { flags: ['GVRP', 'MVRP', 'LOOSE_BINDING'] },
    bridgeBinding: { flags: ['GVRP', 'MVRP', 'LOOSE_BINDING'] },
    ingressQosMap: { ingress_qos: [{ from: 1, to: 5 }] },
    egressQosMap: {
      // Sorted by the low four bits of the host's priority (net/8021q/vlan_netlink.c).
      egress_qos: [
        { from: 70000, to: 7 },
        { from: 2, to: 6 },
      ],
    },
  },
  changes: { vlan: { reorderHeader: true, mvrp: false } },
  changed: {
    reorderHeader: { flags: ['REORDER_HDR', 'GVRP', 'LOOSE_BINDING'] },
    mvrp: { flags: ['REORDER_HDR', 'GVRP', 'LOOSE_BINDING'] },
  },
}

const vxlanOverIpv4: KindCase = {
  title: 'vxlan over IPv4, with a group',
  section: 'vxlan',
  link: {
    name,
    kind: 'vxlan',
    vxlan: {
      id: 0xffffff,
      link: 'v0',
      group: '239.1.2.3',
      local: '10.0.0.1',
      port: 4789,
      portRange: { low: 1000, high: 2000 },
      ttl: 9,
      tos: 0x10,
      df: 'set',
      learning: false,
      ageing: 77,
      limit: 55,
      proxy: true,
      rsc: true,
      l2miss: true,
      l3miss: true,
      udpChecksum: false,
      remoteChecksumTx: true,
      remoteChecksumRx: true,
      remoteChecksumNoPartial: true,
      gbp: true,
      localbypass: false,
    },
  },
  shown: {
    id: { id: 0xffffff },
    link: { link: 'v0' },
    group: { group: '239.1.2.3' },
    local: { local: '10.0.0.1' },
    port: { port: 4789 },
    portRange: { port_range: { low: 1000, high: 2000 } },
    ttl: { ttl: 9 },
    tos: { tos: '0x10' },
    df: { df: 'set' },
    learning: { learning: false },
    ageing: { ageing: 77 },
    limit: { limit: 55 },
    proxy: { proxy: true },
    rsc: { rsc: true },
    l2miss: { l2miss: true },
    l3miss: { l3miss: true },
    udpChecksum: { udp_csum: false },
    remoteChecksumTx: { remcsum_tx: true },
    remoteChecksumRx: { remcsum_rx: true },
    remoteChecksumNoPartial: {},
    gbp: { gbp: true },
    localbypass: {},
  },
  changes: {
    vxlan: { group: '239.4.5.6', link: 'v1', local: '10.0.0.9', ttl: 3, tos: 4, df: 'inherit', learning: true },
  },
  changed: {
    group: { group: '239.4.5.6' },
    link: { link: 'v1' },
    local: { local: '10.0.0.9' },
    ttl: { ttl: 3 },
    tos: { tos: '0x4' },
    df: { df: 'inherit' },
    learning: { learning: true },
  },
}

const vxlanOverIpv6: KindCase = {
  title: 'vxlan over IPv6, with one remote host',
  section: 'vxlan',
  link: {
    name,
    kind: 'vxlan',
    vxlan: {
      id: 1,
      remote: 'fd00::9',
      local: 'fd00::1',
      port: 8472,
      label: 0xabcde,
      ttlInherit: true,
      udp6ZeroChecksumTx: true,
      udp6ZeroChecksumRx: true,
    },
  },
  shown: {
    id: { id: 1 },
    remote: { remote6: 'fd00::9' },
    local: { local6: 'fd00::1' },
    port: { port: 8472 },
    label: { label: '0xabcde' },
    ttlInherit: {},
    udp6ZeroChecksumTx: { udp_zero_csum6_tx: true },
    udp6ZeroChecksumRx: { udp_zero_csum6_rx: true },
  },
  changes: { vxlan: { remote: 'fd00::8', label: 5, ageing: 9, localbypass: false } },
  changed: {
    remote: { remote6: 'fd00::8' },
    label: { label: '0x5' },
    ageing: { ageing: 9 },
    localbypass: {},
  },
}

const vxlanInherit: KindCase = {
  title: 'vxlan over IPv6, with the label of the packet inside',
  section: 'vxlan',
  link: { name, kind: 'vxlan', vxlan: { id: 1, group: 'ff05::100', link: 'v0', labelPolicy: 'inherit' } },
  shown: {
    id: { id: 1 },
    group: { group6: 'ff05::100' },
    link: { link: 'v0' },
    labelPolicy: {},
  },
}

const vxlanOfRoutes: KindCase = {
  title: 'vxlan by the metadata of routes',
  section: 'vxlan',
  link: {
    name,
    kind: 'vxlan',
    vxlan: { id: 0, port: 4790, collectMetadata: true, vnifilter: true, gpe: true, learning: false },
  },
  shown: {
    id: { id: 0 },
    port: { port: 4790 },
    collectMetadata: { external: true },
    vnifilter: { vnifilter: true },
    gpe: { gpe: true },
    learning: { learning: false },
  },
}

const macvlan: KindCase = {
  title: 'macvlan for given senders',
  section: 'macvlan',
  link: {
    name,
    kind: 'macvlan',
    macvlan: {
      link: 'v0',
      mode: 'source',
      noDestination: true,
      sourceMacs: ['02:00:00:00:00:01', '02:00:00:00:00:02'],
      broadcastQueueLength: 2000,
      broadcastCutoff: 5,
    },
  },
  shown: {
    link: { link: 'v0' },
    mode: { mode: 'source' },
    noDestination: { nodst: true },
    sourceMacs: { macaddr_count: 2 },
    broadcastQueueLength: { bcqueuelen: 2000 },
    broadcastCutoff: {},
  },
  changes: {
    macvlan: { noDestination: false, sourceMacs: ['02:00:00:00:00:03'], broadcastQueueLength: 50, broadcastCutoff: -1 },
  },
  changed: {
    noDestination: {},
    sourceMacs: { macaddr_data: ['02:00:00:00:00:03'] },
    broadcastQueueLength: { bcqueuelen: 50 },
    broadcastCutoff: {},
  },
}

const macvlanAlone: KindCase = {
  title: 'macvlan as the only one',
  section: 'macvlan',
  link: { name, kind: 'macvlan', macvlan: { link: 'v0', mode: 'passthru', noPromiscuous: true } },
  shown: { link: { link: 'v0' }, mode: { mode: 'passthru' }, noPromiscuous: { nopromisc: true } },
  changes: { macvlan: { noPromiscuous: false } },
  changed: { noPromiscuous: {} },
}

const macvtap: KindCase = {
  title: 'macvtap',
  section: 'macvtap',
  link: { name, kind: 'macvtap', macvtap: { link: 'v0', mode: 'private' } },
  shown: { link: { link: 'v0' }, mode: { mode: 'private' } },
  changes: { macvtap: { mode: 'bridge' } },
  changed: { mode: { mode: 'bridge' } },
}

const ipvlan = (kind: 'ipvlan' | 'ipvtap'): KindCase => ({
  title: kind,
  section: kind,
  link: { name, kind, [kind]: { link: 'v0', mode: 'l2', isolation: 'vepa' } },
  shown: { link: { link: 'v0' }, mode: { mode: 'l2' }, isolation: { vepa: true } },
  changes: { [kind]: { mode: 'l3s', isolation: 'private' } },
  changed: { mode: { mode: 'l3s' }, isolation: { private: true } },
})

const vrf: KindCase = {
  title: 'vrf',
  section: 'vrf',
  link: { name, kind: 'vrf', vrf: { table: 70000 } },
  shown: { table: { table: 70000 } },
}

const plain = (kind: 'ifb' | 'dummy'): KindCase => ({
  title: kind,
  section: kind,
  link: { name, kind },
  shown: {},
})

/** All of them. */
export const kindCases: readonly KindCase[] = [
  bridge,
  bridgePort,
  vlan,
  vxlanOverIpv4,
  vxlanOverIpv6,
  vxlanInherit,
  vxlanOfRoutes,
  macvlan,
  macvlanAlone,
  macvtap,
  ipvlan('ipvlan'),
  ipvlan('ipvtap'),
  vrf,
  plain('ifb'),
  plain('dummy'),
]
