import { setTimeout as delay } from 'node:timers/promises'
import test from 'ava'
import { apply, plan } from '../../src/reconcile/apply.js'
import type { Spec } from '../../src/spec/types.js'
import { reconcileNamespace } from '../helpers/reconcile.js'

const onLink = [
  'ip tuntap add t0 mode tap; ip link set t0 up; ip link add br0 type bridge mcast_snooping 1; ip link set br0 up',
  'ip link set t0 master br0; bridge fdb add 02:00:00:00:00:01 dev t0 master static',
  'bridge mdb add dev br0 port t0 grp 239.1.1.1 permanent; tc qdisc add dev t0 root pfifo limit 50',
  'ip tuntap add t1 mode tap; ip link set t1 up; ip addr add 10.0.0.1/24 dev t1; ip addr add fd00::1/64 dev t1',
  'ip neigh add 10.0.0.9 dev t1 lladdr 02:00:00:00:00:09; ip -6 neigh add fd00::9 dev t1 lladdr 02:00:00:00:00:09',
  'ip neigh add proxy 10.0.0.10 dev t1; ip route add 10.9.0.0/16 via 10.0.0.9; ip -6 route add fd09::/32 via fd00::9',
]

test('a plan that makes links anew is the same a moment later, and can be carried out', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh(onLink.join('; '))
  const spec: Spec = { links: ['t0', 't1'].map((name) => ({ name, kind: 'tap', tap: { multiQueue: true } })) }
  const place = { namespace: { fd: namespace.fd } }
  const first = (await plan(spec, place)).unwrap()
  t.is(first.steps.filter(({ disruption }) => disruption === 'recreate').length, 2)
  // The kernel tells the ages of entries in hundredths of a second, and finds addresses unique meanwhile.
  await delay(1500)
  t.deepEqual((await namespace.plan(spec)).steps, first.steps)
  const told = first.steps.flatMap(({ changes }) => changes.map(({ property }) => property))
  for (const passing of ['updated', 'used', 'confirmed', 'flags', 'index', 'tentative']) t.false(told.includes(passing))
  t.true((await apply(first, place)).unwrap().changed)
  t.regex(namespace.sh('ip neigh'), /10\.0\.0\.9 .*PERMANENT/)
  t.regex(namespace.sh('bridge fdb show dev t0'), /02:00:00:00:00:01/)
})
