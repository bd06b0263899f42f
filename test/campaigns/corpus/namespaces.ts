import { blue, bridged, type CorpusCase, foreign, green } from './case.js'

const inBlue = (...commands: string[]): string[] => commands.map((command) => `-n ${blue} ${command}`)

const twoNamespaces = [
  ...bridged,
  ...foreign,
  `netns add ${blue}`,
  `link add w0 address 02:00:00:00:04:00 type veth peer name eth0 address 02:00:00:00:04:01 netns ${blue}`,
  'link set w0 master br0',
  'link set w0 up',
  ...inBlue(
    'link set lo up',
    'link set eth0 addrgenmode none',
    'link set eth0 up',
    'address add 10.0.0.50/24 dev eth0',
    'address add fd00::50/64 dev eth0 nodad',
    'route add default via 10.0.0.1',
    '-6 route add default via fd00::1 dev eth0',
    'rule add priority 80 from 10.0.0.50 table 99',
    'neighbor add 10.0.0.1 lladdr 02:00:00:00:00:b0 dev eth0 nud permanent',
  ),
]

/** Several namespaces in one spec. */
export const namespaces: readonly CorpusCase[] = [
  {
    title: 'two namespaces that do not exist yet, joined by pairs',
    start: bridged,
    target: {
      links: [
        {
          name: 'w0',
          kind: 'veth',
          mac: '02:00:00:00:04:00',
          veth: { peer: { name: 'eth0', namespace: blue } },
          master: 'br0',
        },
        {
          name: 'w1',
          kind: 'veth',
          mac: '02:00:00:00:04:02',
          veth: { peer: { name: 'eth0', namespace: green } },
          master: 'br0',
        },
      ],
      namespaces: {
        [blue]: {
          links: [
            { name: 'lo', up: true },
            { name: 'eth0', mac: '02:00:00:00:04:01', addresses: ['10.0.0.50/24'] },
          ],
          routes: [{ to: 'default', via: '10.0.0.1' }],
          forwarding: { ipv4: true },
        },
        [green]: { links: [{ name: 'eth0', mac: '02:00:00:00:04:03', addresses: ['10.0.0.51/24'], mtu: 1400 }] },
      },
    },
  },
  {
    title: 'changes in both of two namespaces',
    start: twoNamespaces,
    target: {
      links: [{ name: 'w0', mtu: 1400, alias: 'to blue' }],
      routes: [{ to: '10.55.0.0/16', via: '10.0.0.50' }],
      namespaces: {
        [blue]: {
          links: [
            { name: 'eth0', mtu: 1400, addresses: ['10.0.0.60/24', { address: 'fd00::60/64', noDad: true }] },
            { name: 'br0', kind: 'bridge', mac: '02:00:00:00:04:b0' },
          ],
          routes: [{ to: 'default', via: '10.0.0.2' }],
          rules: [{ priority: 80, from: '10.0.0.50', table: 98 }],
          forwarding: { ipv4: true, ipv6: true },
        },
      },
    },
  },
  {
    title: 'a pair between two namespaces is made anew',
    start: twoNamespaces,
    target: {
      links: [{ name: 'w0', kind: 'veth', veth: { peer: { name: 'eth5', namespace: blue } } }],
      namespaces: { [blue]: { links: [{ name: 'eth5', mac: '02:00:00:00:04:05', addresses: ['10.0.0.55/24'] }] } },
    },
  },
  {
    title: 'a pair between two namespaces goes',
    start: twoNamespaces,
    target: {
      links: [
        { name: 'w0', absent: true },
        { name: 'tap0', absent: true },
      ],
      namespaces: {
        [blue]: { links: [{ name: 'tap1', kind: 'tap', mac: '02:00:00:00:04:a1', addresses: ['10.7.0.1/24'] }] },
      },
    },
  },
]
