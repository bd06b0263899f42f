import test from 'ava'
import type { RouteSpec } from '../../src/spec/types.js'
import { type ReconcileNamespace, reconcileNamespace } from '../helpers/reconcile.js'

const stage = [
  'ip link add v0 type veth peer name v1 && ip link set v0 up && ip link set v1 up',
  'ip address add 10.0.0.1/24 dev v0',
  'ip nexthop add id 1 via 10.0.0.2 dev v0 && ip nexthop add id 2 via 10.0.0.3 dev v0',
].join(' && ')

interface Shown {
  readonly dst: string
  readonly metrics?: readonly { readonly mtu?: number }[]
}

/** The MTUs that `ip` shows of the routes on nexthop objects, by destination. */
function mtus({ sh }: ReconcileNamespace): Record<string, number | undefined> {
  const routes: (Shown & { readonly nhid?: number })[] = JSON.parse(sh('ip -j route show table all'))
  const own = routes.filter(({ nhid }) => nhid !== undefined)
  return Object.fromEntries(own.map(({ dst, metrics }) => [dst, metrics?.[0]?.mtu]))
}

// net/ipv4/fib_semantics.c, fib_find_info_nh: the kernel compares no metrics there.
test('routes on one nexthop object have metrics of their own', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh(stage)
  namespace.sh('ip route add 10.1.0.0/16 nhid 1 proto 108 mtu 1400')
  await namespace.converges({ routes: [{ to: '10.2.0.0/16', nexthopId: 1 }] })
  t.deepEqual(mtus(namespace), { '10.1.0.0/16': 1400, '10.2.0.0/16': undefined })
  await namespace.converges({
    routes: [
      { to: '10.3.0.0/16', nexthopId: 2, mtu: 1300 },
      { to: '10.4.0.0/16', nexthopId: 2 },
    ],
  })
  t.deepEqual(mtus(namespace), {
    '10.1.0.0/16': 1400,
    '10.2.0.0/16': undefined,
    '10.3.0.0/16': 1300,
    '10.4.0.0/16': undefined,
  })
})

const many = (mtuOf: (index: number) => number | undefined, nexthopId: number): RouteSpec[] =>
  Array.from({ length: 6000 }, (_, index) => {
    const mtu = mtuOf(index)
    return { to: `20.${index >> 8}.${index & 255}.0/24`, nexthopId, ...(mtu === undefined ? {} : { mtu }) }
  })

test('many routes on one nexthop object have metrics of their own, also after an apply that is undone', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh(stage)
  const some = (index: number) => (index % 3 === 0 ? 1400 : undefined)
  await namespace.converges({ routes: many(some, 1) })
  const before = mtus(namespace)
  t.is(Object.values(before).filter((mtu) => mtu === 1400).length, 2000)
  t.is(Object.values(before).filter((mtu) => mtu === undefined).length, 4000)
  const refused = { to: '10.9.0.0/16', via: '10.0.0.4', congestion: 'none-such' }
  await namespace.refuses({ routes: [...many(() => 1200, 1), refused] }, /congestion/)
  t.deepEqual(mtus(namespace), before)
})
