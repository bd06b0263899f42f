import test from 'ava'
import { decodeRoute } from '../../src/rtnetlink/decodeRoute.js'
import type { ListedRoute, Route } from '../../src/rtnetlink/route.js'
import {
  appendRoute,
  deleteRoute,
  dumpRoutes,
  getRoute,
  newRoute,
  replaceRoute,
} from '../../src/rtnetlink/routeMessages.js'
import { checkOurs, checkTheirs, type ObjectKind, type TestNetwork, testNetwork } from '../helpers/objects.js'
import { skipped } from '../helpers/skipped.js'

const dev = 'v0'
const via = '10.0.0.2'

function routesOf(
  network: TestNetwork,
  filter: Parameters<typeof dumpRoutes>[0] = {},
): Promise<readonly ListedRoute[]> {
  return network.list(dumpRoutes(filter, network.context), decodeRoute)
}

const kind: ObjectKind<Route, ListedRoute> = {
  create: newRoute,
  remove: deleteRoute,
  list: (network) => routesOf(network),
  show: (network) =>
    ['-4', '-6'].flatMap((family) => network.ip(family, 'route', 'show', 'table', 'all')).map(withoutAge),
  lasting: ({ expires, ...route }) => ({ ...route, expires: expires !== undefined }),
}

function withoutAge({ expires: _expires, ...shown }: Record<string, unknown>): Record<string, unknown> {
  return shown
}

const ours: [Route, Record<string, unknown>][] = [
  [
    { to: '10.1.0.0/16', via },
    { dst: '10.1.0.0/16', gateway: via, dev, protocol: '108', scope: 'global' },
  ],
  [
    { to: '10.1.2.3/32', dev },
    { dst: '10.1.2.3', dev, scope: 'link' },
  ],
  [
    { to: 'default', via },
    { dst: 'default', gateway: via },
  ],
  [
    { to: 'default', via: 'fd00::2' },
    { dst: 'default', gateway: 'fd00::2', metric: 1024 },
  ],
  [
    { to: 'default', family: 'inet6', dev },
    { dst: 'default', dev },
  ],
  [
    { to: 'fd01::/64', via: 'fd00::2', dev, metric: 7 },
    { dst: 'fd01::/64', gateway: 'fd00::2', metric: 7 },
  ],
  [
    { to: '10.2.0.0/16', via: 'fd00::2', dev },
    { dst: '10.2.0.0/16', via: { family: 'inet6', host: 'fd00::2' } },
  ],
  [
    {
      to: '10.3.0.0/16',
      nexthops: [
        { via, dev, weight: 3 },
        { via: 'fd00::2', dev, weight: 256 },
        { via: '10.99.0.1', dev, weight: 1, onlink: true },
        { dev: 'v1', weight: 1 },
      ],
    },
    { dst: '10.3.0.0/16' },
  ],
  [
    {
      to: 'fd03::/64',
      nexthops: [
        { via: 'fd00::2', dev, weight: 1 },
        { via: 'fd00::3', dev, weight: 2 },
      ],
    },
    { dst: 'fd03::/64' },
  ],
  [
    { to: '10.4.0.0/16', type: 'blackhole' },
    { type: 'blackhole', dst: '10.4.0.0/16' },
  ],
  [
    { to: '10.4.0.0/16', type: 'unreachable', metric: 9 },
    { type: 'unreachable', metric: 9 },
  ],
  [{ to: '10.4.0.0/16', type: 'prohibit' }, { type: 'prohibit' }],
  [
    { to: '10.4.0.0/16', type: 'throw', table: 77 },
    { type: 'throw', table: '77' },
  ],
  [
    { to: '10.4.0.1/32', type: 'local', dev: 'lo', table: 100000 },
    { type: 'local', table: '100000', scope: 'host' },
  ],
  [
    { to: '10.4.0.255/32', type: 'broadcast', dev },
    { type: 'broadcast', scope: 'link' },
  ],
  [{ to: '225.0.0.0/8', type: 'multicast', dev }, { type: 'multicast' }],
  [
    { to: 'fd04::/64', type: 'blackhole' },
    { type: 'blackhole', dst: 'fd04::/64' },
  ],
  [{ to: 'fd04::/64', type: 'unreachable' }, { type: 'unreachable' }],
  [{ to: 'fd04::/64', type: 'prohibit' }, { type: 'prohibit' }],
  [
    { to: 'fd04::1/128', type: 'local', dev: 'lo' },
    { type: 'local', dst: 'fd04::1' },
  ],
  [
    { to: '10.5.0.0/16', dev, table: 255, scope: 'host', protocol: 200 },
    { table: 'local', scope: 'host', protocol: '200' },
  ],
  [
    { to: '10.5.0.0/16', via, tos: 0x10, src: '10.0.0.1', metric: 5 },
    { tos: '0x10', prefsrc: '10.0.0.1', metric: 5 },
  ],
  [
    { to: '10.5.0.0/16', via: '10.98.0.1', dev, onlink: true },
    { gateway: '10.98.0.1', flags: ['onlink'] },
  ],
  [
    { to: 'fd05::/64', via: 'fd98::1', dev, onlink: true },
    { gateway: 'fd98::1', flags: ['onlink'] },
  ],
  [{ to: '10.5.0.0/16', via, realms: '3/7' }, { dst: '10.5.0.0/16' }],
  [{ to: '10.5.0.0/16', via, realms: '7' }, { dst: '10.5.0.0/16' }],
  [
    { to: 'fd05::/64', via: 'fd00::2', preference: 'high', src: 'fd00::1' },
    { pref: 'high', prefsrc: 'fd00::1' },
  ],
  [{ to: 'fd05::/64', via: 'fd00::2', preference: 'low' }, { pref: 'low' }],
  [
    {
      to: '10.6.0.0/16',
      via,
      mtu: 1400,
      lockMtu: true,
      advmss: 1300,
      window: 10000,
      rtt: 0.1,
      rttvar: 0.05,
      rtoMin: 0.04,
      ssthresh: 10,
      cwnd: 20,
      initcwnd: 30,
      initrwnd: 40,
      hoplimit: 50,
      reordering: 6,
      ecn: true,
      quickack: true,
      congestion: 'cubic',
      fastOpenNoCookie: true,
    },
    { dst: '10.6.0.0/16' },
  ],
  [{ to: 'fd06::/64', via: 'fd00::2', mtu: 1400, hoplimit: 50, ecn: true }, { dst: 'fd06::/64' }],
]

for (const [given, expected] of ours) {
  test(`created, shown by ip, listed, removed, made anew: ${JSON.stringify(given)}`, async (t) => {
    await checkOurs(t, await testNetwork(t), kind, given, expected)
  })
}

test('every metric is what ip shows', async (t) => {
  const network = await testNetwork(t)
  const metrics = ours.find(([route]) => route.congestion !== undefined)?.[0]
  if (metrics) await network.send(newRoute(metrics, network.context))
  const shown = network.sh('ip -d route show 10.6.0.0/16')
  for (const word of [
    'mtu lock 1400',
    'advmss 1300',
    'window 10000',
    'rtt 100ms',
    'rttvar 50ms',
    'rto_min lock 40ms',
    'ssthresh 10',
    'cwnd 20',
    'initcwnd 30',
    'initrwnd 40',
    'hoplimit 50',
    'reordering 6',
    'features ecn',
    'quickack 1',
    'congctl cubic',
    'fastopen_no_cookie 1',
  ]) {
    t.true(shown.includes(word), `${word} is not in ${shown}`)
  }
})

test('several next hops and realms are what ip shows', async (t) => {
  const network = await testNetwork(t)
  const nexthops = ours.find(([route]) => route.nexthops?.length === 4)?.[0]
  if (nexthops) await network.send(newRoute(nexthops, network.context))
  await network.send(newRoute({ to: '10.5.0.0/16', via, realms: '3/7' }, network.context))
  const shown = network.sh('ip -N route')
  t.regex(shown, /via 10\.0\.0\.2 dev v0 weight 3/)
  t.regex(shown, /via inet6 fd00::2 dev v0 weight 256/)
  t.regex(shown, /via 10\.99\.0\.1 dev v0 weight 1 onlink/)
  t.regex(shown, /dev v1 weight 1/)
  t.regex(shown, /realms 3\/7/)
})

const theirs: [string, Partial<ListedRoute>][] = [
  ['route add 10.1.0.0/16 via 10.0.0.2', { to: '10.1.0.0/16', family: 'inet', via, dev, protocol: 3, table: 254 }],
  ['route add default via 10.0.0.2', { to: 'default', family: 'inet' }],
  ['-6 route add default via fd00::2', { to: 'default', family: 'inet6', metric: 1024, preference: 'medium' }],
  ['-6 route add default dev v0 table 12345', { to: 'default', family: 'inet6', table: 12345 }],
  ['route add 10.2.0.0/16 nexthop via 10.0.0.2 weight 2 nexthop via 10.0.0.3', { type: 'unicast' }],
  ['-6 route add fd02::/64 nexthop via fd00::2 weight 2 nexthop via fd00::3', { type: 'unicast' }],
  ['route add 10.3.0.0/16 via inet6 fd00::2 dev v0 metric 3', { via: 'fd00::2', metric: 3 }],
  ['route add blackhole 10.4.0.0/16', { type: 'blackhole', scope: 'global' }],
  ['-6 route add blackhole fd04::/64', { type: 'blackhole', dev: 'lo' }],
  ['route add local 10.5.0.1 dev lo', { type: 'local', table: 255, scope: 'host' }],
  ['route add 10.6.0.0/16 via 10.0.0.2 rto_min 40ms', { rtoMin: 0.04 }],
  ['route add 10.6.0.0/16 via 10.0.0.2 window lock 900 mtu lock 1300', { lockMtu: true, lockedMetrics: 8 }],
  ['route add 10.7.0.0/16 dev v0 scope 77', { to: '10.7.0.0/16' }],
  ['-6 route add fd07::/64 dev v0 expires 600', { to: 'fd07::/64' }],
  ['-6 route add fd08::/64 dev v0 metric 0', { metric: 1024 }],
]

for (const [command, expected] of theirs) {
  test(`made by ip ${command}, listed, removed, made anew`, async (t) => {
    const listed = await checkTheirs(t, await testNetwork(t), kind, command)
    t.like(listed, expected)
  })
}

test('a source prefix selects, where the kernel has subtrees', async (t) => {
  const network = await testNetwork(t)
  const given: Route = { to: 'fd03::/64', from: 'fd09::/64', via: 'fd00::2' }
  const failure = await network.send(newRoute(given, network.context)).then(
    () => undefined,
    (error: Error) => error.message,
  )
  if (failure !== undefined) {
    skipped(t, `this kernel lacks CONFIG_IPV6_SUBTREES: ${failure}`)
    return
  }
  await network.send(deleteRoute(given, network.context))
  await checkOurs(t, network, kind, given, { dst: 'fd03::/64', from: 'fd09::/64' })
})

for (const nexthop of ['id 5 via 10.0.0.2 dev v0', 'id 5 dev v0', 'id 5 blackhole']) {
  test(`a nexthop object ${nexthop} is not mixed with what it holds`, async (t) => {
    const network = await testNetwork(t)
    network.sh(`ip nexthop add ${nexthop}`)
    const expected = nexthop.includes('via') ? { nhid: 5, gateway: via } : { nhid: 5 }
    const listed = await checkOurs(t, network, kind, { to: '10.1.0.0/16', nexthopId: 5 }, expected)
    t.is(listed.dev, nexthop.includes('dev') ? 'v0' : 'lo')
    await checkTheirs(t, network, kind, 'route add 10.2.0.0/16 nhid 5')
  })
}

test('the seconds until a route goes', async (t) => {
  const network = await testNetwork(t)
  await network.send(newRoute({ to: 'fd07::/64', dev, expires: 600 }, network.context))
  const listed = (await routesOf(network)).find(({ to }) => to === 'fd07::/64')
  t.true(listed?.expires !== undefined && listed.expires > 500 && listed.expires <= 600, String(listed?.expires))
  await network.send(replaceRoute({ to: 'fd07::/64', dev, expires: 99.5 }, network.context))
  const [shown] = network.ip('-6', 'route', 'show', 'fd07::/64')
  t.true(Number(shown?.['expires']) >= 50 && Number(shown?.['expires']) <= 100, JSON.stringify(shown))
})

test('replace and append do what their flags say', async (t) => {
  const network = await testNetwork(t)
  const to = '10.1.0.0/16'
  await network.send(newRoute({ to, via }, network.context))
  await t.throwsAsync(network.send(newRoute({ to, via: '10.0.0.3' }, network.context)), { message: /EEXIST/ })
  await network.send(replaceRoute({ to, via: '10.0.0.3' }, network.context))
  await network.send(appendRoute({ to, via: '10.0.0.4' }, network.context))
  const gateways = async () => (await routesOf(network)).filter((route) => route.to === to).map((route) => route.via)
  t.deepEqual(await gateways(), ['10.0.0.3', '10.0.0.4'])
  await network.send(deleteRoute({ to, via: '10.0.0.4' }, network.context))
  t.deepEqual(await gateways(), ['10.0.0.3'])
  await t.throwsAsync(network.send(deleteRoute({ to, protocol: 9 }, network.context)), { message: /ESRCH/ })
  await network.send(deleteRoute({ to }, network.context))
  t.deepEqual(await gateways(), [])
})

for (const [first, second] of [
  [
    { via, mtu: 1400 },
    { via, mtu: 1300 },
  ],
  [
    { via, protocol: 4 },
    { via, protocol: 108 },
  ],
  [
    { via, rtoMin: 0.04 },
    { via, rtoMin: 0.05 },
  ],
  [{ dev }, { dev, src: '10.0.0.1' }],
] as const) {
  test(`of routes of one key the listed one goes: ${JSON.stringify(second)}`, async (t) => {
    const network = await testNetwork(t)
    const to = '10.1.0.0/16'
    await network.send(newRoute({ to, ...first }, network.context))
    await network.send(appendRoute({ to, ...second }, network.context))
    const [one, other] = (await routesOf(network)).filter((route) => route.to === to)
    t.like(other, second)
    if (other) await network.send(deleteRoute(other, network.context))
    t.deepEqual(
      (await routesOf(network)).filter((route) => route.to === to),
      one ? [one] : [],
    )
  })
}

test('what is left out matches anything, what is false or 0 does not', async (t) => {
  const network = await testNetwork(t)
  const to = '10.1.0.0/16'
  const mtus = async () => (await routesOf(network)).filter((route) => route.to === to).map(({ mtu }) => mtu)
  await network.send(newRoute({ to, via, mtu: 1400, lockMtu: true, ecn: true }, network.context))
  await network.send(appendRoute({ to, via, mtu: 1400, lockMtu: true }, network.context))
  await network.send(appendRoute({ to, via, mtu: 1400 }, network.context))
  await network.send(appendRoute({ to, via }, network.context))
  t.deepEqual(await mtus(), [1400, 1400, 1400, undefined])
  await network.send(deleteRoute({ to, via, mtu: 1400, lockMtu: false }, network.context))
  await network.send(deleteRoute({ to, via, mtu: 0 }, network.context))
  await network.send(deleteRoute({ to, via, ecn: false }, network.context))
  t.like(
    (await routesOf(network)).find((route) => route.to === to),
    { lockMtu: true, ecn: true },
  )
  await network.send(deleteRoute({ to, via }, network.context))
  t.deepEqual(await mtus(), [])
})

test('a dump is filtered by the kernel', async (t) => {
  const network = await testNetwork(t)
  network.sh('ip route add 10.1.0.0/16 dev v1 table 300 proto 77; ip route add blackhole 10.2.0.0/16 table 300')
  const destinations = async (filter: Parameters<typeof dumpRoutes>[0]) =>
    (await routesOf(network, { family: 'inet', ...filter })).map(({ to }) => to)
  t.deepEqual(await destinations({ table: 300 }), ['10.1.0.0/16', '10.2.0.0/16'])
  t.deepEqual(await destinations({ table: 300, dev: 'v1' }), ['10.1.0.0/16'])
  t.deepEqual(await destinations({ protocol: 77 }), ['10.1.0.0/16'])
  t.deepEqual(await destinations({ type: 'blackhole' }), ['10.2.0.0/16'])
  const families = new Set((await routesOf(network)).map(({ family }) => family))
  t.deepEqual([...families].sort(), ['inet', 'inet6'])
})

test('the route that packets take', async (t) => {
  const network = await testNetwork(t)
  network.sh('ip route add 10.1.0.0/16 via 10.0.0.2 table 300; ip rule add to 10.1.0.0/16 table 300')
  network.sh('ip -6 route add fd01::/64 via fd00::2')
  const get = async (query: Parameters<typeof getRoute>[0]) =>
    (
      await network.connection.ask(getRoute(query, network.context), ({ body }) => decodeRoute(body, network.context))
    )[0]
  t.like(await get({ to: '10.1.2.3' }), { to: '10.1.2.3/32', via, dev, table: 300, src: '10.0.0.1', cloned: true })
  t.like(await get({ to: '10.0.0.9', from: '10.0.0.1', dev: 'v0' }), { to: '10.0.0.9/32', dev })
  t.like(await get({ to: 'fd01::9' }), { to: 'fd01::9/128', via: 'fd00::2', dev, src: 'fd00::1' })
  t.like(await get({ to: 'fd01::9', from: 'fd00::1', mark: 1, uid: 7 }), { via: 'fd00::2' })
})

test('what the kernel tells of a route', async (t) => {
  const network = await testNetwork(t)
  await network.send(newRoute({ to: '10.1.0.0/16', via }, network.context))
  network.sh('ip link set v1 down')
  const listed = (await routesOf(network)).find(({ to }) => to === '10.1.0.0/16')
  t.like(listed, { linkdown: true, dead: false, offload: false, cloned: false })
})

test('what is no route is an error of the caller', (t) => {
  t.throws(() => newRoute({ to: 'nowhere' }), { instanceOf: RangeError, message: /"nowhere"/ })
  t.throws(() => newRoute({ to: '10.0.0.0/8', realms: 'x' }), { instanceOf: RangeError })
  t.throws(() => newRoute({ to: '10.0.0.0/8', realms: '1/2/3' }), { instanceOf: RangeError })
  t.throws(() => newRoute({ to: '10.0.0.0/8', dev: 'v0' }), { instanceOf: TypeError, message: /v0/ })
})
