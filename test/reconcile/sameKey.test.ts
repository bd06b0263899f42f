import type { ExecutionContext } from 'ava'
import test from 'ava'
import type { RouteSpec, Spec } from '../../src/spec/types.js'
import { type ReconcileNamespace, reconcileNamespace } from '../helpers/reconcile.js'

interface Stage extends ReconcileNamespace {
  /** What `ip` tells of the routes of both families, in the kernel's order. */
  routes(): readonly string[]
}

interface Shown {
  readonly gateway?: string
  readonly type?: string
  readonly nexthops?: readonly unknown[]
  readonly metrics?: readonly { readonly mtu?: number }[]
}

const setup = [
  'ip link add d0 type veth peer name d1; ip link set d0 up; ip link set d1 up',
  'ip address add 10.9.0.1/24 dev d0; ip -6 address add 2001:db8::1/64 dev d0 nodad',
].join('; ')

function stage(t: ExecutionContext, ...commands: string[]): Stage {
  const namespace = reconcileNamespace(t)
  namespace.sh([setup, ...commands].join('; '))
  return {
    ...namespace,
    routes: () =>
      ['-4', '-6'].flatMap((family) => {
        const shown: Record<string, unknown>[] = JSON.parse(namespace.sh(`ip -j ${family} route show table all`))
        return shown
          .filter(
            ({ dst, type, protocol }) => type !== 'local' && protocol !== 'kernel' && !String(dst).startsWith('ff'),
          )
          .map((route) => JSON.stringify(route))
      }),
  }
}

const failing: RouteSpec = { to: '199.0.0.0/8', via: '88.0.0.1', dev: 'd0', table: 555 }
const two = 'ip route add 10.50.0.0/16 via 10.9.0.2; ip route append 10.50.0.0/16 via 10.9.0.3'
const three = `${two}; ip route append 10.50.0.0/16 via 10.9.0.4`
const device = 'ip -6 route add 2001:db8:5::/48 dev d0'
const mixed = `${device}; ip -6 route append 2001:db8:5::/48 via 2001:db8::3`
const dark = `${device}; ip -6 route append blackhole 2001:db8:5::/48`

const ipv4 = '10.50.0.0/16'
const ipv6 = '2001:db8:5::/48'
const hidden =
  'ip -6 nexthop add id 5 via 2001:db8::9 dev d0; ip -6 route add 2001:db8:5::/48 nhid 5; ip -6 route append 2001:db8:5::/48 dev d0'
const behind = `ip route add ${ipv4} nexthop via 10.9.0.2 nexthop via 10.9.0.3; ip route append ${ipv4} via 10.9.0.2`

const undone: readonly (readonly [what: string, commands: string, ...routes: RouteSpec[]])[] = [
  ['all of a key absent', two, { to: ipv4, absent: true }],
  ['all of three absent', three, { to: ipv4, absent: true }],
  ['the first absent', two, { to: ipv4, via: '10.9.0.2', absent: true }],
  ['the second absent', two, { to: ipv4, via: '10.9.0.3', absent: true }],
  ['the one in the middle absent', three, { to: ipv4, via: '10.9.0.3', absent: true }],
  ['another gateway', two, { to: ipv4, via: '10.9.0.7', dev: 'd0' }],
  ['a scope that none with a gateway can have', two, { to: ipv4, dev: 'd0', scope: 'link' }],
  ['no way', two, { to: ipv4, type: 'blackhole' }],
  ['both as next hops', two, { to: ipv4, nexthops: [{ via: '10.9.0.2' }, { via: '10.9.0.3' }] }],
  ['IPv6, all absent', mixed, { to: ipv6, absent: true }],
  ['IPv6, the one with a gateway absent', mixed, { to: ipv6, via: '2001:db8::3', absent: true }],
  ['IPv6, another gateway', mixed, { to: ipv6, via: '2001:db8::2' }],
  ['IPv6, a gateway where none was', dark, { to: ipv6, via: '2001:db8::2' }],
  ['IPv6, no way', mixed, { to: ipv6, type: 'blackhole' }],
  ['IPv6, the one without a way absent', dark, { to: ipv6, type: 'blackhole', absent: true }],
  ['IPv6, the one behind a nexthop object absent', hidden, { to: ipv6, dev: 'd0', absent: true }],
  ['the one behind the same next hop of several absent', behind, { to: ipv4, via: '10.9.0.2', absent: true }],
]

for (const [what, commands, ...routes] of undone) {
  test(`what shares a key is undone in its order: ${what}`, async (t) => {
    const namespace = stage(t, commands)
    const before = namespace.routes()
    t.true(before.length > 1)
    const error = await namespace.fails({ routes: [...routes, failing] })
    t.true(error.rollback?.restored, error.rollback?.error)
    t.deepEqual(namespace.routes(), before)
    await namespace.apply({ routes: [{ to: '10.70.0.0/16', via: '10.9.0.2' }] })
    await namespace.apply({ routes: [{ to: '10.70.0.0/16', absent: true }] })
    t.deepEqual(namespace.routes(), before)
  })
}

const tap = [
  'ip tuntap add tap0 mode tap; ip link set tap0 up; ip address add 10.8.0.1/24 dev tap0',
  'ip route add 10.60.0.0/16 via 10.8.0.2; ip route append 10.60.0.0/16 via 10.8.0.3',
].join('; ')
const anew: Spec = { links: [{ name: 'tap0', kind: 'tap', tap: { multiQueue: true } }] }

test('a link that is made anew gets back what shares a key, in its order', async (t) => {
  const namespace = stage(t, tap, 'ip route append 10.60.0.0/16 via 10.9.0.4')
  const gateways = (): string[] => namespace.routes().map((route) => JSON.parse(route).gateway)
  await namespace.apply(anew)
  t.deepEqual(gateways(), ['10.8.0.2', '10.8.0.3', '10.9.0.4'])
  await namespace.converges(anew)
})

test('so it does when that is undone', async (t) => {
  const namespace = stage(t, tap, 'ip route append 10.60.0.0/16 via 10.9.0.4')
  const before = namespace.routes().map((route) => JSON.parse(route).gateway)
  const error = await namespace.fails({ ...anew, routes: [failing] })
  t.true(error.rollback?.restored, error.rollback?.error)
  t.deepEqual(
    namespace.routes().map((route) => JSON.parse(route).gateway),
    before,
  )
})

/** So many that routes are compared in packed form. */
const fill = `seq 0 5999 | awk '{ printf "route add 20.%d.%d.0/24 via 10.9.0.9\\n", $1 / 256, $1 % 256 }' | ip -batch -`

for (const packed of [false, true]) {
  const among = packed ? ' among many' : ''
  test(`what shares a key on several links is undone in its order${among}`, async (t) => {
    const namespace = stage(
      t,
      'ip link add e0 type bridge; ip link set e0 up; ip address add 10.7.0.1/24 dev e0',
      'ip route add 10.50.0.0/16 via 10.9.0.2; ip route append 10.50.0.0/16 via 10.7.0.3',
      'ip route append 10.50.0.0/16 via 10.9.0.4',
      ...(packed ? [fill] : []),
    )
    const before = namespace.routes()
    for (const name of ['d0', 'e0']) {
      const error = await namespace.fails({ links: [{ name, up: false }], routes: [failing] })
      t.true(error.rollback?.restored, error.rollback?.error)
      t.deepEqual(namespace.routes(), before)
    }
  })
}

test('what shares a key is undone in its order among many', async (t) => {
  const namespace = stage(t, fill)
  for (const [what, commands, ...routes] of undone) {
    namespace.sh(commands)
    const before = namespace.routes()
    const error = await namespace.fails({ routes: [...routes, failing] })
    t.true(error.rollback?.restored, `${what}: ${error.rollback?.error}`)
    t.deepEqual(namespace.routes(), before, what)
    namespace.sh(`ip -6 nexthop flush; ip route flush ${ipv4}; ip -6 route flush ${ipv6}`)
  }
})

test('a link that is made anew gets back what shares a key, in its order, among many', async (t) => {
  const namespace = stage(t, tap, fill.replace('10.9.0.9', '10.8.0.9'), 'ip route append 10.60.0.0/16 via 10.9.0.4')
  const gateways = (): string[] => namespace.routes().map((route) => JSON.parse(route).gateway)
  const before = gateways()
  await namespace.apply(anew)
  t.deepEqual(gateways(), before)
  const error = await namespace.fails({ links: [{ name: 'tap0', absent: true }], routes: [failing] })
  t.true(error.rollback?.restored, error.rollback?.error)
  t.deepEqual(gateways(), before)
})

const changed: readonly (readonly [what: string, commands: string, route: RouteSpec, after: readonly string[]])[] = [
  ['of the first, its MTU', two, { to: ipv4, via: '10.9.0.2', dev: 'd0', mtu: 1300 }, ['10.9.0.2 1300', '10.9.0.3']],
  [
    'to what the second is, with another MTU',
    two,
    { to: ipv4, via: '10.9.0.3', mtu: 1300 },
    ['10.9.0.3 1300', '10.9.0.3'],
  ],
  ['to both as next hops', two, { to: ipv4, nexthops: [{ via: '10.9.0.2' }, { via: '10.9.0.3' }] }, ['+', '10.9.0.3']],
  ['its gateway', two, { to: ipv4, dev: 'd0', via: '10.9.0.9' }, ['10.9.0.9', '10.9.0.3']],
  ['of three, its MTU', three, { to: ipv4, mtu: 1300, via: '10.9.0.2' }, ['10.9.0.2 1300', '10.9.0.3', '10.9.0.4']],
  [
    'from next hops to the first',
    `ip route add ${ipv4} nexthop via 10.9.0.2 nexthop via 10.9.0.3; ip route append ${ipv4} via 10.9.0.4`,
    { to: ipv4, via: '10.9.0.2', dev: 'd0' },
    ['10.9.0.2', '10.9.0.4'],
  ],
  ['of IPv6, a gateway where none was', dark, { to: ipv6, via: '2001:db8::2' }, ['blackhole', '2001:db8::2']],
]

for (const [what, commands, route, after] of changed) {
  test(`one of several of a key is changed: ${what}`, async (t) => {
    const namespace = stage(t, commands)
    await namespace.converges({ routes: [route] })
    const shown = namespace.routes().map((text) => {
      const { gateway, nexthops, metrics, type }: Shown = JSON.parse(text)
      const mtu = metrics?.[0]?.mtu
      return `${type ?? gateway ?? (nexthops ? '+' : '-')}${mtu === undefined ? '' : ` ${mtu}`}`
    })
    t.deepEqual(shown, after)
  })
}

test('packets find a way while one of several of a key is changed', async (t) => {
  const namespace = stage(t, two)
  const seen: string[] = []
  const RTM_DELROUTE = 25
  const events = await namespace.events(() =>
    namespace.apply({ routes: [{ to: ipv4, via: '10.9.0.2', dev: 'd0', mtu: 1300 }] }),
  )
  for (const { type } of events) seen.push(type === RTM_DELROUTE ? 'deleted' : 'added')
  // The second is not touched.
  t.deepEqual(seen, ['deleted', 'added'])
})
