import { type KindCase, name } from './kindCase.js'
import { bondCases } from './kindCasesBond.js'
import { greCases } from './kindCasesGre.js'
import { ipsecCases } from './kindCasesIpsec.js'
import { otherCases } from './kindCasesLayer2.js'
import { tunnelCases } from './kindCasesTunnels.js'
import { udpCases } from './kindCasesUdp.js'

export type { KindCase } from './kindCase.js'
export { declaredCases } from './kindCasesDeclared.js'

import { bridgeCases } from './kindCasesBridge.js'

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
  changes: {
    vlan: { reorderHeader: true, gvrp: false, mvrp: false, looseBinding: false, bridgeBinding: true },
  },
  changed: {
    reorderHeader: { flags: ['REORDER_HDR', 'BRIDGE_BINDING'] },
    gvrp: { flags: ['REORDER_HDR', 'BRIDGE_BINDING'] },
    mvrp: { flags: ['REORDER_HDR', 'BRIDGE_BINDING'] },
    looseBinding: { flags: ['REORDER_HDR', 'BRIDGE_BINDING'] },
    bridgeBinding: { flags: ['REORDER_HDR', 'BRIDGE_BINDING'] },
  },
  recreates: [
    { link: 'v1' },
    { id: 7 },
    { protocol: '802.1Q' },
    { ingressQosMap: [{ from: 2, to: 5 }] },
    { egressQosMap: [{ from: 3, to: 5 }] },
  ],
}

const vxlanOverIpv4: KindCase = {
  title: 'vxlan over IPv4, with a group',
  section: 'vxlan',
  plain: ['id'],
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
      localbypass: false,
      mcroute: true,
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
    localbypass: {},
    mcroute: {},
  },
  changes: {
    vxlan: {
      group: '239.4.5.6',
      link: 'v1',
      local: '10.0.0.9',
      ttl: 3,
      tos: 4,
      df: 'inherit',
      learning: true,
      ageing: 99,
      localbypass: true,
    },
  },
  changed: {
    group: { group: '239.4.5.6' },
    link: { link: 'v1' },
    local: { local: '10.0.0.9' },
    ttl: { ttl: 3 },
    tos: { tos: '0x4' },
    df: { df: 'inherit' },
    learning: { learning: true },
    ageing: { ageing: 99 },
    localbypass: {},
  },
  recreates: [
    { id: 5 },
    { port: 4788 },
    { portRange: { low: 1001, high: 2000 } },
    { limit: 56 },
    { proxy: false },
    { rsc: false },
    { l2miss: false },
    { l3miss: false },
    { udpChecksum: true },
    { remoteChecksumTx: false },
  ],
}

const vxlanOverIpv6: KindCase = {
  title: 'vxlan over IPv6, with one remote host',
  section: 'vxlan',
  plain: ['id'],
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
  recreates: [{ ttlInherit: false }, { udp6ZeroChecksumTx: false }, { udp6ZeroChecksumRx: false }],
}

const vxlanExtended: KindCase = {
  title: 'vxlan with extensions in its header',
  section: 'vxlan',
  plain: ['id'],
  link: {
    name,
    kind: 'vxlan',
    vxlan: {
      id: 1,
      remote: '10.0.0.9',
      remoteChecksumRx: true,
      remoteChecksumNoPartial: true,
      gbp: true,
      reservedBits: '0x7000000000000000',
    },
  },
  shown: {
    id: { id: 1 },
    remote: { remote: '10.0.0.9' },
    remoteChecksumRx: { remcsum_rx: true },
    remoteChecksumNoPartial: {},
    gbp: { gbp: true },
    reservedBits: {},
  },
  recreates: [
    { reservedBits: '0x0000000000000000' },
    { remoteChecksumRx: false },
    { remoteChecksumNoPartial: false },
    { gbp: false },
  ],
}

const vxlanInherit: KindCase = {
  title: 'vxlan over IPv6, with the label of the packet inside',
  section: 'vxlan',
  plain: ['id'],
  link: { name, kind: 'vxlan', vxlan: { id: 1, group: 'ff05::100', link: 'v0', labelPolicy: 'inherit' } },
  shown: {
    id: { id: 1 },
    group: { group6: 'ff05::100' },
    link: { link: 'v0' },
    labelPolicy: {},
  },
  changes: { vxlan: { labelPolicy: 'fixed' } },
  changed: { labelPolicy: {} },
}

const vxlanOfRoutes: KindCase = {
  title: 'vxlan by the metadata of routes',
  section: 'vxlan',
  plain: ['id'],
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
  recreates: [{ gpe: false }, { vnifilter: false }, { collectMetadata: false, vnifilter: false, gpe: false, id: 7 }],
}

const bySource = (kind: 'macvlan' | 'macvtap'): KindCase => ({
  title: `${kind} for given senders`,
  section: kind,
  link: {
    name,
    kind,
    [kind]: {
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
    [kind]: { noDestination: false, sourceMacs: ['02:00:00:00:00:03'], broadcastQueueLength: 50, broadcastCutoff: -1 },
  },
  changed: {
    noDestination: {},
    sourceMacs: { macaddr_data: ['02:00:00:00:00:03'] },
    broadcastQueueLength: { bcqueuelen: 50 },
    broadcastCutoff: {},
  },
  recreates: [{ link: 'v1' }, { mode: 'passthru' }],
})

const alone = (kind: 'macvlan' | 'macvtap'): KindCase => ({
  title: `${kind} as the only one`,
  section: kind,
  link: { name, kind, [kind]: { link: 'v0', mode: 'passthru', noPromiscuous: true } },
  shown: { link: { link: 'v0' }, mode: { mode: 'passthru' }, noPromiscuous: { nopromisc: true } },
  changes: { [kind]: { noPromiscuous: false } },
  changed: { noPromiscuous: {} },
})

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
  recreates: [{ link: 'v1' }],
})

const vrf: KindCase = {
  title: 'vrf',
  section: 'vrf',
  link: { name, kind: 'vrf', vrf: { table: 70000 } },
  shown: { table: { table: 70000 } },
  recreates: [{ table: 70001 }],
}

const plain = (kind: 'ifb' | 'dummy' | 'nlmon' | 'vcan' | 'vsockmon'): KindCase => ({
  title: kind,
  section: kind,
  link: { name, kind },
  shown: {},
})

/** All of them. */
export const kindCases: readonly KindCase[] = [
  ...bridgeCases,
  ...bondCases,
  ...tunnelCases,
  ...greCases,
  ...ipsecCases,
  ...udpCases,
  ...otherCases,
  vlan,
  vxlanOverIpv4,
  vxlanOverIpv6,
  vxlanInherit,
  vxlanExtended,
  vxlanOfRoutes,
  bySource('macvlan'),
  alone('macvlan'),
  bySource('macvtap'),
  alone('macvtap'),
  macvtap,
  ipvlan('ipvlan'),
  ipvlan('ipvtap'),
  vrf,
  plain('ifb'),
  plain('dummy'),
  plain('nlmon'),
  plain('vcan'),
  plain('vsockmon'),
]
