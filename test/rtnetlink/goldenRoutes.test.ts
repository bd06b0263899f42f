import test from 'ava'
import type { Payload } from '../../src/netlink/bytes.js'
import { withoutNames } from '../../src/netlink/codec.js'
import { text } from '../../src/netlink/scalars.js'
import { deleteNexthop, newNexthop, replaceNexthop } from '../../src/rtnetlink/nexthopMessages.js'
import { appendRoute, deleteRoute, getRoute, newRoute, replaceRoute } from '../../src/rtnetlink/routeMessages.js'
import { attributesOf, compareGolden, goldenContext, nexthopsOf, readGolden } from '../helpers/golden.js'

const dev = 'v0'

/** RTA_METRICS; `ip` leaves out the zero behind the congestion control's name. */
function metricsOf(range: Payload): string[] {
  return attributesOf(range, new Map([[16, (name: Payload) => [text(15).decode(name, withoutNames)]]]))
}

/** LWTUNNEL_IP_OPTS and SEG6_LOCAL_FLAVORS: `ip` leaves chance bytes behind what is short. */
const ofEncapsulations = new Map([
  [8, (options: Payload) => attributesOf(options, new Map([2, 3].map((type) => [type, (one) => attributesOf(one)])))],
  [11, (flavors: Payload) => attributesOf(flavors)],
])

test('routes are what ip sends', (t) => {
  const golden = readGolden('route')
  const context = goldenContext(golden)
  const add = (route: Parameters<typeof newRoute>[0]) => newRoute(route, context)
  const via = '10.0.0.2'
  const family = 'inet6'
  compareGolden(
    t,
    golden,
    {
      'route add 10.1.0.0/16 via 10.0.0.2 proto 108': add({ to: '10.1.0.0/16', via }),
      'route add 10.2.0.0/16 dev v0 proto 108': add({ to: '10.2.0.0/16', dev }),
      'route add default via 10.0.0.2 dev v0 proto 108': add({ to: 'default', via, dev }),
      '-6 route add default via fd00::2 dev v0 proto 108': add({ to: 'default', via: 'fd00::2', dev }),
      'route replace 10.1.0.0/16 via 10.0.0.3 proto static': replaceRoute(
        { to: '10.1.0.0/16', via: '10.0.0.3', protocol: 4 },
        context,
      ),
      'route append 10.1.0.0/16 via 10.0.0.4 metric 5 proto 108': appendRoute(
        { to: '10.1.0.0/16', via: '10.0.0.4', metric: 5 },
        context,
      ),
      'route add 10.3.0.0/16 via inet6 fd00::2 dev v0 proto 108': add({ to: '10.3.0.0/16', via: 'fd00::2', dev }),
      'route add 10.4.0.0/16 proto 108 nexthop via 10.0.0.2 dev v0 weight 1 nexthop via 10.0.0.3 dev v0 weight 5': add({
        to: '10.4.0.0/16',
        nexthops: [
          { via, dev },
          { via: '10.0.0.3', dev, weight: 5 },
        ],
      }),
      'route add 10.5.0.0/16 proto 108 nexthop via inet6 fd00::2 dev v0 weight 1 nexthop via 10.9.0.3 dev v0 weight 256 onlink':
        add({
          to: '10.5.0.0/16',
          nexthops: [
            { via: 'fd00::2', dev, weight: 1 },
            { via: '10.9.0.3', dev, weight: 256, onlink: true },
          ],
        }),
      'route add 10.6.0.0/16 via 10.77.0.1 dev v0 onlink proto 108': add({
        to: '10.6.0.0/16',
        via: '10.77.0.1',
        dev,
        onlink: true,
      }),
      'route add blackhole 10.7.0.0/16 proto 108': add({ to: '10.7.0.0/16', type: 'blackhole' }),
      'route add unreachable 10.8.0.0/16 proto 108': add({ to: '10.8.0.0/16', type: 'unreachable' }),
      'route add prohibit 10.9.0.0/16 proto 108': add({ to: '10.9.0.0/16', type: 'prohibit' }),
      'route add throw 10.10.0.0/16 table 100 proto 108': add({ to: '10.10.0.0/16', type: 'throw', table: 100 }),
      'route add local 10.11.0.1 dev lo table 1000 proto 108': add({
        to: '10.11.0.1',
        type: 'local',
        dev: 'lo',
        table: 1000,
      }),
      'route add broadcast 10.11.0.255 dev v0 table main proto 108': add({ to: '10.11.0.255', type: 'broadcast', dev }),
      'route add multicast 225.0.0.0/8 dev v0 table main proto 108': add({ to: '225.0.0.0/8', type: 'multicast', dev }),
      'route add 10.12.0.0/16 dev v0 metric 100 tos 0x10 src 10.0.0.1 scope host proto 200': add({
        to: '10.12.0.0/16',
        dev,
        metric: 100,
        tos: 0x10,
        src: '10.0.0.1',
        scope: 'host',
        protocol: 200,
      }),
      'route add 10.13.0.0/16 via 10.0.0.2 realms 3/7 proto 108': add({ to: '10.13.0.0/16', via, realms: '3/7' }),
      'route add 10.14.0.0/16 via 10.0.0.2 realms 7 proto 108': add({ to: '10.14.0.0/16', via, realms: '7' }),
      'route add 10.15.0.0/16 via 10.0.0.2 proto 108 mtu 1400 advmss 1300 window 10000 rtt 100ms rttvar 50ms rto_min 40ms ssthresh 10 cwnd 20 initcwnd 30 initrwnd 40 hoplimit 50 reordering 6 features ecn quickack 1 congctl cubic fastopen_no_cookie 1':
        add({
          to: '10.15.0.0/16',
          via,
          mtu: 1400,
          advmss: 1300,
          window: 10000,
          rtt: 0.1,
          rttvar: 0.05,
          rtoMin: 0.04,
          ssthresh: 10,
          cwnd: 20,
          initcwnd: 30,
          initrwnd: 40,
          hoplimit: 50,
          reordering: 6,
          ecn: true,
          quickack: true,
          congestion: 'cubic',
          fastOpenNoCookie: true,
        }),
      'route add 10.16.0.0/16 via 10.0.0.2 mtu lock 1400 proto 108': add({
        to: '10.16.0.0/16',
        via,
        mtu: 1400,
        lockMtu: true,
      }),
      'route add 10.17.0.0/16 nhid 5 proto 108': add({ to: '10.17.0.0/16', nexthopId: 5 }),
      '-6 route add fd01::/64 via fd00::2 proto 108 pref high metric 77': add({
        to: 'fd01::/64',
        via: 'fd00::2',
        preference: 'high',
        metric: 77,
      }),
      '-6 route add fd02::/64 dev v0 proto 108 expires 600': add({ to: 'fd02::/64', dev, expires: 600 }),
      '-6 route add fd03::/64 from fd09::/64 via fd00::2 proto 108': add({
        to: 'fd03::/64',
        from: 'fd09::/64',
        via: 'fd00::2',
      }),
      '-6 route add blackhole fd04::/64 proto 108': add({ to: 'fd04::/64', type: 'blackhole' }),
      '-6 route add fd05::/64 proto 108 nexthop via fd00::2 dev v0 weight 1 nexthop via fd00::3 dev v0 weight 2': add({
        to: 'fd05::/64',
        family,
        nexthops: [
          { via: 'fd00::2', dev },
          { via: 'fd00::3', dev, weight: 2 },
        ],
      }),
      'route delete 10.1.0.0/16 via 10.0.0.3': deleteRoute({ to: '10.1.0.0/16', via: '10.0.0.3' }, context),
      'route delete 10.7.0.0/16': deleteRoute({ to: '10.7.0.0/16' }, context),
      '-6 route delete fd01::/64 via fd00::2 metric 77': deleteRoute(
        { to: 'fd01::/64', via: 'fd00::2', metric: 77 },
        context,
      ),
      'route add 10.40.0.0/16 encap mpls 100/200 ttl 5 via 10.0.0.2 proto 108': add({
        to: '10.40.0.0/16',
        via,
        encapsulation: { type: 'mpls', labels: [100, 200], ttl: 5 },
      }),
      'route add 10.41.0.0/16 encap ip id 7 dst 10.9.9.9 src 10.9.9.8 tos 0x4 ttl 9 via 10.0.0.2 dev v0 proto 108': add(
        {
          to: '10.41.0.0/16',
          via,
          dev,
          encapsulation: { type: 'ip', id: 7, dst: '10.9.9.9', src: '10.9.9.8', tos: 4, ttl: 9 },
        },
      ),
      'route add 10.42.0.0/16 encap ip6 id 7 dst fd09::9 src fd09::8 tc 0x4 hoplimit 9 via 10.0.0.2 dev v0 proto 108':
        add({
          to: '10.42.0.0/16',
          via,
          dev,
          encapsulation: { type: 'ip6', id: 7, dst: 'fd09::9', src: 'fd09::8', trafficClass: 4, hoplimit: 9 },
        }),
      '-6 route add fd43::/64 encap seg6 mode encap segs fd04::1,fd04::2 via fd00::2 dev v0 proto 108': add({
        to: 'fd43::/64',
        via: 'fd00::2',
        dev,
        encapsulation: { type: 'seg6', mode: 'encap', segments: ['fd04::1', 'fd04::2'] },
      }),
      '-6 route add fd44::/64 encap seg6 mode inline segs fd04::1 hmac 7 via fd00::2 dev v0 proto 108': add({
        to: 'fd44::/64',
        via: 'fd00::2',
        dev,
        encapsulation: { type: 'seg6', mode: 'inline', segments: ['fd04::1'], hmac: 7 },
      }),
      '-6 route add fd45::/64 encap seg6local action End.X nh6 fd00::3 dev v0 proto 108': add({
        to: 'fd45::/64',
        dev,
        encapsulation: { type: 'seg6local', action: 'End.X', nh6: 'fd00::3' },
      }),
      '-6 route add fd48::/64 encap seg6local action End.B6 srh segs fd04::1,fd04::2 dev v0 proto 108': add({
        to: 'fd48::/64',
        dev,
        encapsulation: { type: 'seg6local', action: 'End.B6', segments: ['fd04::1', 'fd04::2'] },
      }),
      '-6 route add fd49::/64 encap seg6local action End.B6.Encaps srh segs fd04::1,fd04::2 dev v0 proto 108': add({
        to: 'fd49::/64',
        dev,
        encapsulation: { type: 'seg6local', action: 'End.B6.Encaps', segments: ['fd04::1', 'fd04::2'] },
      }),
      '-6 route add fd46::/64 encap seg6local action End.DT6 table 100 dev v0 proto 108': add({
        to: 'fd46::/64',
        dev,
        encapsulation: { type: 'seg6local', action: 'End.DT6', table: 100 },
      }),
      '-6 route add fd4a::/64 encap seg6local action End count flavors psp,next-csid lblen 48 nflen 8 dev v0 proto 108':
        add({
          to: 'fd4a::/64',
          dev,
          encapsulation: {
            type: 'seg6local',
            action: 'End',
            counters: true,
            flavors: { operations: ['psp', 'next-csid'], locatorBlockLength: 48, nodeFunctionLength: 8 },
          },
        }),
      'route add 10.48.0.0/16 encap ip id 7 vxlan_opts 300 via 10.0.0.2 dev v0 proto 108': add({
        to: '10.48.0.0/16',
        via,
        dev,
        encapsulation: { type: 'ip', id: 7, options: { vxlan: { gbp: 300 } } },
      }),
      'route add 10.49.0.0/16 encap ip id 7 erspan_opts 1:5:0:0 via 10.0.0.2 dev v0 proto 108': add({
        to: '10.49.0.0/16',
        via,
        dev,
        encapsulation: {
          type: 'ip',
          id: 7,
          options: { erspan: { version: 1, index: 5, direction: 'ingress', hardwareId: 0 } },
        },
      }),
      '-6 route add fd4b::/64 encap ip6 id 7 erspan_opts 2:0:1:33 via fd00::2 dev v0 proto 108': add({
        to: 'fd4b::/64',
        via: 'fd00::2',
        dev,
        encapsulation: {
          type: 'ip6',
          id: 7,
          options: { erspan: { version: 2, index: 0, direction: 'egress', hardwareId: 33 } },
        },
      }),
      'route add 10.47.0.0/16 proto 108 nexthop encap mpls 300 via 10.0.0.2 dev v0 weight 1 nexthop via 10.0.0.3 dev v0 weight 2':
        add({
          to: '10.47.0.0/16',
          nexthops: [
            { via: '10.0.0.2', dev, encapsulation: { type: 'mpls', labels: [300] } },
            { via: '10.0.0.3', dev, weight: 2 },
          ],
        }),
      'route get 10.1.2.3': getRoute({ to: '10.1.2.3' }, context),
      'route get 10.1.2.3 from 10.0.0.1 oif v0 mark 7 uid 1000': getRoute(
        { to: '10.1.2.3', from: '10.0.0.1', dev, mark: 7, uid: 1000 },
        context,
      ),
      '-6 route get fd00::2': getRoute({ to: 'fd00::2' }, context),
    },
    12,
    new Map([
      [8, metricsOf],
      [9, nexthopsOf],
      [22, (encapsulation) => attributesOf(encapsulation, ofEncapsulations)],
    ]),
    // `ip -6` sends the address of a default route, which the kernel does not look at.
    new Set([`1: ${'00'.repeat(16)}`]),
  )
})

test('nexthop objects are what ip sends', (t) => {
  const golden = readGolden('nexthop')
  const context = goldenContext(golden)
  const add = (nexthop: Parameters<typeof newNexthop>[0]) => newNexthop(nexthop, context)
  compareGolden(
    t,
    golden,
    {
      'nexthop add id 1 via 10.0.0.2 dev v0 protocol 108': add({ id: 1, via: '10.0.0.2', dev }),
      'nexthop add id 2 via fd00::2 dev v0 protocol 108': add({ id: 2, via: 'fd00::2', dev }),
      'nexthop add id 3 via 10.9.0.2 dev v0 onlink protocol 108': add({ id: 3, via: '10.9.0.2', dev, onlink: true }),
      'nexthop add id 4 dev v0 protocol 108': add({ id: 4, dev }),
      '-6 nexthop add id 5 dev v0 protocol 108': add({ id: 5, family: 'inet6', dev }),
      'nexthop add id 6 blackhole protocol 108': add({ id: 6, blackhole: true }),
      '-6 nexthop add id 7 blackhole protocol 108': add({ id: 7, family: 'inet6', blackhole: true }),
      'nexthop add id 8 via 10.0.0.8 fdb protocol 108': add({ id: 8, via: '10.0.0.8', fdb: true }),
      'nexthop add id 10 group 1/2,256 protocol 108': add({ id: 10, group: [{ id: 1 }, { id: 2, weight: 256 }] }),
      'nexthop add id 11 group 1/2 type resilient buckets 8 idle_timer 12 unbalanced_timer 100 protocol 108': add({
        id: 11,
        group: [{ id: 1 }, { id: 2 }],
        type: 'resilient',
        buckets: 8,
        idleTimer: 12,
        unbalancedTimer: 100,
      }),
      'nexthop add id 12 group 8 fdb protocol 108': add({ id: 12, group: [{ id: 8 }], fdb: true }),
      'nexthop replace id 1 via 10.0.0.3 dev v0 protocol static': replaceNexthop(
        { id: 1, via: '10.0.0.3', dev, protocol: 4 },
        context,
      ),
      'nexthop add id 20 encap mpls 100/200 via 10.0.0.2 dev v0 protocol 108': add({
        id: 20,
        via: '10.0.0.2',
        dev,
        encapsulation: { type: 'mpls', labels: [100, 200] },
      }),
      'nexthop delete id 1': deleteNexthop({ id: 1 }),
    },
    8,
    // iproute2 does not mark what holds attributes, and sends no type of a group that is the default's.
    new Map([
      [8, attributesOf],
      [12, attributesOf],
    ]),
  )
})
