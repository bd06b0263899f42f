import test from 'ava'
import { RouteSet } from '../../src/spec/routeSet.js'
import type { RouteSpec } from '../../src/spec/types.js'
import { reconcileNamespace } from '../helpers/reconcile.js'

const cases: readonly (readonly [line: string, encapsulation: unknown])[] = [
  ['10.1.0.0/24 encap mpls 100/200 via inet 10.0.0.2 dev d0', { type: 'mpls', labels: [100, 200] }],
  ['10.1.0.0/24  encap mpls  100 ttl 7 via 10.0.0.2 dev d0', { type: 'mpls', labels: [100], ttl: 7 }],
  ['10.1.0.0/24 encap ip id 42 dst 1.2.3.4 dev d0', { type: 'ip', id: 42, dst: '1.2.3.4' }],
  [
    '10.1.0.0/24  encap ip id 42 src 0.0.0.0 dst 1.2.3.4 ttl 0 tos 0 key csum seq via 10.0.0.2 dev d0',
    { type: 'ip', id: 42, dst: '1.2.3.4', flags: 13 },
  ],
  [
    '10.1.0.0/24 encap ip id 1 dst 1.2.3.4 erspan_opts 1:7:0:0 dev d0',
    { type: 'ip', id: 1, dst: '1.2.3.4', options: { erspan: { version: 1, index: 7 } } },
  ],
  [
    'fd02::/64 encap seg6 mode encap segs fc00::1,fc00::2 hmac 17 dev d0',
    { type: 'seg6', mode: 'encap', segments: ['fc00::1', 'fc00::2'], hmac: 17 },
  ],
  [
    'fd02::/64  encap seg6 mode inline segs 2 [ fc00::1 :: ] hmac 11 dev d0',
    { type: 'seg6', mode: 'inline', segments: ['fc00::1'], hmac: 17 },
  ],
  [
    'fd02::/64 encap seg6local action End.B6.Encaps srh segs fc00::1 dev d0',
    { type: 'seg6local', action: 'End.B6.Encaps', segments: ['fc00::1'] },
  ],
  [
    'fd02::/64 encap seg6local action End flavors next-csid lblen 48 nflen 16 dev d0',
    {
      type: 'seg6local',
      action: 'End',
      flavors: { operations: ['next-csid'], locatorBlockLength: 48, nodeFunctionLength: 16 },
    },
  ],
]

for (const [line, encapsulation] of cases) {
  test(`an encapsulation is read: ${line}`, async (t) => {
    const [route] = (await RouteSet.parse([line])).unwrap()
    t.deepEqual(route?.encapsulation, encapsulation as RouteSpec['encapsulation'])
    t.is(route?.dev, 'd0')
  })
}

const wrong: readonly (readonly [line: string, message: RegExp])[] = [
  ['10.1.0.0/24 encap bpf out obj x dev d0', /column 19: the encapsulation bpf is none that a spec tells/],
  ['10.1.0.0/24 encap constructor dev d0', /the encapsulation constructor is none/],
  ['10.1.0.0/24 encap mpls 1/x dev d0', /column 24: "x" is not a number/],
  ['10.1.0.0/24 encap mpls 1048576 dev d0', /1048575/],
  ['10.1.0.0/24 encap ip id 1 geneve_opts 1 dev d0', /"geneve_opts" is no word of a route/],
  ['fd02::/64 encap seg6local action End.DX2 oif d1 dev d0', /oif names a link, and a spec tells it by its index/],
  ['fd02::/64 encap seg6 mode encap segs', /segments is missing/],
]

for (const [line, message] of wrong) {
  test(`an encapsulation that no spec tells is an error: ${line}`, async (t) => {
    const result = await RouteSet.parse([line])
    if (result.ok) return t.fail()
    t.regex(result.val.message, message)
  })
}

test('what the kernel has of encapsulations is read from what ip shows', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh(`
    ip link add d0 type veth peer name d1; ip link set d0 up; ip link set d1 up
    ip address add 10.0.0.1/24 dev d0; ip -6 address add fd00::1/64 dev d0 nodad
    ip route add 10.2.0.0/24 encap ip id 42 dst 1.2.3.4 dev d0
    ip route add 10.2.1.0/24 encap ip id 42 dst 1.2.3.4 src 1.1.1.1 tos 4 ttl 9 key csum seq via 10.0.0.2 dev d0 mtu 1400
    ip route add 10.2.2.0/24 encap ip id 42 dst 1.2.3.4 vxlan_opts 5 dev d0
    ip route add 10.2.3.0/24 encap ip id 42 dst 1.2.3.4 erspan_opts 2:0:1:7 dev d0
    ip route add 10.2.4.0/24 nexthop encap ip id 1 dst 1.1.1.1 via 10.0.0.2 dev d0 nexthop encap ip id 2 dst 1.1.1.2 via 10.0.0.3 dev d0
    ip -6 route add fd02::/64 encap ip6 id 7 dst fd00::9 tc 3 hoplimit 8 dev d0
    ip -6 route add fd03::/64 encap seg6 mode encap segs fc00::1,fc00::2 dev d0
    ip -6 route add fd04::/64 encap seg6 mode inline segs fc00::1 hmac 17 dev d0
    ip -6 route add fd05::/64 encap seg6local action End.DT6 table 100 dev d0
    ip -6 route add fd06::/64 encap seg6local action End.X nh6 fd00::3 dev d0
    ip -6 route add fd07::/64 encap seg6local action End.B6.Encaps srh segs fc00::1,fc00::2 dev d0
    ip -6 route add fd08::/64 encap seg6local action End flavors next-csid lblen 32 nflen 16 dev d0`)
  const text = namespace.sh('ip route show proto boot; ip -6 route show proto boot')
  const set = (await RouteSet.parse([text])).unwrap()
  t.is(set.size, 12)
  t.deepEqual(
    (await namespace.plan({ routes: set })).steps.map(({ equivalent }) => equivalent),
    [],
  )
  namespace.sh('ip route flush proto boot; ip -6 route flush proto boot')
  await namespace.apply({ routes: set })
  const shown = namespace.sh('ip route show proto 108; ip -6 route show proto 108').replaceAll(/ proto 108/g, '')
  t.is(shown.replaceAll(/ +/g, ' '), text.replaceAll(/ +/g, ' '))
})
