import test from 'ava'
import { fill, ipv4, ipv6, stage } from '../helpers/sameKey.js'

const taken = [
  `ip route add ${ipv4} via 10.9.0.2; ip route append ${ipv4} via 10.7.0.3; ip route append ${ipv4} via 10.9.0.4`,
  'ip address add 10.9.0.5/24 dev d0; ip address del 10.9.0.5/24 dev d0',
].join('; ')

for (const packed of [false, true]) {
  const among = packed ? ' among many' : ''
  test(`a part of a key that addresses take along comes back${among}`, async (t) => {
    const namespace = stage(t, taken, ...(packed ? [fill] : []))
    const before = namespace.ways(ipv4)
    t.is(before.length, 3)
    await namespace.apply({ links: [{ name: 'd0', addresses: ['10.9.0.77/24'] }] })
    t.deepEqual(namespace.ways(ipv4), before)
  })

  test(`so it does beside one that is wanted${among}`, async (t) => {
    const namespace = stage(t, taken, ...(packed ? [fill] : []))
    await namespace.apply({
      links: [{ name: 'd0', addresses: ['10.9.0.77/24'] }],
      routes: [{ to: ipv4, via: '10.7.0.3', dev: 'e0', mtu: 1300 }],
    })
    t.deepEqual(namespace.ways(ipv4), ['10.7.0.3', '10.7.0.3', '10.9.0.4'])
  })

  test(`an IPv6 next hop of several comes back with its link${among}`, async (t) => {
    const tap = 'ip tuntap add tap0 mode tap; ip link set tap0 up; ip -6 address add 2001:db8:2::1/64 dev tap0 nodad'
    const hops = 'nexthop via 2001:db8::2 dev d0 nexthop via 2001:db8:2::3 dev tap0'
    const namespace = stage(t, tap, `ip -6 route add ${ipv6} ${hops}`, ...(packed ? [fill] : []))
    const before = namespace.ways(ipv6)
    await namespace.apply({ links: [{ name: 'tap0', kind: 'tap', tap: { multiQueue: true } }] })
    t.deepEqual(namespace.ways(ipv6), before)
  })

  test(`an IPv4 route of several next hops comes back with one of its links${among}`, async (t) => {
    const tap = 'ip tuntap add tap0 mode tap; ip link set tap0 up; ip address add 10.8.0.1/24 dev tap0'
    const hops = 'nexthop via 10.9.0.2 dev d0 nexthop via 10.8.0.3 dev tap0'
    const namespace = stage(t, tap, `ip route add ${ipv4} ${hops}`, ...(packed ? [fill] : []))
    const before = namespace.ways(ipv4)
    await namespace.apply({ links: [{ name: 'tap0', kind: 'tap', tap: { multiQueue: true } }] })
    t.deepEqual(namespace.ways(ipv4), before)
  })

  test(`an IPv6 next hop of several goes down and comes back when that is undone${among}`, async (t) => {
    const hops = 'nexthop via 2001:db8::2 dev d0 nexthop via 2001:db8:1::3 dev e0'
    const namespace = stage(t, `ip -6 route add ${ipv6} ${hops}`, ...(packed ? [fill] : []))
    const before = namespace.ways(ipv6)
    const failing = { to: '199.0.0.0/8', via: '88.0.0.1', dev: 'd0' }
    const error = await namespace.fails({ links: [{ name: 'e0', up: false }], routes: [failing] })
    t.true(error.rollback?.restored, error.rollback?.error)
    t.deepEqual(namespace.ways(ipv6), before)
  })
}

test('IPv6 next hops of two protocols are all deleted', async (t) => {
  const namespace = stage(
    t,
    `ip -6 route add ${ipv6} via 2001:db8::2 proto 4; ip -6 route append ${ipv6} via 2001:db8::3 proto 108`,
    `ip -6 route append ${ipv6} via 2001:db8::4 proto 4`,
  )
  await namespace.apply({ routes: [{ to: ipv6, absent: true }] })
  t.deepEqual(namespace.ways(ipv6), [])
})

test('of IPv6 next hops of two owners those of one are pruned', async (t) => {
  const namespace = stage(
    t,
    `ip -6 route add ${ipv6} via 2001:db8::2 proto 108; ip -6 route append ${ipv6} via 2001:db8::3 proto 5`,
  )
  await namespace.apply({ routes: [] }, { prune: true })
  t.deepEqual(namespace.ways(ipv6), ['2001:db8::3'])
})
