import test from 'ava'
import type { RouteSpec, Spec } from '../../src/spec/types.js'
import { reconcileNamespace } from '../helpers/reconcile.js'

const ground = `
  ip link add d0 type veth peer name d1; ip link set d0 up; ip link set d1 up
  ip address add 10.0.0.1/24 dev d0; ip nexthop add id 1 via 10.0.0.2 dev d0`

const to = '10.1.0.0/16'
const spec = (route: Partial<RouteSpec>): Spec => ({ routes: [{ to, ...route }] })
const hops = [
  { via: '10.0.0.2', realms: 5 },
  { via: '10.0.0.3', realms: '3/7', weight: 2 },
]

test('each of several ways has its realms', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh(ground)
  const show = () => namespace.sh(`ip route show ${to}`).replaceAll(/\s+/g, ' ')
  await namespace.converges(spec({ nexthops: hops }))
  t.regex(show(), /via 10.0.0.2 realm 5 dev d0 .*via 10.0.0.3 realms 3\/7 dev d0 weight 2/)
  const { routes } = await namespace.snapshot()
  t.deepEqual(
    routes?.map((route) => 'nexthops' in route && route.nexthops?.map(({ realms }) => realms)),
    [['5', '3/7']],
  )
  await namespace.converges(spec({ nexthops: [{ via: '10.0.0.2' }, { via: '10.0.0.3', realms: 9, weight: 2 }] }))
  t.regex(show(), /via 10.0.0.2 dev d0 .*via 10.0.0.3 realm 9 dev d0 weight 2/)
})

test('realms of ways come back', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh(`${ground}; ip route add ${to} nexthop via 10.0.0.2 realm 5 nexthop via 10.0.0.3 realm 3/7`)
  const before = namespace.picture()
  for (const route of [
    { absent: true as const },
    { via: '10.0.0.4' },
    { nexthops: [{ via: '10.0.0.2' }, { via: '10.0.0.4' }] },
  ]) {
    await namespace.refuses(spec(route), 'GUARD_FAILED', { guards: [() => false] })
    t.deepEqual(namespace.picture(), before)
  }
})

test('a route that gets several ways, or a nexthop object, loses the realms of its single one', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh(ground)
  for (const route of [{ nexthops: [{ via: '10.0.0.3' }, { via: '10.0.0.4', realms: 6 }] }, { nexthopId: 1 }]) {
    namespace.sh(`ip route replace ${to} via 10.0.0.2 realm 5`)
    await namespace.converges(spec(route))
    t.notRegex(namespace.sh(`ip route show ${to}`), /realm 5/)
  }
})

const wrong: readonly (readonly [path: string, message: RegExp, route: Partial<RouteSpec>])[] = [
  ['/routes/0/realms', /^say them of each next hop$/, { nexthops: hops, realms: 5 }],
  ['/routes/0/realms', /^the kernel ignores realms/, { nexthopId: 1, realms: 5 }],
  ['/routes/0/nexthops/1/realms', /^"70000" is no realm/, { nexthops: [{ dev: 'd0' }, { dev: 'd0', realms: 70000 }] }],
  ['/routes/0/nexthops/0/realms', /^only an IPv4/, { to: 'fd01::/64', nexthops: [{ dev: 'd0', realms: 5 }] }],
]

for (const [path, message, route] of wrong) {
  test(`realms that no route has are refused: ${JSON.stringify(route)}`, async (t) => {
    const namespace = reconcileNamespace(t)
    namespace.sh(ground)
    const { problems = [] } = await namespace.refuses(spec(route), 'INVALID_SPEC')
    t.deepEqual(
      problems.map((problem) => problem.path),
      [path],
    )
    t.regex(problems[0]?.message ?? '', message)
  })
}
