import test from 'ava'
import { failure, ok, openNetwork } from '../helpers/network.js'

test('nexthop objects are added, listed, replaced, got and deleted', async (t) => {
  const { network, sh } = openNetwork(t)
  const { nexthops, routes } = network
  const shown = (id: number): Record<string, unknown> => JSON.parse(sh(`ip -j -d nexthop show id ${id}`))[0]
  ok(await nexthops.add({ id: 1, via: '10.0.0.2', dev: 'v0' }))
  ok(await nexthops.create({ id: 2, via: 'fd00::2', dev: 'v0', protocol: 4 }))
  ok(await nexthops.create({ id: 10, group: [{ id: 1 }, { id: 2, weight: 3 }] }))
  t.like(shown(1), { gateway: '10.0.0.2', dev: 'v0', protocol: '108' })
  t.like(shown(10), { group: [{ id: 1 }, { id: 2, weight: 3 }] })
  t.is(failure(await nexthops.create({ id: 1, via: '10.0.0.3', dev: 'v0' })).code, 'EEXIST')
  ok(await nexthops.replace({ id: 1, via: '10.0.0.3', dev: 'v0' }))
  t.like(shown(1), { gateway: '10.0.0.3' })
  const refused = failure(await nexthops.replace({ id: 1, group: [{ id: 2 }] }))
  t.regex(refused.message, /^nexthop 1: replace: Can not replace a nexthop with a nexthop group/)
  ok(await routes.create({ to: '10.20.0.0/16', nexthopId: 10 }))
  t.is(ok(await routes.list({ table: 254 })).find(({ to }) => to === '10.20.0.0/16')?.nexthopId, 10)
  t.deepEqual(
    ok(await nexthops.list()).map(({ id }) => id),
    [1, 2, 10],
  )
  t.deepEqual(
    ok(await nexthops.list({ groups: true })).map(({ id }) => id),
    [10],
  )
  // NHA_OP_FLAGS among them, since Linux 6.12.
  t.true(ok(await nexthops.list()).every(({ unknown }) => unknown === undefined))
  t.deepEqual(
    ok(await nexthops.list({ dev: 'v0' })).map(({ id }) => id),
    [1, 2],
  )
  t.like(ok(await nexthops.get(2)), { id: 2, via: 'fd00::2', dev: 'v0', protocol: 4, scope: 'link' })
  t.is(failure(await nexthops.get(3)).code, 'ENOENT')
  t.is(failure(await nexthops.list({ group: true } as never)).code, 'INVALID_ARGUMENT')
  ok(await nexthops.delete({ id: 10 }))
  t.is(sh('ip route show 10.20.0.0/16'), '')
  t.is(failure(await nexthops.delete({ id: 10 })).code, 'ENOENT')
})

test('what nexthops.list returns can be given back', async (t) => {
  const { network, sh } = openNetwork(t)
  sh('ip nexthop add id 1 via 10.0.0.2 dev v0 && ip nexthop add id 2 via fd99::2 dev v0 onlink proto 77')
  sh('ip nexthop add id 3 blackhole && ip -6 nexthop add id 4 dev v0 && ip nexthop add id 5 via 10.0.0.9 fdb')
  sh('ip nexthop add id 6 group 1/2,5 && ip nexthop add id 7 group 2 type resilient buckets 4 idle_timer 3')
  sh('ip nexthop add id 8 group 5 fdb')
  const before = sh('ip -d nexthop')
  const listed = ok(await network.nexthops.list())
  t.is(listed.length, 8)
  for (const nexthop of listed) ok(await network.nexthops.replace(nexthop))
  t.is(sh('ip -d nexthop'), before)
  for (const nexthop of [...listed].reverse()) ok(await network.nexthops.delete(nexthop))
  for (const nexthop of listed) ok(await network.nexthops.create(nexthop))
  t.is(sh('ip -d nexthop'), before)
})
