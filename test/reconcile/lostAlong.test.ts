import { setTimeout as delay } from 'node:timers/promises'
import test from 'ava'
import { reconcileNamespace } from '../helpers/reconcile.js'

test('routes of IPv6 that lead nowhere come back where the loopback device goes down again', async (t) => {
  const here = reconcileNamespace(t)
  here.sh('ip link set lo down; ip -6 route add unreachable fd50::/32 metric 7; ip route add blackhole 10.50.0.0/16')
  const look = (): string => here.sh('ip -6 route show table all; ip route show table all; ip link show lo')
  const before = look()
  const error = await here.fails({ links: [{ name: 'lo', up: true }] }, { guards: [() => false] })
  t.true(error.rollback?.restored, error.rollback?.error)
  t.is(look(), before)
})

test('routes of IPv6 that lead nowhere stay where the loopback device is to be down', async (t) => {
  const here = reconcileNamespace(t)
  here.sh('ip link set lo up; ip -6 route add unreachable fd50::/32 metric 7')
  const look = (): string => here.sh('ip -6 route show type unreachable')
  const before = look()
  await here.converges({ links: [{ name: 'lo', up: false }] })
  t.is(look(), before)
})

test('a neighbor that is not permanent stays where its link is without a carrier', async (t) => {
  const here = reconcileNamespace(t)
  here.sh(
    [
      'ip link add v0 type veth peer name v1; ip link set v0 up; ip link set v1 up; ip addr add 10.0.0.1/24 dev v0',
      'ip neigh add 10.0.0.5 lladdr 02:00:00:00:00:05 dev v0 nud noarp',
      'ip neigh add 10.0.0.6 lladdr 02:00:00:00:00:06 dev v0 nud permanent',
    ].join('\n'),
  )
  const look = (): string => here.sh('ip neigh show nud all dev v0 | sort')
  const before = look()
  await here.converges({ links: [{ name: 'v1', up: false }] })
  // The kernel tells of carriers after up to a second: net/core/link_watch.c.
  await delay(1_200)
  t.is(look(), before)
  const error = await here.fails({ links: [{ name: 'v1', up: true }] }, { guards: [() => false] })
  t.true(error.rollback?.restored, error.rollback?.error)
  await delay(1_200)
  t.is(look(), before)
})
