import { bridged, type CorpusCase, foreign } from './case.js'

/** Something out of nothing, one case a kind of link and a kind of object. */
export const creations: readonly CorpusCase[] = [
  {
    title: 'a bridge with ports, addresses and routes, out of nothing',
    start: [],
    target: {
      links: [
        {
          name: 'br0',
          kind: 'bridge',
          mac: '02:00:00:00:00:b0',
          addresses: ['10.0.0.1/24', '10.0.0.2/24', 'fd00::1/64'],
        },
        {
          name: 'tap0',
          kind: 'tap',
          mac: '02:00:00:00:00:a0',
          master: 'br0',
          bridgePort: { cost: 10, isolated: true },
        },
        { name: 'tap1', kind: 'tap', mac: '02:00:00:00:00:a1', master: 'br0', tap: { owner: 1000, group: 1000 } },
        { name: 'v0', kind: 'veth', mac: '02:00:00:00:00:c0', veth: { peer: { name: 'v1' } } },
        { name: 'v1', mac: '02:00:00:00:00:c1', master: 'br0', bridgePort: { hairpin: true } },
      ],
      routes: [
        { to: 'default', via: '10.0.0.254' },
        { to: 'default', via: 'fd00::ff' },
        {
          to: '10.30.0.0/16',
          nexthops: [
            { via: '10.0.0.3', weight: 1 },
            { via: '10.0.0.4', weight: 2 },
          ],
        },
      ],
      rules: [{ priority: 100, from: '10.0.0.0/24', table: 100 }],
      neighbors: [{ dev: 'br0', address: '10.0.0.7', mac: '02:00:00:00:00:07' }],
    },
  },
  {
    title: 'links with addresses that the kernel chooses: MAC addresses at random',
    start: [],
    target: {
      links: [
        { name: 'br0', kind: 'bridge', addresses: ['10.0.0.1/24'] },
        { name: 'tap0', kind: 'tap', master: 'br0' },
        { name: 'v0', kind: 'veth', veth: { peer: { name: 'v1' } }, addresses: ['10.5.0.1/24'] },
        { name: 'm0', kind: 'macvlan', macvlan: { link: 'v0', mode: 'bridge' } },
      ],
    },
  },
  {
    title: 'a stack, listed from the top',
    start: ['link add v0 address 02:00:00:00:00:c0 type veth peer name v1 address 02:00:00:00:00:c1'],
    target: {
      links: [
        {
          name: 'x0',
          kind: 'vxlan',
          mac: '02:00:00:00:01:00',
          mtu: 1350,
          vxlan: { id: 9, link: 'br0', group: '239.1.1.1', port: 4789 },
        },
        { name: 'br0', kind: 'bridge', mac: '02:00:00:00:00:b0', mtu: 1400 },
        {
          name: 'm0',
          kind: 'macvlan',
          mac: '02:00:00:00:01:02',
          master: 'br0',
          macvlan: { link: 'v0', mode: 'private' },
          mtu: 1400,
        },
        { name: 'm1', kind: 'macvtap', mac: '02:00:00:00:01:03', macvtap: { link: 'v1', mode: 'vepa' } },
        { name: 'v0', up: true },
        { name: 'v1', up: true, mtu: 1450 },
      ],
    },
  },
  {
    title: 'tun, ifb and vxlan of both families beside a furnished bridge',
    start: [...bridged, ...foreign],
    target: {
      links: [
        { name: 'tun0', kind: 'tun', tun: { owner: 1000 }, addresses: ['10.9.0.1/30', 'fd09::1/126'] },
        { name: 'ifb0', kind: 'ifb', mac: '02:00:00:00:02:00', txQueueLength: 64 },
        {
          name: 'x4',
          kind: 'vxlan',
          mac: '02:00:00:00:02:01',
          vxlan: { id: 4, remote: '10.0.0.7', port: 4789 },
          master: 'br1',
        },
        {
          name: 'x6',
          kind: 'vxlan',
          mac: '02:00:00:00:02:02',
          vxlan: { id: 6, remote: 'fd00::7', port: 4790 },
          alias: 'six',
        },
      ],
      routes: [{ to: '10.40.0.0/16', via: '10.9.0.2', dev: 'tun0', src: '10.9.0.1', metric: 5, mtu: 1400 }],
    },
  },
  {
    title: 'links that are down, with properties of every sort',
    start: bridged,
    target: {
      links: [
        {
          name: 'br9',
          kind: 'bridge',
          up: false,
          mac: '02:00:00:00:00:b9',
          bridge: { stp: true, forwardDelay: 4, helloTime: 1, maxAge: 10, ageingTime: 60, priority: 4096 },
          alias: 'nine',
          altNames: ['ninth-bridge'],
          group: 7,
          promiscuous: true,
          allMulticast: true,
          txQueueLength: 500,
        },
        { name: 'tap9', kind: 'tap', up: false, mac: '02:00:00:00:00:a9', tap: { multiQueue: true, vnetHeader: true } },
        {
          name: 'v9',
          kind: 'veth',
          up: false,
          arp: false,
          mac: '02:00:00:00:00:c9',
          veth: { peer: { name: 'w9', mac: '02:00:00:00:00:ca' } },
        },
      ],
    },
  },
  {
    title: 'routes of all types and tables',
    start: bridged,
    target: {
      routes: [
        { to: '192.0.2.0/24', type: 'blackhole' },
        { to: '192.0.3.0/24', type: 'unreachable', metric: 9 },
        { to: '192.0.4.0/24', type: 'prohibit', table: 77 },
        { to: '192.0.5.0/24', type: 'throw', table: 77 },
        { to: '192.0.6.1', type: 'local', dev: 'br0', table: 'local' },
        { to: '10.31.0.0/16', via: '10.0.0.3', metric: 1, initcwnd: 20, advmss: 1200 },
        { to: '10.31.0.0/16', via: '10.0.0.4', metric: 2, quickack: true },
        { to: '10.32.0.0/16', dev: 'v0', scope: 'link', src: '10.5.0.1', tos: 16 },
        { to: '10.33.0.0/16', via: '172.16.0.1', dev: 'v0', onlink: true, mtu: 1300, lockMtu: true },
        {
          to: '10.34.0.0/16',
          nexthops: [
            { via: '10.0.0.3', dev: 'br0' },
            { via: '10.5.0.3', dev: 'v0', weight: 5 },
          ],
        },
        { to: '10.35.0.0/16', via: 'fd00::3', dev: 'br0' },
        { to: 'fd31::/32', type: 'blackhole' },
        { to: 'fd32::/32', via: 'fd00::3', metric: 5, mtu: 1300 },
        { to: 'fd33::/32', dev: 'v0', table: 78 },
        {
          to: 'fd34::/32',
          nexthops: [
            { via: 'fd00::3', dev: 'br0' },
            { via: 'fd05::3', dev: 'v0' },
          ],
        },
        { to: 'fd35::/32', via: 'fd00::4', src: 'fd00::1', preference: 'high' },
      ],
    },
  },
  {
    title: 'a chain of gateways and their device routes, in the wrong order',
    start: bridged,
    target: {
      routes: [
        { to: 'default', via: '10.50.0.1', dev: 'v0' },
        { to: '10.50.0.0/24', dev: 'v0' },
        { to: 'default', via: 'fd50::1', dev: 'v0', family: 'inet6' },
        { to: 'fd50::/64', dev: 'v0' },
      ],
    },
  },
  {
    title: 'rules of many selectors, some of them alike',
    start: [...bridged, ...foreign],
    target: {
      rules: [
        { priority: 100, from: '10.0.0.0/24', table: 100 },
        { priority: 100, from: '10.0.0.0/24', iif: 'br0', table: 100 },
        { priority: 101, to: '10.1.0.0/16', fwmark: '0x1/0xff', table: 101 },
        { priority: 102, ipproto: 'tcp', dport: '1000-2000', table: 102 },
        { priority: 103, uidRange: '1000-1999', action: 'prohibit' },
        { priority: 104, not: true, from: '10.0.0.0/8', action: 'blackhole' },
        { priority: 105, goto: 32766, tos: 16 },
        { priority: 106, table: 'main', suppressPrefixLength: 0 },
        { priority: 100, from: 'fd00::/64', table: 100 },
        { priority: 101, family: 'inet6', oif: 'v0', action: 'unreachable' },
        { from: '10.7.0.0/16', table: 120 },
      ],
    },
  },
  {
    title: 'neighbors, proxies and forwarding',
    start: [...bridged, ...foreign],
    target: {
      neighbors: [
        { dev: 'br0', address: '10.0.0.9', mac: '02:00:00:00:00:99' },
        { dev: 'br0', address: '10.0.0.10', mac: '02:00:00:00:00:10' },
        { dev: 'br0', address: 'fd00::10', mac: '02:00:00:00:00:10', router: true },
        { dev: 'v0', address: '10.5.0.11', state: 'noarp', mac: '02:00:00:00:00:11' },
        { dev: 'v0', address: '10.5.0.12', proxy: true },
        { dev: 'v0', address: 'fd05::12', proxy: true },
        { dev: 'v0', address: '10.5.0.9', absent: true },
        { dev: 'v0', address: '10.5.0.10', proxy: true, absent: true },
      ],
      forwarding: { ipv4: true, ipv6: true },
    },
  },
]
