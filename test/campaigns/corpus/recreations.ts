import { bridged, type CorpusCase, foreign } from './case.js'

const overlay = [
  ...bridged,
  'link add x0 address 02:00:00:00:03:00 type vxlan id 5 dstport 4789 remote 10.0.0.7',
  'link set x0 alias overlay',
  'link property add dev x0 altname overlay0',
  'link set x0 up',
  'link add m0 link v0 address 02:00:00:00:03:01 type macvlan mode bridge',
  'link set m0 up',
  'tuntap add tun0 mode tun',
  'link set tun0 up',
  'address add 10.8.0.1/24 dev x0',
  'address add 10.8.0.2/24 dev x0',
  'address add fd08::1/64 dev x0 nodad',
  'address add 10.6.0.1/24 dev m0',
  'address add 10.9.0.1/30 dev tun0',
  ...foreign,
  'route add 10.81.0.0/16 via 10.8.0.9 src 10.8.0.2 mtu 1300',
  '-6 route add fd81::/32 via fd08::9',
  'route add 10.82.0.0/16 nexthop via 10.8.0.8 nexthop via 10.6.0.8',
  'route add 10.83.0.0/16 dev tun0',
  'neighbor add 10.8.0.9 lladdr 02:00:00:00:00:09 dev x0 nud permanent',
  'neighbor add proxy 10.6.0.10 dev m0',
  'rule add priority 70 iif x0 table 97',
]

/** Properties that cannot be changed, so that a link is made anew with everything that hangs on it. */
export const recreations: readonly CorpusCase[] = [
  { title: 'a VXLAN id', start: overlay, target: { links: [{ name: 'x0', vxlan: { id: 6 } }] } },
  {
    title: 'a VXLAN that is a port',
    start: [...overlay, 'link set x0 master br1', 'link set x0 type bridge_slave cost 33'],
    target: { links: [{ name: 'x0', vxlan: { id: 6, learning: false } }] },
  },
  {
    title: 'queues of a TAP that is a port',
    start: overlay,
    target: { links: [{ name: 'tap0', tap: { multiQueue: true } }] },
  },
  { title: 'queues of a TUN', start: overlay, target: { links: [{ name: 'tun0', tun: { multiQueue: true } }] } },
  {
    title: 'the mode of a MACVLAN',
    start: overlay,
    target: { links: [{ name: 'm0', macvlan: { mode: 'passthru' } }] },
  },
  {
    title: 'the device below a MACVLAN',
    start: overlay,
    target: {
      links: [
        { name: 'm0', macvlan: { link: 'tap0', mode: 'bridge' } },
        { name: 'tap0', master: null },
      ],
    },
  },
  {
    title: 'another peer of a pair, with a MACVLAN on it',
    start: overlay,
    target: {
      links: [
        { name: 'v0', veth: { peer: { name: 'w1', mac: '02:00:00:00:00:c2' } } },
        { name: 'w1', master: 'br1' },
      ],
    },
  },
  {
    title: 'another kind under an old name',
    start: [...overlay, 'link add d0 address 02:00:00:00:03:09 type ifb', 'link set d0 up'],
    target: {
      links: [
        { name: 'd0', kind: 'tap', addresses: ['10.70.0.1/24'] },
        { name: 'x0', kind: 'bridge' },
      ],
    },
  },
  {
    title: 'a VXLAN and what else the plan changes',
    start: overlay,
    target: {
      links: [
        { name: 'x0', vxlan: { id: 7 }, mtu: 1400, addresses: ['10.8.0.2/24', '10.8.0.3/24'] },
        { name: 'br2', kind: 'bridge', mac: '02:00:00:00:00:b2' },
        { name: 'tap0', master: 'br2' },
        { name: 'tun0', absent: true },
      ],
      routes: [
        { to: '10.81.0.0/16', via: '10.8.0.7' },
        { to: '10.24.0.0/16', absent: true },
      ],
      rules: [{ priority: 70, iif: 'x0', table: 96 }],
    },
  },
]
