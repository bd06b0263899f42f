import test from 'ava'
import { failure, ok, openNetwork } from '../helpers/network.js'

test('addresses are added, listed, changed and deleted', async (t) => {
  const { network, ip } = openNetwork(t)
  const { addresses } = network
  ok(await addresses.create({ address: '10.1.0.1/24', dev: 'v1', broadcast: '10.1.0.255', label: 'v1:a' }))
  ok(await addresses.add({ address: '10.2.0.1/32', dev: 'v1', peer: '10.2.0.2/32' }))
  ok(
    await addresses.add({ address: 'fd01::1/64', dev: 'v1', noDad: true, validLifetime: 1000, preferredLifetime: 500 }),
  )
  t.is(failure(await addresses.add({ address: '10.1.0.1/24', dev: 'v1' })).code, 'EEXIST')
  const listed = ok(await addresses.list({ dev: 'v1' }))
  t.deepEqual(
    listed.map(({ address, dev, peer }) => [address, dev, peer]),
    [
      ['10.1.0.1/24', 'v1', undefined],
      ['10.2.0.1/32', 'v1', '10.2.0.2/32'],
      ['fd01::1/64', 'v1', undefined],
    ],
  )
  t.deepEqual(
    ok(await addresses.list({ dev: 'v1', family: 'inet6' })).map(({ address }) => address),
    ['fd01::1/64'],
  )
  ok(await addresses.update({ address: '10.1.0.1', dev: 'v1' }, { validLifetime: 900, preferredLifetime: 800 }))
  const [info] = Object.values(ip('address', 'show', 'dev', 'v1')[0]?.['addr_info'] ?? [])
  t.like(info, { local: '10.1.0.1', label: 'v1:a', broadcast: '10.1.0.255', dynamic: true })
  t.is(failure(await addresses.update({ address: '10.1.0.2/24', dev: 'v1' }, { metric: 1 })).code, 'EADDRNOTAVAIL')
  t.is(failure(await addresses.delete({ address: '10.1.0.2/24', dev: 'v1' })).code, 'EADDRNOTAVAIL')
  for (const address of listed) ok(await addresses.delete(address))
  t.deepEqual(ok(await addresses.list({ dev: 'v1' })), [])
})

test('a valid lifetime takes along the preferred one that would be longer', async (t) => {
  const { network, ip } = openNetwork(t)
  const address = { address: '10.1.0.1/24', dev: 'v1' }
  ok(await network.addresses.add(address))
  ok(await network.addresses.update(address, { validLifetime: 900 }))
  const [info] = Object.values(ip('address', 'show', 'dev', 'v1')[0]?.['addr_info'] ?? [])
  t.like(info, { dynamic: true, valid_life_time: 900, preferred_life_time: 900 })
})

test('what addresses.list returns can be given back', async (t) => {
  const { network, sh, picture } = openNetwork(t)
  sh('ip address add 10.1.0.1/24 brd + dev v1 label v1:a metric 7 && ip address add 10.2.0.1 peer 10.2.0.2/30 dev v1')
  sh('ip address add 10.1.0.2/24 dev v1 && ip address add fd01::1/64 dev v1 nodad preferred_lft 0')
  const before = picture()
  // To ::1 of the loopback the kernel adds a prefix route when it is changed, which it did not when it made it.
  const list = async () => ok(await network.addresses.list()).filter(({ dev }) => dev !== 'lo')
  for (const address of await list()) ok(await network.addresses.replace(address))
  t.deepEqual(picture(), before)
  for (const address of await list()) {
    ok(await network.addresses.update(address, {}))
    t.is(failure(await network.addresses.create(address)).code, 'EEXIST')
  }
  t.deepEqual(picture(), before)
  const listed = await list()
  t.is(listed.length, 6)
  // The first of a subnet takes the others with it.
  for (const address of [...listed].reverse()) ok(await network.addresses.delete(address))
  t.deepEqual(await list(), [])
  for (const address of listed) ok(await network.addresses.create(address))
  t.deepEqual(picture(), before)
})

test('routes are added, listed, changed, got and deleted', async (t) => {
  const { network, sh } = openNetwork(t)
  const { routes } = network
  const show = (arguments_: string) => sh(`ip route show ${arguments_}`).trim().replace(`${arguments_} `, '')
  ok(await routes.add({ to: '10.20.0.0/16', via: '10.0.0.2', mtu: 1400, metric: 5 }))
  t.is(show('10.20.0.0/16'), 'via 10.0.0.2 dev v0 proto 108 metric 5 mtu 1400')
  ok(await routes.update({ to: '10.20.0.0/16' }, { via: '10.0.0.3' }))
  t.is(show('10.20.0.0/16'), 'via 10.0.0.3 dev v0 proto 108 metric 5 mtu 1400')
  ok(await routes.update({ to: '10.20.0.0/16' }, { mtu: 1300 }))
  t.is(show('10.20.0.0/16'), 'via 10.0.0.3 dev v0 proto 108 metric 5 mtu 1300')
  ok(
    await routes.update(
      { to: '10.20.0.0/16' },
      {
        nexthops: [
          { via: '10.0.0.4', dev: 'v0' },
          { via: '10.0.0.5', dev: 'v0', weight: 2 },
        ],
      },
    ),
  )
  t.regex(show('10.20.0.0/16'), /10\.0\.0\.4 dev v0 weight 1.*10\.0\.0\.5 dev v0 weight 2/s)
  ok(await routes.update({ to: '10.20.0.0/16', metric: 5 }, { dev: 'v0' }))
  t.is(show('10.20.0.0/16'), 'dev v0 proto 108 scope link metric 5 mtu 1300')
  t.is(failure(await routes.update({ to: '10.21.0.0/16' }, { mtu: 1300 })).code, 'ESRCH')
  t.is(failure(await routes.update({ to: '10.20.0.0/16', metric: 6 }, { mtu: 1300 })).code, 'ESRCH')
  ok(await routes.add({ to: '192.0.2.0/24', type: 'blackhole', table: 1000 }))
  t.deepEqual(
    ok(await routes.list({ table: 1000 })).map(({ to, type }) => [to, type]),
    [['192.0.2.0/24', 'blackhole']],
  )
  t.deepEqual(ok(await routes.list({ table: 1001 })), [])
  t.deepEqual(
    ok(await routes.list({ family: 'inet', protocol: 108, table: 254 })).map(({ to }) => to),
    ['10.20.0.0/16'],
  )
  t.deepEqual(new Set(ok(await routes.list({ dev: 'v0', table: 254 })).map(({ dev }) => dev)), new Set(['v0']))
  t.like(ok(await routes.get('10.20.1.1')), { to: '10.20.1.1/32', dev: 'v0', src: '10.0.0.1' })
  t.like(ok(await routes.get({ to: 'fd00::2', dev: 'v0' })), { dev: 'v0', family: 'inet6' })
  t.is(failure(await routes.get('198.51.100.1')).code, 'ENETUNREACH')
  ok(await routes.delete({ to: '10.20.0.0/16' }))
  t.is(failure(await routes.delete({ to: '10.20.0.0/16' })).code, 'ESRCH')
})

test('what routes.list returns can be given back, default routes too', async (t) => {
  const { network, sh, picture } = openNetwork(t)
  sh('ip route add default via 10.0.0.2 && ip route add default via 10.0.0.3 metric 7 table 100')
  sh(
    'ip -6 route add default via fd00::2 && ip -6 route add default dev v1 metric 9 && ip route add default dev v1 metric 8',
  )
  sh(
    'ip route add 10.30.0.0/16 nexthop via 10.0.0.2 nexthop via 10.0.0.3 weight 3 && ip route add unreachable 10.40.0.0/16',
  )
  sh('ip -6 route add fd30::/64 nexthop via fd00::2 nexthop via fd00::3 && ip -6 route add blackhole fd40::/64')
  sh('ip route add 10.50.0.0/16 via inet6 fd00::2 dev v0 mtu lock 1400 initcwnd 9 src 10.0.0.1 proto static tos 0x10')
  sh('ip route add 10.60.0.0/16 via 10.99.0.1 dev v0 onlink && ip -6 route add fd60::/64 via fd00::2 expires 1000')
  const lasting = () => picture().map((line) => line.replace(/expires \S+/, ''))
  const before = lasting()
  const mine = ok(await network.routes.list()).filter(({ protocol }) => protocol !== 2)
  t.is(mine.length, 12)
  for (const route of mine) ok(await network.routes.replace(route))
  for (const route of mine) t.is(failure(await network.routes.create(route)).code, 'EEXIST', JSON.stringify(route))
  for (const route of mine) ok(await network.routes.update(route, {}))
  t.deepEqual(lasting(), before)
  for (const route of mine) ok(await network.routes.delete(route))
  t.deepEqual(
    ok(await network.routes.list()).filter(({ protocol }) => protocol !== 2),
    [],
  )
  for (const route of mine) ok(await network.routes.create(route))
  t.deepEqual(lasting(), before)
})

test('the routes that the kernel made can be given back', async (t) => {
  const { network, picture } = openNetwork(t)
  const before = picture()
  // Of IPv6 the kernel takes a metric of 0, which its own local routes have, for 1024.
  const listed = ok(await network.routes.list({ family: 'inet' }))
  t.true(listed.length >= 6)
  for (const route of listed) ok(await network.routes.delete(route))
  t.deepEqual(ok(await network.routes.list({ family: 'inet' })), [])
  // A source address must be there before the routes that prefer it.
  const isHost = ({ to }: { to: string }) => to.endsWith('/32')
  const byScope = [...listed.filter(isHost), ...listed.filter((route) => !isHost(route) && route.type === 'local')]
  byScope.push(...listed.filter((route) => !byScope.includes(route)))
  for (const route of byScope) ok(await network.routes.create(route))
  t.deepEqual(picture(), before)
  for (const route of ok(await network.routes.list({ family: 'inet6' }))) ok(await network.routes.delete(route))
  t.deepEqual(ok(await network.routes.list({ family: 'inet6' })), [])
})

test('rules are added, listed, replaced and deleted, and can be given back', async (t) => {
  const { network, picture, sh } = openNetwork(t)
  const { rules } = network
  ok(await rules.add({ priority: 1000, from: '10.9.0.0/30', table: 1000 }))
  ok(await rules.add({ priority: 1001, fwmark: '0x1/0xff', iif: 'v0', action: 'prohibit', family: 'inet6' }))
  sh('ip rule add priority 1002 not from 10.8.0.0/16 ipproto tcp dport 80-90 goto 32766')
  t.is(failure(await rules.add({ priority: 1000, from: '10.9.0.0/30', table: 1000 })).code, 'EEXIST')
  const before = picture()
  const listed = ok(await rules.list())
  t.is(listed.length, 8)
  t.deepEqual(
    ok(await rules.list({ family: 'inet6' })).map(({ priority }) => priority),
    [0, 1001, 32766],
  )
  for (const rule of listed) ok(await rules.replace(rule))
  t.deepEqual(picture(), before)
  for (const rule of listed) ok(await rules.delete(rule))
  t.deepEqual(ok(await rules.list()), [])
  for (const rule of listed) ok(await rules.create(rule))
  t.deepEqual(picture(), before)
  ok(
    await rules.replace(
      { priority: 1000, from: '10.9.0.0/30', table: 1000 },
      { priority: 1000, to: '10.9.0.0/30', table: 7 },
    ),
  )
  t.regex(sh('ip rule'), /1000:\tfrom all to 10\.9\.0\.0\/30 lookup 7 /)
  // The kernel takes a rule of fewer selectors for the one it has.
  ok(await rules.replace({ priority: 1000, to: '10.9.0.0/30', table: 7 }, { priority: 1000, table: 7 }))
  t.is(sh('ip rule show priority 1000').trim(), '1000:\tfrom all lookup 7 proto 108')
  t.is(failure(await rules.replace({ table: 7 })).code, 'INVALID_ARGUMENT')
  t.is(failure(await rules.delete({ priority: 4 })).code, 'ENOENT')
})

test('a rule that cannot be replaced is still there', async (t) => {
  const { network, picture } = openNetwork(t)
  const { rules } = network
  ok(await rules.add({ priority: 1000, table: 7 }))
  ok(await rules.add({ priority: 1001, table: 7 }))
  const before = picture()
  t.is(failure(await rules.replace({ priority: 1000, table: 7 }, { priority: 1001, table: 7 })).code, 'EEXIST')
  t.deepEqual(picture(), before)
})

test('neighbors are added, listed, changed and deleted, and can be given back', async (t) => {
  const { network, ip, picture } = openNetwork(t)
  const { neighbors } = network
  ok(await neighbors.add({ dev: 'v0', address: '10.0.0.7', mac: '02:00:00:00:00:07' }))
  ok(await neighbors.add({ dev: 'v0', address: 'fd00::7', mac: '02:00:00:00:00:08', router: true, state: 'noarp' }))
  ok(await neighbors.add({ dev: 'v0', address: '10.0.0.8', proxy: true }))
  const entries = async () => [...ok(await neighbors.list({ dev: 'v0' })), ...ok(await neighbors.list({ proxy: true }))]
  const mine = (await entries()).filter(({ address }) => !address.startsWith('ff') && !address.startsWith('224'))
  t.deepEqual(
    mine.map(({ address, dev, mac, state, proxy }) => [address, dev, mac, state, proxy]),
    [
      ['10.0.0.7', 'v0', '02:00:00:00:00:07', 'permanent', undefined],
      ['fd00::7', 'v0', '02:00:00:00:00:08', 'noarp', undefined],
      ['10.0.0.8', 'v0', undefined, undefined, true],
    ],
  )
  t.deepEqual(ok(await neighbors.list({ dev: 'v1', family: 'inet' })), [])
  const before = picture()
  for (const neighbor of mine) ok(await neighbors.replace(neighbor))
  for (const neighbor of mine) ok(await neighbors.update(neighbor, {}))
  t.deepEqual(picture(), before)
  for (const neighbor of mine) ok(await neighbors.delete(neighbor))
  t.false(picture().some((line) => line.includes('02:00:00:00:00:07')))
  for (const neighbor of mine) ok(await neighbors.create(neighbor))
  t.deepEqual(picture(), before)
  ok(await neighbors.update({ dev: 'v0', address: 'fd00:0::7' }, { mac: '02:00:00:00:00:09' }))
  const shown = ip('-6', 'neighbor', 'show', 'fd00::7', 'nud', 'all')
  t.like(shown[0], { dst: 'fd00::7', lladdr: '02:00:00:00:00:09', state: ['NOARP'] })
  t.true(shown[0] && 'router' in shown[0])
  t.is(failure(await neighbors.update({ dev: 'v0', address: '10.0.0.9' }, { router: true })).code, 'ENOENT')
})

test('bad input is an error that names it, and not an exception', async (t) => {
  const { network, picture } = openNetwork(t)
  const before = picture()
  const { addresses, neighbors, routes, rules } = network
  for (const result of [
    await addresses.add({ address: '10.0.0.256/24', dev: 'v0' }),
    await addresses.add({ address: '10.0.0.2/33', dev: 'v0' }),
    await addresses.delete({ address: 'nonsense', dev: 'v0' }),
    await addresses.add({ address: '10.0.0.2/24', dev: 'v0', broadcast: 'nonsense' }),
    await routes.add({ to: 'nonsense' }),
    await routes.add({ to: '10.20.0.0/16', via: 'nonsense' }),
    await routes.add({ to: '10.20.0.0/16', dev: 'v0', metric: -1 }),
    await routes.get('nonsense'),
    await rules.add({ from: 'nonsense', table: 1 }),
    await rules.add({ priority: 1, fwmark: 'nonsense' }),
    await neighbors.add({ dev: 'v0', address: 'nonsense' }),
    await neighbors.add({ dev: 'v0', address: '10.0.0.3', mac: 'nonsense' }),
  ]) {
    t.is(failure(result).code, 'INVALID_ARGUMENT', failure(result).message)
    t.regex(failure(result).message, /nonsense|10\.0\.0\.(256\/24|2\/33)|-1/)
  }
  for (const result of [
    await addresses.add({ address: '10.0.0.2/24', dev: 'nowhere' }),
    await addresses.list({ dev: 'nowhere' }),
    await addresses.update({ address: '10.0.0.2/24', dev: 'nowhere' }, {}),
    await routes.add({ to: '10.20.0.0/16', dev: 'nowhere' }),
    await routes.add({ to: '10.20.0.0/16', nexthops: [{ dev: 'nowhere' }] }),
    await routes.list({ dev: 'nowhere' }),
    await neighbors.add({ dev: 'nowhere', address: '10.0.0.3' }),
    await neighbors.list({ dev: 'nowhere' }),
  ]) {
    t.is(failure(result).code, 'ENODEV', failure(result).message)
    t.regex(failure(result).message, /nowhere/)
  }
  t.deepEqual(picture(), before)
})
