import { bridged, type CorpusCase, foreign } from './case.js'

const furnished = [...bridged, ...foreign]

/** What goes, with what the kernel takes along. */
export const deletions: readonly CorpusCase[] = [
  {
    title: 'a bridge with ports, addresses and routes',
    start: furnished,
    target: { links: [{ name: 'br0', absent: true }] },
  },
  { title: 'a pair by its other end', start: furnished, target: { links: [{ name: 'v1', absent: true }] } },
  {
    title: 'many links in one go',
    start: [
      ...furnished,
      'tuntap add tun0 mode tun',
      'link add x0 address 02:00:00:00:03:00 type vxlan id 5 dstport 4789 remote 10.0.0.7',
      'link add m0 link v0 address 02:00:00:00:03:01 type macvlan mode bridge',
      'address add 10.9.0.1/30 dev tun0',
    ],
    target: { links: ['m0', 'x0', 'tun0', 'tap0', 'br1'].map((name) => ({ name, absent: true })) },
  },
  {
    title: 'routes, rules and neighbors by wildcards',
    start: furnished,
    target: {
      routes: [
        { to: '10.20.0.0/16', absent: true },
        { to: 'default', family: 'inet6', absent: true },
        { to: '10.23.0.0/16', absent: true },
        { to: '10.24.0.0/16', absent: true },
      ],
      rules: [
        { priority: 60, absent: true },
        { family: 'inet6', priority: 61, absent: true },
      ],
      neighbors: [
        { dev: 'br0', address: '10.0.0.9', absent: true },
        { dev: 'v0', address: '10.5.0.10', proxy: true, absent: true },
      ],
    },
  },
  {
    title: 'one of twins, made by the SDK among foreign objects',
    start: furnished,
    base: {
      links: [{ name: 'tap5', kind: 'tap', mac: '02:00:00:00:00:a5', master: 'br0' }],
      routes: [
        { to: '10.60.0.0/16', via: '10.0.0.6' },
        { to: '10.61.0.0/16', via: '10.5.0.6', table: 99 },
      ],
      rules: [
        { priority: 60, from: '10.0.1.0/24', table: 96, protocol: 77 },
        { priority: 71, from: '10.2.0.0/16', table: 99 },
      ],
    },
    target: {
      links: [
        { name: 'tap5', absent: true },
        { name: 'tap0', absent: true },
      ],
      routes: [{ to: '10.60.0.0/16', absent: true }],
      rules: [{ priority: 71, absent: true }],
    },
  },
  {
    title: 'everything makes place for something else',
    start: furnished,
    target: {
      links: [
        { name: 'br0', absent: true },
        { name: 'br1', absent: true },
        { name: 'tap0', absent: true },
        { name: 'v0', absent: true },
        { name: 'br5', kind: 'bridge', mac: '02:00:00:00:00:b5', addresses: ['10.0.0.1/24', 'fd00::1/64'] },
        { name: 'tap5', kind: 'tap', mac: '02:00:00:00:00:a5', master: 'br5' },
      ],
      routes: [
        { to: 'default', via: '10.0.0.254', dev: 'br5' },
        { to: 'fd77::/32', via: 'fd00::5', dev: 'br5' },
      ],
      rules: [{ priority: 50, absent: true }],
    },
  },
]
