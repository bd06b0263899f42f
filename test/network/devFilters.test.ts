import test from 'ava'
import { failure, ok, openNetwork } from '../helpers/network.js'

test('a list by dev finds the link by its alternative name, and tells of one that does not exist', async (t) => {
  const { network, sh } = openNetwork(t)
  ok(await network.links.create({ name: 'q0', kind: 'bridge', up: true, altNames: ['uplink-of-blue'] }))
  ok(await network.links.update('v1', { altNames: ['port-of-blue'], master: 'q0' }))
  sh('tc qdisc add dev v1 root tbf rate 1mbit burst 5000 limit 5000')
  ok(await network.fdb.add({ dev: 'v1', mac: '02:00:00:00:00:09' }))
  const { fdb, mdb, qdiscs, vnis } = network
  for (const [dev, altName] of [
    ['q0', 'uplink-of-blue'],
    ['v1', 'port-of-blue'],
  ] as const) {
    t.is(ok(await fdb.list({ dev: altName })).length, ok(await fdb.list({ dev })).length)
    t.is(ok(await mdb.list({ dev: altName })).length, ok(await mdb.list({ dev })).length)
    t.is(ok(await qdiscs.list({ dev: altName })).length, 1)
  }
  t.true(ok(await fdb.list({ dev: 'port-of-blue' })).some(({ mac }) => mac === '02:00:00:00:00:09'))
  t.is(ok(await qdiscs.list({ dev: 'port-of-blue' }))[0]?.kind, 'tbf')
  for (const call of [fdb, mdb, qdiscs, vnis]) {
    for (const dev of ['gone0', 9999]) t.is(failure(await call.list({ dev })).code, 'ENODEV', String(dev))
    t.is(failure(await call.list({ dev: '' })).code, 'INVALID_ARGUMENT')
  }
})
