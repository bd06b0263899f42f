import { bridged, type CorpusCase, foreign } from './case.js'

const furnished = [...bridged, ...foreign]

/** Changes of what is there, in place or by a moment's gap. */
export const changes: readonly CorpusCase[] = [
  {
    title: 'properties of links in place',
    start: furnished,
    target: {
      links: [
        {
          name: 'br0',
          mtu: 1400,
          alias: 'text',
          altNames: ['lab'],
          bridge: { ageingTime: 10, stp: true, priority: 8192 },
        },
        { name: 'v0', txQueueLength: 77, group: 5, promiscuous: true },
        { name: 'tap0', bridgePort: { cost: 9, learning: false } },
      ],
    },
  },
  {
    title: 'MAC addresses, which cost neighbors',
    start: furnished,
    target: {
      links: [
        { name: 'br0', mac: '02:00:00:00:00:0b' },
        { name: 'v0', mac: '02:00:00:00:00:0c' },
      ],
    },
  },
  {
    title: 'ports move, are released and taken',
    start: furnished,
    target: {
      links: [
        { name: 'tap0', master: 'br1', bridgePort: { isolated: true } },
        { name: 'v1', master: null },
        { name: 'tap1', kind: 'tap', mac: '02:00:00:00:00:a1', master: 'br0' },
      ],
    },
  },
  {
    title: 'links go down, with what hangs on them',
    start: furnished,
    target: {
      links: [
        { name: 'v0', up: false },
        { name: 'br1', up: false },
      ],
    },
  },
  {
    title: 'a bounce: the address of a TUN in use by routes',
    start: [
      ...furnished,
      // The kernel cannot take an owner away again.
      'tuntap add tun0 mode tun user 1000',
      'link set tun0 up',
      'address add 10.9.0.1/30 dev tun0',
      'address add fd09::1/64 dev tun0 nodad',
      'route add 10.90.0.0/16 via 10.9.0.2',
      '-6 route add fd90::/32 dev tun0',
    ],
    target: {
      links: [
        { name: 'tun0', tun: { owner: 1001 }, mtu: 1400 },
        { name: 'br0', bridge: { forwardDelay: 4 } },
      ],
    },
  },
  {
    title: 'an MTU below what IPv6 needs, and back above',
    start: furnished,
    target: {
      links: [
        { name: 'v1', mtu: 1300 },
        { name: 'br0', mtu: 1290, addresses: ['10.0.0.2/24', 'fd00::2/64'] },
      ],
    },
  },
  {
    title: 'the primary address is replaced',
    start: furnished,
    target: { links: [{ name: 'br0', addresses: ['10.0.0.3/24', '10.0.0.2/24', 'fd00::1/64'] }] },
  },
  {
    title: 'addresses are put into another order',
    start: [
      ...furnished,
      'address add 10.0.0.3/24 dev br0',
      'address add 10.1.0.1/24 dev br0',
      'address add fd00::2/64 dev br0 nodad',
    ],
    target: {
      links: [
        {
          name: 'br0',
          addresses: ['10.1.0.1/24', '10.0.0.3/24', '10.0.0.1/24', '10.0.0.2/24', 'fd00::2/64', 'fd00::1/64'],
        },
      ],
    },
  },
  {
    title: 'another prefix length, label, broadcast, scope and peer',
    start: furnished,
    target: {
      links: [
        {
          name: 'br0',
          addresses: [
            { address: '10.0.0.1/24', label: 'br0:one', broadcast: '10.0.0.255' },
            { address: '10.0.0.2/25' },
            { address: 'fd00::1/80' },
          ],
        },
        {
          name: 'v0',
          addresses: [
            { address: '10.5.0.1', peer: '10.5.0.9' },
            { address: '10.6.0.1/24', scope: 'link', noPrefixRoute: true },
            { address: '10.5.0.1/24' },
            { address: 'fd05::1/64', noPrefixRoute: true },
            { address: 'fd05::5', peer: 'fd05::6' },
          ],
        },
      ],
    },
  },
  {
    title: 'lifetimes and metrics of addresses',
    start: furnished,
    target: {
      links: [
        {
          name: 'br0',
          addresses: [
            { address: '10.0.0.1/24', metric: 50 },
            { address: '10.0.0.2/24', validLifetime: 7200, preferredLifetime: 3600 },
            { address: 'fd00::1/64', validLifetime: 7200, preferredLifetime: 3600, metric: 60 },
          ],
        },
      ],
    },
  },
  {
    title: 'all addresses go',
    start: furnished,
    target: {
      links: [
        { name: 'br0', addresses: [] },
        { name: 'v0', addresses: [] },
      ],
    },
  },
  {
    title: 'the default routes change their gateways',
    start: furnished,
    target: {
      routes: [
        { to: 'default', via: '10.5.0.254' },
        { to: 'default', via: 'fd05::ff' },
      ],
    },
  },
  {
    title: 'the default route moves to an address that comes, and the old one goes',
    start: furnished,
    target: {
      links: [{ name: 'br0', addresses: ['10.3.0.1/24', 'fd03::1/64'] }],
      routes: [
        { to: 'default', via: '10.3.0.254' },
        { to: 'default', via: 'fd03::ff' },
      ],
    },
  },
  {
    title: 'routes change their type, their hops and their metrics',
    start: furnished,
    target: {
      routes: [
        { to: '10.24.0.0/16', via: '10.0.0.3' },
        { to: '10.23.0.0/16', nexthops: [{ via: '10.0.0.253' }, { via: '10.5.0.7', weight: 9 }] },
        { to: '10.21.0.0/16', type: 'unreachable' },
        { to: '10.20.0.0/16', table: 99, metric: 7, via: '10.0.0.253', mtu: 1300 },
        {
          to: 'fd77::/32',
          metric: 5,
          nexthops: [
            { via: 'fd05::9', dev: 'v0' },
            { via: 'fd00::9', dev: 'br0' },
          ],
        },
        { to: 'default', family: 'inet6', dev: 'v0' },
      ],
    },
  },
  {
    title: 'rules change their table and action, beside a twin',
    start: furnished,
    target: {
      rules: [
        { priority: 50, from: '10.0.0.0/24', table: 98 },
        { priority: 60, from: '10.0.1.0/24', table: 97 },
        { priority: 61, to: 'fd77::/32', action: 'prohibit' },
      ],
    },
  },
]
