import test, { type ExecutionContext } from 'ava'
import type { Spec } from '../../src/spec/types.js'
import { reconcileNamespace } from '../helpers/reconcile.js'

/** NetworkManager gives addresses no prefix route, and makes it itself, under the kernel's protocol. */
function stage(t: ExecutionContext, lifetime = '') {
  const here = reconcileNamespace(t)
  here.sh(`set -e
    ip link add v0 type veth peer name v1; ip link set v0 up; ip link set v1 up
    ip address add 10.0.0.1/24 dev v0 noprefixroute ${lifetime}; ip address add fd00::1/64 dev v0 noprefixroute ${lifetime}
    ip route add 10.0.0.0/24 dev v0 proto kernel scope link src 10.0.0.1 metric 100
    ip -6 route add fd00::/64 dev v0 proto kernel metric 100
    ip route add default via 10.0.0.254 proto static metric 100
    ip -6 route add default via fd00::fe proto static metric 100`)
  return here
}

const routes = ({ sh }: ReturnType<typeof stage>): string =>
  sh('ip -4 route; ip -6 route').replaceAll(' pref medium', '')

test('prefix routes that somebody else made come back with the link, and with them what they lead to', async (t) => {
  const here = stage(t)
  const before = routes(here)
  t.is(before.trim().split('\n').length, 4, before)
  for (const links of [[{ name: 'v0', up: false }], [{ name: 'v0', absent: true }], [{ name: 'v0', txQueues: 3 }]]) {
    const error = await here.fails({ links }, { guards: [() => false] })
    t.true(error.rollback?.restored, error.rollback?.error)
    t.is(routes(here), before)
  }
  await here.converges({ links: [{ name: 'v0', txQueues: 3 }] })
  t.is(routes(here), before)
})

test('a snapshot tells of prefix routes that somebody else made', async (t) => {
  const [here, other] = [stage(t), reconcileNamespace(t)]
  const snapshot = await here.snapshot()
  t.true((await here.plan(snapshot)).empty)
  await other.converges(snapshot)
  t.is(routes(other), routes(here))
})

test('a route without dev stays at the link whose prefix route somebody else made', async (t) => {
  const here = stage(t)
  const before = routes(here)
  const spec: Spec = {
    links: [{ name: 'v1', addresses: ['10.0.0.77/32'], mtu: 1400 }],
    routes: [
      { to: 'default', via: '10.0.0.254', metric: 100 },
      { to: '::/0', via: 'fd00::fe', metric: 100 },
    ],
  }
  here.sh('ip address add 10.0.0.78/16 dev v1')
  await here.converges(spec)
  t.deepEqual(routes(here), before)
})

test('routes over addresses that a program lends to a link stay away where the link is made anew', async (t) => {
  const here = stage(t, 'valid_lft 5000 preferred_lft 4000')
  await here.converges({ links: [{ name: 'v0', txQueues: 3 }] })
  t.is(routes(here), '')
})
