import type { ExecutionContext } from 'ava'
import test from 'ava'
import type { RouteSpec, Spec } from '../../src/spec/types.js'
import { type ReconcileNamespace, reconcileNamespace } from '../helpers/reconcile.js'

function twoLinks(t: ExecutionContext): ReconcileNamespace {
  const namespace = reconcileNamespace(t)
  namespace.sh(
    [
      'ip link add br0 type bridge && ip link add br1 type bridge && ip link set br0 up && ip link set br1 up',
      'ip address add 10.0.0.1/24 dev br0 && ip address add 10.1.0.1/24 dev br1',
      'ip address add fd00::1/64 dev br0 nodad && ip address add fd01::1/64 dev br1 nodad',
    ].join(' && '),
  )
  return namespace
}

const routes = (...list: RouteSpec[]): Spec => ({ routes: list })

/** Properties of one route, each to be reached from the one before, for both families. */
const series: readonly (readonly RouteSpec[])[] = [
  [
    { to: 'default', via: '10.0.0.254' },
    { to: 'default', via: '10.0.0.253' },
    { to: 'default', via: '10.1.0.253', dev: 'br1' },
    { to: 'default', via: '10.1.0.253', dev: 'br1', mtu: 1400 },
    { to: 'default', via: '10.1.0.253', dev: 'br1', mtu: 1300, lockMtu: true, src: '10.1.0.1' },
    {
      to: 'default',
      nexthops: [
        { via: '10.0.0.2', weight: 1 },
        { via: '10.1.0.2', weight: 2 },
      ],
    },
    {
      to: 'default',
      nexthops: [
        { via: '10.1.0.2', weight: 5 },
        { via: '10.0.0.2', weight: 1 },
      ],
    },
    { to: 'default', nexthops: [{ via: '10.1.0.2' }] },
    { to: 'default', dev: 'br0' },
    { to: 'default', dev: 'br0', scope: 'link', protocol: 'static' },
    { to: 'default', type: 'blackhole' },
    { to: 'default', type: 'prohibit' },
    { to: 'default', family: 'inet', via: 'fd00::9', dev: 'br0' },
    { to: 'default', via: '192.0.2.1', dev: 'br0', onlink: true },
    { to: 'default', via: '10.0.0.254' },
  ],
  [
    { to: 'fd77::/32', via: 'fd00::9' },
    { to: 'fd77::/32', via: 'fd00::8' },
    { to: 'fd77::/32', dev: 'br1' },
    { to: 'fd77::/32', dev: 'br0' },
    { to: 'fd77::/32', via: 'fd01::8', dev: 'br1', mtu: 1400 },
    { to: 'fd77::/32', via: 'fd01::8', dev: 'br1', mtu: 1300, preference: 'high' },
    { to: 'fd77::/32', nexthops: [{ via: 'fd00::2' }, { via: 'fd01::2', weight: 3 }] },
    { to: 'fd77::/32', nexthops: [{ via: 'fd01::3', weight: 3 }, { via: 'fd00::2' }] },
    { to: 'fd77::/32', nexthops: [{ via: 'fd01::3' }] },
    { to: 'fd77::/32', type: 'unreachable' },
    { to: 'fd77::/32', type: 'blackhole' },
    { to: 'fd77::/32', dev: 'br0', src: 'fd00::1' },
    { to: 'fd77::/32', nexthops: [{ via: 'fd00::2' }, { via: 'fd01::2', weight: 3 }] },
    { to: 'fd77::/32', dev: 'br0' },
    { to: 'fd77::/32', via: 'fe80::1', dev: 'br0' },
  ],
]

for (const [index, list] of series.entries()) {
  test(`a route changes into any other of its key, in one step: ${index === 0 ? 'IPv4' : 'IPv6'}`, async (t) => {
    const namespace = twoLinks(t)
    for (const [position, route] of list.entries()) {
      const report = await namespace.converges(routes(route))
      t.is(report.steps.length, 1, JSON.stringify(route))
      t.is(report.steps[0]?.action, position === 0 ? 'create' : 'update', JSON.stringify(route))
      const shown = namespace.ip(index === 0 ? '-4' : '-6', 'route', 'show', 'exact', String(route.to))
      t.is(shown.length, 1, JSON.stringify(shown))
    }
  })
}

test('a default route is never missing while its gateway changes', async (t) => {
  for (const [before, after] of [
    ['10.0.0.254', '10.0.0.253'],
    ['fd00::fe', 'fd00::fd'],
  ] as const) {
    const namespace = twoLinks(t)
    await namespace.apply(routes({ to: 'default', via: before }))
    const plan = await namespace.plan(routes({ to: 'default', via: after }))
    t.deepEqual(
      plan.steps.map(({ action, equivalent }) => [action, /route replace/.test(equivalent)]),
      [['update', true]],
    )
    const events = await namespace.events(() => namespace.apply(routes({ to: 'default', via: after })))
    // RTM_NEWROUTE once, and never RTM_DELROUTE.
    t.deepEqual(
      events.map(({ type }) => type),
      [24],
    )
  }
})

test('metrics: left out is 0 for IPv4 and 1024 for IPv6; another metric is another route', async (t) => {
  const namespace = twoLinks(t)
  namespace.sh(
    'ip route add default via 10.0.0.254; ip -6 route add default via fd00::ff; ip route add 10.9.0.0/16 via 10.0.0.9 metric 5',
  )
  const plan = await namespace.plan(
    routes(
      { to: 'default', via: '10.0.0.254', metric: 0, table: 254 },
      { to: '::/0', via: 'FD00:0::FF', table: 'main' },
    ),
  )
  t.deepEqual(plan.steps, [])
  const other = await namespace.converges(routes({ to: '10.9.0.0/16', via: '10.0.0.9', metric: 6 }))
  t.deepEqual(
    other.steps.map(({ action }) => action),
    ['create'],
  )
  t.is(namespace.ip('-4', 'route', 'show', '10.9.0.0/16').length, 2)
})

test('absent: what is left out is a wildcard within the family, and the kernel own routes stay', async (t) => {
  const namespace = twoLinks(t)
  const fill = () =>
    namespace.sh(
      [
        'ip route add 10.9.0.0/16 via 10.0.0.9 metric 5',
        'ip route add 10.9.0.0/16 via 10.0.0.9 metric 6 table 7',
        'ip route add 10.9.0.0/16 via 10.1.0.9 metric 7',
        'ip route add 10.9.0.0/16 via 10.1.0.9 tos 0x10',
        'ip route append 10.9.0.0/16 via 10.1.0.8 metric 7',
        'ip route add blackhole 10.9.0.0/16 metric 8',
        'ip -6 route add fd99::/32 via fd00::9',
        'ip -6 route append fd99::/32 via fd00::8',
        'ip -6 route add fd99::/32 dev br0 metric 5',
      ].join(' && '),
    )
  fill()
  const count = (to: string) =>
    namespace
      .sh(`ip -4 route show table all; ip -6 route show table all`)
      .split('\n')
      .filter((line) => line.includes(to)).length
  await namespace.converges(routes({ to: '10.9.0.0/16', metric: 7, via: '10.1.0.8', absent: true }))
  t.is(count('10.9.0.0/16'), 5)
  await namespace.converges(routes({ to: '10.9.0.0/16', table: 7, absent: true }))
  t.is(count('10.9.0.0/16'), 4)
  await namespace.converges(routes({ to: '10.9.0.0/16', type: 'blackhole', absent: true }))
  t.is(count('10.9.0.0/16'), 3)
  await namespace.converges(routes({ to: '10.9.0.0/16', absent: true }, { to: 'fd99::/32', absent: true }))
  t.is(count('10.9.0.0/16'), 0)
  t.is(count('fd99::/32'), 0)
  await namespace.converges(routes({ to: '10.0.0.0/24', absent: true }))
  t.is(count('10.0.0.0/24'), 1)
  fill()
  await namespace.converges({ ...routes({ to: '10.9.0.0/16', absent: true }), links: [{ name: 'br1', absent: true }] })
  t.is(count('10.9.0.0/16'), 0)
})

test('of several routes of one key that others appended, the first that fits is enough', async (t) => {
  const namespace = twoLinks(t)
  namespace.sh(
    'ip route add 10.9.0.0/16 via 10.0.0.9; ip route append 10.9.0.0/16 via 10.0.0.8; ip route append 10.9.0.0/16 via 10.0.0.7',
  )
  const fits = await namespace.plan(routes({ to: '10.9.0.0/16', via: '10.0.0.9' }))
  t.deepEqual(fits.steps, [])
  await namespace.converges(routes({ to: '10.9.0.0/16', via: '10.0.0.5' }))
  t.regex(namespace.sh('ip route show 10.9.0.0/16'), /10.0.0.5/)
})

test('order: gateways behind routes, tables by name and above 255, sources of the same plan', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.converges({
    routes: [
      { to: '10.50.0.0/16', via: '10.40.0.1' },
      { to: '10.40.0.0/16', dev: 'br0', src: '10.0.0.2' },
      { to: '10.60.0.0/16', via: '10.0.0.9', table: 'default' },
      { to: '10.60.0.0/16', via: '10.0.0.9', table: 100000 },
      { to: 'fd77::/32', via: 'fd00::9', src: 'fd00::2' },
    ],
    links: [{ name: 'br0', kind: 'bridge', addresses: ['10.0.0.1/24', '10.0.0.2/24', 'fd00::1/64', 'fd00::2/64'] }],
  })
  t.regex(namespace.sh('ip route show table 100000'), /10.60.0.0\/16 via 10.0.0.9/)
})

test('a plan does not tell of what a route has by itself', async (t) => {
  const namespace = twoLinks(t)
  await namespace.converges(routes({ to: '10.20.0.0/16', via: '10.0.0.2' }))
  const { steps } = await namespace.plan(routes({ to: '10.20.0.0/16', via: '10.1.0.2', dev: 'br1' }))
  t.deepEqual(
    steps.map(({ changes }) => changes),
    [
      [
        { property: 'via', before: '10.0.0.2', after: '10.1.0.2' },
        { property: 'dev', before: 'br0', after: 'br1' },
      ],
    ],
  )
})
