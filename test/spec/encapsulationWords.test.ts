import test from 'ava'
import type { Encapsulation } from '../../src/rtnetlink/encapsulation/encapsulation.js'
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

/** What a spec may tell of encapsulations, an option and a value of each at least once. */
const told: readonly (readonly [to: string, encapsulation: Encapsulation])[] = [
  ...cases.map(([line, encapsulation]) => [line.split(' ')[0] ?? '', encapsulation as Encapsulation] as const),
  ['10.3.0.0/24', { type: 'ip' }],
  [
    '10.3.0.0/24',
    { type: 'ip', id: Number.MAX_SAFE_INTEGER, dst: '1.2.3.4', src: '1.1.1.1', tos: 0x14, ttl: 9, flags: 5 },
  ],
  ['10.3.0.0/24', { type: 'ip', options: { vxlan: { gbp: 5 } } }],
  ['10.3.0.0/24', { type: 'ip', options: { erspan: { version: 2, direction: 'egress', hardwareId: 7 } } }],
  ['fd03::/64', { type: 'ip6', id: 7, dst: 'fd00::9', src: 'fd00::8', trafficClass: 3, hoplimit: 8, flags: 8 }],
  ...(['inline', 'encap', 'l2encap', 'encap.red', 'l2encap.red'] as const).map(
    (mode) => ['fd03::/64', { type: 'seg6', mode, segments: ['fc00::1'], src: 'fd00::8', table: 100 }] as const,
  ),
  ['fd03::/64', { type: 'seg6local', action: 'End.DT6', table: 100, counters: true }],
  ['fd03::/64', { type: 'seg6local', action: 'End.DT4', vrfTable: 100 }],
  ['fd03::/64', { type: 'seg6local', action: 'End.DX4', nh4: '10.0.0.2' }],
  ['fd03::/64', { type: 'seg6local', action: 'End.X', nh6: 'fd00::3', flavors: { operations: ['psp', 'usd'] } }],
]

/** A route by one way and one by two, with words behind the encapsulation that one of those could have, too. */
function routesWith(to: string, encapsulation: Encapsulation): readonly RouteSpec[] {
  const isIpv6 = to.includes(':')
  const [src, table] = [isIpv6 ? 'fd00::1' : '10.0.0.1', 7]
  const hops = [{ dev: 'd0', weight: 3, encapsulation }, { via: isIpv6 ? 'fd00::4' : '10.0.0.4' }]
  return [
    { to, dev: 'd0', encapsulation, table, src, mtu: 1400 },
    { to, via: isIpv6 ? 'fd00::4' : '10.0.0.4', encapsulation, metric: 5 },
    { to, nexthops: hops, src, metric: 6 },
  ]
}

for (const [index, [to, encapsulation]] of told.entries()) {
  test(`an encapsulation is written as it is read: ${index}: ${JSON.stringify(encapsulation)}`, async (t) => {
    const routes = routesWith(to, encapsulation)
    const text = [...(await RouteSet.from(routes)).unwrap().toText()].join('')
    const again = [...(await RouteSet.parse(text)).unwrap()]
    t.deepEqual(
      again.map(({ table, ...route }) => (table === undefined ? route : { ...route, table: Number(table) })),
      routes,
      text,
    )
  })
}

const untold: readonly Encapsulation[] = [
  { type: 'ip', flags: 1 << 14 },
  { type: 'ip', ttl: 0 },
  { type: 'seg6local', action: 'End.DX2', oif: 7 },
  { type: 'seg6local', action: 'End', counters: false },
]

for (const encapsulation of untold) {
  test(`an encapsulation that no text tells whole is not written: ${JSON.stringify(encapsulation)}`, async (t) => {
    const to = encapsulation.type === 'ip' ? '10.1.0.0/24' : 'fd02::/64'
    const set = (await RouteSet.from([{ to, dev: 'd0', encapsulation }])).unwrap()
    t.throws(() => set.toText(), {
      code: 'INVALID_ARGUMENT',
      message: /^the route to .* something of an encapsulation/,
    })
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
  const written = [...set.toText()].join('')
  t.deepEqual([...(await RouteSet.parse(written)).unwrap()], [...set])
  t.deepEqual(
    (await namespace.plan({ routes: set })).steps.map(({ equivalent }) => equivalent),
    [],
  )
  namespace.sh('ip route flush proto boot; ip -6 route flush proto boot')
  await namespace.apply({ routes: set })
  const shown = namespace.sh('ip route show proto 108; ip -6 route show proto 108').replaceAll(/ proto 108/g, '')
  t.is(shown.replaceAll(/ +/g, ' '), text.replaceAll(/ +/g, ' '))
  namespace.sh('ip route flush proto 108; ip -6 route flush proto 108')
  for (const line of written.trimEnd().split('\n')) namespace.sh(`ip route add ${line.replace(' ', ' proto 108 ')}`)
  t.is(namespace.sh('ip route show proto 108; ip -6 route show proto 108').replaceAll(/ proto 108/g, ''), shown)
})

test('a type of service is hexadecimal or a name in commands, that of encapsulations decimal where it is shown', async (t) => {
  const namespace = reconcileNamespace(t)
  const commands = `
    ip route add 10.2.0.0/24 tos 10 dev d0
    ip route add 10.2.0.0/24 tos CS1 dev d0
    ip route add 10.2.3.0/24 tos EF dev d0
    ip route add 10.2.1.0/24 encap ip id 42 dst 1.2.3.4 tos 14 dev d0
    ip route add 10.2.2.0/24 encap ip id 42 dst 1.2.3.4 tos CS1 dev d0
    ip -6 route add fd02::/64 encap ip6 id 7 dst fd00::9 tc 1c dev d0`
  namespace.sh('ip link add d0 type veth peer name d1; ip link set d0 up; ip link set d1 up')
  namespace.sh(commands)
  const shown = namespace.sh('ip route show; ip -6 route show fd02::/64')
  t.regex(shown, /tos 0x10 .* tos 20 .* tc 28 /s)
  const asked = (await RouteSet.parse([commands])).unwrap()
  for (const text of [commands, shown, ...asked.toText()]) {
    const { steps } = await namespace.plan({ routes: (await RouteSet.parse([text])).unwrap() })
    t.deepEqual(
      steps.map(({ equivalent }) => equivalent),
      [],
    )
  }
})
