import test from 'ava'
import { failure, ok, openNetwork } from '../helpers/network.js'

/** What JavaScript may pass. */
type Anything = never

test('who gives a wrong link, address or name of a class is told of which property it is', async (t) => {
  const { network, picture } = openNetwork(t)
  const { addresses, routes, rules, neighbors, mdb, vlans, trafficClasses } = network
  const before = picture()
  const address = { dev: 'v0', address: '10.9.0.1/24' }
  const rows: [property: string, value: unknown, call: (value: Anything) => Promise<unknown>][] = [
    ['dev', null, (dev) => addresses.add({ ...address, dev })],
    ['dev', Number.NaN, (dev) => addresses.add({ ...address, dev })],
    ['dev', '', (dev) => neighbors.add({ dev, address: '10.0.0.9' })],
    ['peer', 'nonsense', (peer) => addresses.add({ ...address, peer })],
    ['scope', 'nonsense', (scope) => addresses.add({ ...address, scope })],
    ['validLifetime', -1, (validLifetime) => addresses.add({ ...address, validLifetime })],
    ['preferredLifetime', null, (preferredLifetime) => addresses.add({ ...address, preferredLifetime })],
    ['address', 'nonsense', (wrong) => addresses.update({ dev: 'v0', address: wrong }, { metric: 5 })],
    ['to', 'nonsense', (to) => routes.update({ to }, { mtu: 1400 })],
    ['to', 'nonsense', (to) => routes.add({ to, dev: 'v0' })],
    ['from', 'nonsense', (from) => rules.add({ from, table: 7 })],
    ['address', 'nonsense', (wrong) => neighbors.update({ dev: 'v0', address: wrong }, { state: 'stale' })],
    ['port', null, (port) => mdb.add({ dev: 'v0', port, group: '239.0.0.1' })],
    ['id', 4095, (id) => vlans.add({ dev: 'v0', id })],
    ['id', 'nonsense', (id) => trafficClasses.add({ dev: 'v0', id, rate: 1000 })],
  ]
  for (const [property, value, call] of rows) {
    const { code, attribute, message } = failure((await call(value as Anything)) as never)
    t.deepEqual([code, attribute], ['INVALID_ARGUMENT', property], message)
    t.regex(message, new RegExp(`\\b${property}: `))
  }
  t.regex(failure(await addresses.add({ ...address, anycast: '10.9.0.2' } as Anything)).message, /unknown property/)
  t.deepEqual(picture(), before)
})

test('no list is empty since its filter names a link by an index that none has', async (t) => {
  const { addresses, fdb, links, neighbors, nexthops, trafficClasses } = openNetwork(t).network
  const calls = [
    links.list({ master: 999 }),
    addresses.list({ dev: 999 }),
    neighbors.list({ dev: 999 }),
    nexthops.list({ dev: 999 }),
    nexthops.list({ master: 999 }),
    trafficClasses.list({ dev: 999 }),
    fdb.list({ master: 999 }),
  ]
  for (const call of calls) t.is(failure(await call).code, 'ENODEV')
  ok(await links.list())
})
