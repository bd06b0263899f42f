import test from 'ava'
import { snapshot } from '../../src/reconcile/snapshot.js'
import type { LeftOut, RouteSpec } from '../../src/spec/types.js'
import { reconcileNamespace } from '../helpers/reconcile.js'

const setup = [
  'ip link add d0 type veth peer name d1; ip link set d0 up; ip link set d1 up',
  'ip address add 10.9.0.1/24 dev d0; ip -6 address add 2001:db8::1/64 dev d0 nodad',
  'ip route add 10.50.0.0/16 via 10.9.0.2; ip route append 10.50.0.0/16 via 10.9.0.3 proto 77',
  'ip route append 10.50.0.0/16 via 10.9.0.2 mtu 1300; ip route add 10.51.0.0/16 via 10.9.0.2',
  'ip -6 route add 2001:db8:5::/48 via 2001:db8::3; ip -6 route append blackhole 2001:db8:5::/48',
].join('; ')

/** So many that routes are packed. */
const fill = `seq 0 5999 | awk '{ printf "route add 20.%d.%d.0/24 via 10.9.0.9\\n", $1 / 256, $1 % 256 }' | ip -batch -`

for (const packed of [false, true]) {
  for (const routes of ['list', 'set'] as const) {
    test(`of several routes of a key a snapshot has the first: ${routes}${packed ? ' of many' : ''}`, async (t) => {
      const { fd, sh, apply, plan } = reconcileNamespace(t)
      const namespace = { fd }
      sh([setup, ...(packed ? [fill] : [])].join('; '))
      const shown = (): string => sh('ip route; ip -6 route')
      const before = shown()
      const leftOut: RouteSpec[] = []
      const onLeftOut = (left: LeftOut): void => {
        if ('route' in left) leftOut.push(left.route)
      }
      const spec =
        routes === 'set'
          ? (await snapshot({ namespace, routes, onLeftOut })).unwrap()
          : (await snapshot({ namespace, onLeftOut })).unwrap()
      const own = [...(spec.routes ?? [])].filter(({ to }) => !to.startsWith('20.'))
      t.like(own, [
        { to: '10.50.0.0/16', via: '10.9.0.2' },
        { to: '10.51.0.0/16', via: '10.9.0.2' },
        { to: '2001:db8:5::/48', via: '2001:db8::3' },
      ])
      t.is(own.length, 3)
      t.false('mtu' in (own[0] ?? {}))
      t.like(leftOut, [
        { to: '10.50.0.0/16', via: '10.9.0.3', protocol: 77 },
        { to: '10.50.0.0/16', via: '10.9.0.2', mtu: 1300 },
        { to: '2001:db8:5::/48', type: 'blackhole' },
      ])
      t.true((await plan(spec)).empty)
      await apply(spec)
      t.true((await plan(spec, { prune: true })).empty)
      t.is(shown(), before)
    })
  }
}

test('of several rules of a priority and the same selectors a snapshot has the first', async (t) => {
  const { fd, sh, plan, apply } = reconcileNamespace(t)
  const rule = (table: number, priority = 100): string =>
    `ip rule add priority ${priority} from 10.1.0.0/16 table ${table}`
  sh([rule(10), rule(20), rule(20, 101), 'ip -6 rule add priority 100 from all table 10'].join('; '))
  sh('ip -6 rule add priority 100 from all blackhole')
  const shown = (): string => sh('ip rule; ip -6 rule')
  const before = shown()
  const leftOut: LeftOut[] = []
  const spec = (await snapshot({ namespace: { fd }, onLeftOut: (left) => leftOut.push(left) })).unwrap()
  t.deepEqual(
    spec.rules?.map(({ priority, table }) => [priority, table]),
    [
      [100, 10],
      [101, 20],
      [100, 10],
    ],
  )
  t.like(leftOut, [{ rule: { priority: 100, table: 20 } }, { rule: { family: 'inet6', action: 'blackhole' } }])
  t.true((await plan(spec)).empty)
  await apply(spec)
  t.is(shown(), before)
})
