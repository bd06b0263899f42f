import test from 'ava'
import { RouteSet } from '../../src/spec/routeSet.js'
import type { RouteSpec } from '../../src/spec/types.js'
import { fill, ipv4, ipv6, stage } from '../helpers/sameKey.js'

const deletions: readonly (readonly [
  what: string,
  commands: string,
  absent: Omit<RouteSpec, 'absent'>,
  left: readonly string[],
])[] = [
  [
    'an IPv6 route that leads nowhere, behind one of a device',
    `ip -6 route add ${ipv6} dev d0; ip -6 route append blackhole ${ipv6}`,
    { to: ipv6, type: 'blackhole' },
    ['d0'],
  ],
  [
    'an IPv6 route that leads nowhere, behind one to a gateway',
    `ip -6 route add ${ipv6} via 2001:db8::2; ip -6 route append unreachable ${ipv6}`,
    { to: ipv6, type: 'unreachable' },
    ['2001:db8::2'],
  ],
  [
    'an IPv6 route of a device, behind one that leads nowhere and one of a nexthop object',
    `ip -6 nexthop add id 5 via 2001:db8::9 dev d0; ip -6 route add ${ipv6} nhid 5; ip -6 route append ${ipv6} dev e0`,
    { to: ipv6, dev: 'e0' },
    ['nhid 5'],
  ],
  [
    'an IPv4 route to a gateway, behind one of several next hops whose first is the same',
    `ip route add ${ipv4} nexthop via 10.9.0.2 nexthop via 10.9.0.3; ip route append ${ipv4} via 10.9.0.2`,
    { to: ipv4, via: '10.9.0.2' },
    ['10.9.0.2+10.9.0.3'],
  ],
  [
    'the second of two IPv4 routes',
    `ip route add ${ipv4} via 10.9.0.2; ip route append ${ipv4} via 10.9.0.3`,
    { to: ipv4, via: '10.9.0.3' },
    ['10.9.0.2'],
  ],
]

for (const [what, commands, route, left] of deletions) {
  test(`the right one of a key is deleted: ${what}`, async (t) => {
    const namespace = stage(t, commands)
    await namespace.apply({ routes: [{ ...route, absent: true }] })
    t.deepEqual(namespace.ways(route.to), left)
  })

  test(`the right one of a key is deleted among many: ${what}`, async (t) => {
    const namespace = stage(t, commands, fill)
    const { to, ...way } = route
    await namespace.apply({ routes: (await RouteSet.from([{ to, ...way, absent: true }])).unwrap() })
    t.deepEqual(namespace.ways(to), left)
  })
}
