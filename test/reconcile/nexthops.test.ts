import type { ExecutionContext } from 'ava'
import test from 'ava'
import type { NexthopObjectSpec, Spec } from '../../src/spec/types.js'
import { type ReconcileNamespace, reconcileNamespace } from '../helpers/reconcile.js'

/** A pair whose other end keeps the carrier, and a bridge. */
function twoLinks(t: ExecutionContext): ReconcileNamespace {
  const namespace = reconcileNamespace(t)
  namespace.sh(
    [
      'ip link add v0 type veth peer name v1 && ip link add w0 type veth peer name w1',
      'for link in v0 v1 w0 w1; do ip link set $link up; done',
      'ip address add 10.0.0.1/24 dev v0 && ip address add 10.1.0.1/24 dev w0',
      'ip address add fd00::1/64 dev v0 nodad && ip address add fd01::1/64 dev w0 nodad',
    ].join(' && '),
  )
  return namespace
}

/** What `ip -j nexthop` shows, by id. */
function shown({ sh }: ReconcileNamespace): Record<string, unknown> {
  const list: { id: number; [name: string]: unknown }[] = JSON.parse(sh('ip -j -d nexthop') || '[]')
  return Object.fromEntries(list.filter(({ id }) => id).map(({ id, ...others }) => [id, others]))
}

const routesOn = (nexthopId: number): Spec => ({
  routes: [
    { to: '10.20.0.0/16', nexthopId },
    { to: 'fd20::/32', nexthopId },
  ],
})

/** Fails once everything was done. */
const failing = { guards: [() => false] }

const flags: unknown[] = []
const plain = { scope: 'link', protocol: '108', flags }

/** Every sort of object, each reached from the one before under the same id. */
const series: readonly NexthopObjectSpec[] = [
  { id: 1, via: 'fd00::2', dev: 'v0' },
  { id: 1, via: 'fd01::2', dev: 'w0' },
  { id: 1, via: 'fd99::2', dev: 'w0', onlink: true },
  { id: 1, family: 'inet6', dev: 'v0' },
  { id: 1, family: 'inet6', blackhole: true },
  { id: 1, group: [5, { id: 6, weight: 200 }] },
  { id: 1, group: [{ id: 6, weight: 3 }] },
  { id: 1, group: [5, 6], type: 'resilient', buckets: 8, idleTimer: 12.5 },
  { id: 1, group: [6], type: 'resilient', buckets: 8, idleTimer: 3, unbalancedTimer: 60 },
  { id: 1, group: [5, 6], type: 'resilient', buckets: 16, idleTimer: 3, unbalancedTimer: 60 },
  { id: 1, via: 'fd00::2', dev: 'v0' },
]

test('another gateway of the same family is the only change of a nexthop object', async (t) => {
  const namespace = twoLinks(t)
  for (const [before, after] of [
    ['10.0.0.2', '10.0.0.3'],
    ['fd00::2', 'fd00::3'],
  ] as const) {
    namespace.sh(`ip nexthop replace id 1 via ${before} dev v0`)
    const [step] = (await namespace.plan({ nexthops: [{ id: 1, via: after, dev: 'v0' }] })).steps
    t.deepEqual(step?.changes, [{ property: 'via', before, after }])
    namespace.sh('ip nexthop flush')
  }
})

test('nexthop objects become what the spec says, and the routes on them stay', async (t) => {
  const namespace = twoLinks(t)
  const others: readonly NexthopObjectSpec[] = [
    { id: 5, via: 'fd00::5', dev: 'v0' },
    { id: 6, via: 'fd01::6', dev: 'w0' },
  ]
  for (const nexthop of series) {
    await namespace.converges({ ...routesOn(1), nexthops: [nexthop, ...others] })
    t.regex(namespace.sh('ip route show 10.20.0.0/16'), /nhid 1 /, JSON.stringify(nexthop))
    t.regex(namespace.sh('ip -6 route show fd20::/32'), /nhid 1 /, JSON.stringify(nexthop))
    const { nexthops = [], routes = [] } = await namespace.snapshot()
    t.deepEqual(
      nexthops.find(({ id }) => id === 1),
      {
        ...nexthop,
        ...(nexthop.type === 'resilient'
          ? { idleTimer: nexthop.idleTimer ?? 120, unbalancedTimer: nexthop.unbalancedTimer ?? 0 }
          : {}),
      },
    )
    t.deepEqual(routes.filter(({ nexthopId }) => nexthopId === 1).length, 2)
  }
  t.deepEqual(shown(namespace), {
    1: { gateway: 'fd00::2', dev: 'v0', ...plain },
    5: { gateway: 'fd00::5', dev: 'v0', ...plain },
    6: { gateway: 'fd01::6', dev: 'w0', ...plain },
  })
})

test('what is not changed in place is made anew, and a failure leaves all as it was', async (t) => {
  const namespace = twoLinks(t)
  const nexthops: NexthopObjectSpec[] = [
    { id: 1, via: '10.0.0.2', dev: 'v0' },
    { id: 2, via: '10.1.0.2', dev: 'w0' },
    { id: 3, via: '10.0.0.3', dev: 'v0' },
    { id: 10, group: [1, { id: 2, weight: 3 }], type: 'resilient', buckets: 4 },
    { id: 11, group: [1] },
  ]
  await namespace.apply({ nexthops })
  // Nobody names these.
  namespace.sh(
    'ip route add 10.20.0.0/16 nhid 10 proto static && ip route add 10.21.0.0/16 nhid 11 mtu 1400 && ip route add 10.22.0.0/16 nhid 1',
  )
  const before = namespace.picture()
  for (const changed of [
    { id: 3, group: [1] },
    { id: 3, blackhole: true },
    { id: 1, via: '10.1.0.9', dev: 'w0' },
    { id: 10, group: [1], type: 'mpath' },
    { id: 10, group: [3] },
    { id: 10, via: '10.0.0.9', dev: 'v0' },
    { id: 11, group: [1], type: 'resilient', buckets: 2 },
  ] satisfies NexthopObjectSpec[]) {
    await namespace.refuses({ nexthops: [changed] }, 'GUARD_FAILED', failing)
  }
  await namespace.apply({ nexthops: [{ id: 10, group: [3], type: 'mpath' }] })
  const after = namespace.picture()
  const routesOf = (picture: readonly string[]) =>
    picture.flatMap((line) => /"dst":"10\.2[0-2]\.0\.0\/16","nhid":\d+/.exec(line) ?? []).sort()
  t.deepEqual(routesOf(after), routesOf(before))
  t.is(routesOf(after).length, 3)
})

test('links that go down and come back take objects, groups and routes along, and they come back', async (t) => {
  const namespace = twoLinks(t)
  namespace.sh(
    'ip link add x0 type vxlan id 5 dstport 4789 remote 10.0.0.7 && ip link set x0 up && ip address add 10.8.0.1/24 dev x0',
  )
  namespace.sh('ip nexthop add id 1 via 10.8.0.2 dev x0 proto 77 && ip nexthop add id 2 via 10.1.0.2 dev w0')
  namespace.sh(
    'ip nexthop add id 3 group 1 && ip nexthop add id 4 group 1,7/2 && ip nexthop add id 5 group 1/2 type resilient buckets 8 idle_timer 7',
  )
  for (const id of [1, 2, 3, 4, 5]) namespace.sh(`ip route add 10.${30 + id}.0.0/16 nhid ${id} proto static`)
  const before = namespace.picture().filter((line) => /^(nexthop|-4 route).*(nhid|"id")/.test(line))
  const now = () => namespace.picture().filter((line) => /^(nexthop|-4 route).*(nhid|"id")/.test(line))
  t.is(before.length, 10)
  await namespace.apply({ links: [{ name: 'x0', vxlan: { id: 6 } }] })
  t.deepEqual(now(), before, 'after a recreation')
  // The link gets another index, and all else is as it was.
  t.is((await namespace.fails({ links: [{ name: 'x0', vxlan: { id: 7 } }] }, failing)).code, 'GUARD_FAILED')
  t.deepEqual(now(), before, 'after undoing a recreation')
  // Down by the user's wish: they cannot come back, until undone.
  await namespace.refuses(
    {
      links: [
        { name: 'w1', up: false },
        { name: 'x0', up: false },
      ],
    },
    'GUARD_FAILED',
    failing,
  )
  await namespace.apply({ links: [{ name: 'x0', up: false }] })
  t.deepEqual(Object.keys(shown(namespace)), ['2', '4', '5'])
})

test('absent objects go before what they stand on, and take their routes along', async (t) => {
  const namespace = twoLinks(t)
  await namespace.apply({
    nexthops: [
      { id: 1, via: '10.0.0.2', dev: 'v0' },
      { id: 2, via: '10.1.0.2', dev: 'w0' },
      { id: 10, group: [1, 2] },
      { id: 11, group: [2] },
    ],
    routes: [
      { to: '10.20.0.0/16', nexthopId: 10 },
      { to: '10.21.0.0/16', nexthopId: 11 },
      { to: '10.22.0.0/16', nexthopId: 1 },
    ],
  })
  const target: Spec = {
    nexthops: [
      { id: 2, absent: true },
      { id: 10, absent: true },
    ],
    routes: [{ to: '10.22.0.0/16', via: '10.0.0.3' }],
  }
  const steps = (await namespace.plan(target)).steps.map(({ equivalent }) => equivalent)
  t.deepEqual(steps, [
    'ip route replace 10.22.0.0/16 via 10.0.0.3 proto 108',
    'ip nexthop delete id 10',
    'ip nexthop delete id 2',
  ])
  await namespace.refuses(target, 'GUARD_FAILED', failing)
  await namespace.converges(target)
  t.deepEqual(Object.keys(shown(namespace)), ['1'])
  t.regex(namespace.sh('ip route'), /^10\.22\.0\.0\/16 via 10\.0\.0\.3 dev v0/m)
  t.notRegex(namespace.sh('ip route'), /^10\.2[01]\./m)
})

test('pruning takes what bears the mark and nobody else uses', async (t) => {
  const namespace = twoLinks(t)
  const nexthops: NexthopObjectSpec[] = [1, 2, 3, 4].map((id) => ({ id, via: `10.0.0.1${id}`, dev: 'v0' }))
  await namespace.apply({ nexthops: [...nexthops, { id: 9, group: [3] }] })
  namespace.sh(
    'ip nexthop add id 5 via 10.0.0.15 dev v0 && ip route add 10.20.0.0/16 nhid 2 proto static && ip nexthop add id 6 group 4/5',
  )
  await namespace.apply({ nexthops: [{ id: 1, via: '10.0.0.11', dev: 'v0' }] }, { prune: true })
  t.deepEqual(Object.keys(shown(namespace)), ['1', '2', '4', '5', '6'])
})

test('what names no object, or a wrong one, is refused before anything is done', async (t) => {
  const namespace = twoLinks(t)
  namespace.sh('ip nexthop add id 1 via 10.0.0.2 dev v0')
  await namespace.refuses(
    { routes: [{ to: '10.20.0.0/16', nexthopId: 2 }] },
    /INVALID_SPEC.*\/routes\/0\/nexthopId: the nexthop 2 does not exist/,
  )
  await namespace.refuses({ nexthops: [{ id: 3, group: [1, 7] }] }, /the nexthop 7 does not exist/)
  const many = Array.from({ length: 600 }, (_, index) => ({ to: `20.0.${index >> 8}.${index & 255}/32`, nexthopId: 7 }))
  await namespace.refuses({ routes: many }, /INVALID_SPEC.*\/routes\/0\/nexthopId: the nexthop 7 does not exist/)
  await namespace.apply({
    nexthops: [
      { id: 5, via: '10.0.0.5', dev: 'v0' },
      { id: 8, group: [1] },
    ],
  })
  await namespace.refuses({ nexthops: [{ id: 1, group: [5] }] }, /the nexthop 1 is a group, and cannot be in one/)
  await namespace.refuses({ nexthops: [{ id: 3, via: '10.9.9.9', dev: 'v0' }] }, /Nexthop has invalid gateway/)
  await namespace.refuses({ nexthops: [{ id: 3, group: [1], type: 'resilient' }] }, /needs buckets/)
  await namespace.refuses(
    {
      nexthops: [
        { id: 1, absent: true },
        { id: 3, group: [1] },
      ],
    },
    /the nexthop 1 is absent/,
  )
})

test('a snapshot makes the same objects and routes in an empty namespace', async (t) => {
  const namespace = twoLinks(t)
  await namespace.apply({
    nexthops: [
      { id: 1, via: '10.0.0.2', dev: 'v0', protocol: 'static' },
      { id: 2, via: 'fd01::2', dev: 'w0' },
      { id: 3, blackhole: true },
      { id: 7, via: '10.0.0.9', fdb: true },
      { id: 8, via: 'fd00::9', fdb: true },
      { id: 10, group: [1, { id: 2, weight: 3 }] },
      { id: 11, group: [2, 1], type: 'resilient', buckets: 8, idleTimer: 5 },
      { id: 12, group: [7], fdb: true },
    ],
    routes: [1, 2, 3, 10, 11].map((nexthopId) => ({ to: `10.${20 + nexthopId}.0.0/16`, nexthopId })),
  })
  const spec = await namespace.snapshot()
  t.is(spec.nexthops?.length, 8)
  const other = reconcileNamespace(t)
  await other.apply(spec)
  const about = (picture: readonly string[]) => picture.filter((line) => /^(nexthop|-4 route)/.test(line))
  t.deepEqual(about(other.picture({ portable: true })), about(namespace.picture({ portable: true })))
  t.false((await namespace.apply(spec)).changed)
})

test('what needs a link that somebody took down says how it comes up', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh('ip link add v0 type veth peer name v1 && ip link set v1 up && ip address add 10.0.0.1/24 dev v0')
  const nexthops = [{ id: 1, via: '10.0.0.2', dev: 'v0' }]
  t.regex((await namespace.refuses({ nexthops }, 'ENETDOWN')).message, /ENETDOWN\).*`up: true`$/)
  const routes = [{ to: '10.1.0.0/16', dev: 'v0' }]
  t.regex((await namespace.refuses({ routes }, 'ENETDOWN')).message, /ENETDOWN\).*`up: true`$/)
  await namespace.converges({ links: [{ name: 'v0', up: true }], nexthops, routes })
})
