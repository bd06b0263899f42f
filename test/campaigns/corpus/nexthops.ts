import { bridged, type CorpusCase, foreign } from './case.js'

const objects = [
  ...bridged,
  'link add n0 address 02:00:00:00:04:00 type vxlan id 5 dstport 4789 remote 10.0.0.7',
  'link set n0 up',
  'address add 10.8.0.1/24 dev n0',
  ...foreign,
  'nexthop add id 1 via 10.8.0.2 dev n0 proto static',
  'nexthop add id 2 via 10.5.0.2 dev v0 proto 77',
  'nexthop add id 3 via fd05::3 dev v0',
  'nexthop add id 4 blackhole',
  'nexthop add id 7 via 10.0.0.9 fdb',
  'nexthop add id 10 group 1/2,3',
  'nexthop add id 11 group 1,5/2 type resilient buckets 8 idle_timer 7',
  'nexthop add id 12 group 1',
  'nexthop add id 13 group 3',
  'route add 10.31.0.0/16 nhid 1',
  'route add 10.32.0.0/16 nhid 10 proto static',
  'route add 10.33.0.0/16 nhid 11 metric 7 table 99',
  'route add 10.34.0.0/16 nhid 12 mtu 1400',
  'route add 10.35.0.0/16 nhid 3',
  'route add 10.36.0.0/16 nhid 4',
  '-6 route add fd35::/32 nhid 13 proto static',
]

/** Nexthop objects, their groups and their routes. */
export const nexthops: readonly CorpusCase[] = [
  {
    title: 'nexthop objects, groups and routes on them',
    start: [...bridged, ...foreign],
    target: {
      nexthops: [
        { id: 1, via: '10.5.0.2', dev: 'v0' },
        { id: 2, via: 'fd05::2', dev: 'v0' },
        { id: 10, group: [1, { id: 2, weight: 3 }] },
        { id: 11, group: [2], type: 'resilient', buckets: 4 },
      ],
      routes: [
        { to: '10.21.0.0/16', nexthopId: 10 },
        { to: '10.40.0.0/16', nexthopId: 1 },
        { to: 'fd40::/32', nexthopId: 11 },
      ],
    },
  },
  {
    title: 'nexthop objects changed in place',
    start: objects,
    target: {
      nexthops: [
        { id: 1, via: '10.8.0.3', dev: 'n0' },
        { id: 2, via: '10.99.0.2', dev: 'v0', onlink: true },
        { id: 10, group: [2] },
        { id: 11, idleTimer: 9, type: 'resilient', group: [1, 2] },
      ],
    },
  },
  {
    title: 'nexthop objects made anew, with the routes on them',
    start: objects,
    target: {
      nexthops: [
        { id: 1, group: [2] },
        { id: 10, group: [2], type: 'resilient', buckets: 2 },
        { id: 11, group: [2], type: 'resilient', buckets: 16 },
        { id: 12, via: '10.8.0.9', dev: 'n0' },
      ],
    },
  },
  {
    title: 'a link made anew below nexthop objects',
    start: objects,
    target: { links: [{ name: 'n0', vxlan: { id: 6 } }], nexthops: [{ id: 12, group: [2] }] },
  },
  {
    title: 'absent nexthop objects that groups and routes use',
    start: objects,
    target: {
      nexthops: [
        { id: 1, absent: true },
        { id: 10, absent: true },
        { id: 3, absent: true },
        { id: 7, absent: true },
      ],
      routes: [
        { to: '10.31.0.0/16', via: '10.5.0.8' },
        { to: '10.36.0.0/16', absent: true },
      ],
    },
  },
  {
    title: 'a link down below nexthop objects',
    start: objects,
    target: {
      links: [
        { name: 'v0', up: false },
        { name: 'n0', absent: true },
      ],
    },
  },
]
