import test from 'ava'
import { configureTunTap, createTunTap, deleteTunTap, openTap, openTun } from '../../src/tuntap/index.js'
import { failure, openNetwork } from '../helpers/network.js'

/** What JavaScript may pass. */
const any = (text: string) => JSON.parse(text)

test('a misspelt option is refused by every call, and nothing is changed', async (t) => {
  const { network, picture } = openNetwork(t)
  const before = picture()
  const wrong = any('{ "timeuot": 5 }')
  const { links, addresses, routes, nexthops, rules, neighbors, tuntap, fdb, mdb, vlans, vnis, qdiscs } = network
  const { trafficClasses, macsec, team, wireguard, ethtool } = network
  const bridge = { name: 'q0', kind: 'bridge' }
  for (const result of [
    await links.create(bridge, wrong),
    await links.replace(bridge, wrong),
    await links.update('lo', { mtu: 9000 }, wrong),
    await links.get('lo', wrong),
    await links.list({}, wrong),
    await links.delete('lo', wrong),
    await addresses.create({ dev: 'lo', address: '10.0.0.1/32' }, wrong),
    await addresses.list({}, wrong),
    await routes.create({ to: '10.0.0.0/8', type: 'blackhole' }, wrong),
    await routes.get('127.0.0.1', wrong),
    await routes.list({}, wrong),
    await nexthops.create({ id: 1, blackhole: true }, wrong),
    await nexthops.list({}, wrong),
    await rules.create({ priority: 1, table: 1 }, wrong),
    await rules.list({}, wrong),
    await neighbors.list({}, wrong),
    await tuntap.create({ name: 'q1', mode: 'tap' }, wrong),
    await tuntap.delete({ name: 'q1', mode: 'tap' }, wrong),
    await tuntap.open({ name: 'q1', mode: 'tap' }, wrong),
    await fdb.list({}, wrong),
    await mdb.list({}, wrong),
    await vlans.list({}, wrong),
    await vnis.list({}, wrong),
    await qdiscs.list({}, wrong),
    await trafficClasses.list({ dev: 'lo' }, wrong),
    await macsec.list(wrong),
    await team.list(wrong),
    await wireguard.list(wrong),
    await wireguard.get('lo', wrong),
    await ethtool.features('lo', wrong),
    // What only lists take.
    await links.create(bridge, any('{ "allowInconsistent": true }')),
  ]) {
    t.is(failure(result).code, 'INVALID_ARGUMENT')
    t.regex(failure(result).message, /^unknown option "(timeuot|allowInconsistent)"; there are signal, timeout/)
  }
  t.deepEqual(picture(), before)
})

const devices: readonly (readonly [device: string, message: RegExp])[] = [
  ['{ "name": "q1", "mode": "TAP" }', /mode must be tun or tap/],
  ['{ "name": "q1" }', /mode must be tun or tap/],
  ['{ "name": "q1", "mode": "tap", "ownr": 5 }', /unknown option "ownr"; there are name, mode, owner/],
  ['{ "name": "q1", "mode": "tap", "multiQueue": "no" }', /multiQueue must be true or false/],
  ['{ "name": "q1", "mode": "tap", "owner": true }', /owner must be a number or a name/],
]

for (const [device, message] of devices) {
  test(`no call takes the device ${device}`, async (t) => {
    const { network, picture, fd } = openNetwork(t)
    const before = picture()
    const errors = [createTunTap, configureTunTap, deleteTunTap].map((call) => t.throws(() => call(any(device), fd)))
    const results = [await network.tuntap.create(any(device)), await network.tuntap.delete(any(device))]
    for (const error of [...errors, ...results.map(failure), failure(await network.tuntap.open(any(device)))]) {
      t.like(error, { code: 'INVALID_ARGUMENT' })
      if (!device.includes('ownr')) t.regex(error.message, message)
      else t.regex(error.message, /unknown option "ownr"/)
    }
    t.deepEqual(picture(), before)
  })
}

const options: readonly (readonly [options: object, message: RegExp])[] = [
  [{ persistent: true }, /link q0: unknown option "persistent"; there are name, namespace, exclusive, persist/],
  [{ txQueueLength: 2 ** 33 }, /txQueueLength must be an integer from 0 to 2,147,483,647/],
  [{ txQueueLength: Number.NaN }, /txQueueLength must be an integer/],
  [{ txQueueLength: 1.5 }, /txQueueLength must be an integer/],
  [{ txQueueLength: -1 }, /txQueueLength must be an integer/],
  [{ sendBuffer: 2 ** 32 + 5 }, /sendBuffer must be an integer from 1/],
  [{ vnetHeader: true, vnetHeaderSize: 2 ** 32 + 10 }, /vnetHeaderSize must be an integer/],
  [{ maxPacket: 63 }, /maxPacket must be an integer from 64 to 16,777,216/],
  [{ persist: 'no' }, /persist must be true or false/],
  [{ exclusive: 1 }, /exclusive must be true or false/],
  [{ vnetHeader: true, offloads: 'all' }, /offloads must be a list or "available"/],
  [{ name: 5 }, /name must be a text/],
]

for (const [wrong, message] of options) {
  test(`no device is opened with ${JSON.stringify(Object.entries(wrong).map(String))}`, async (t) => {
    const { network, picture, fd } = openNetwork(t)
    const before = picture()
    const given = { name: 'q0', namespace: { fd }, ...wrong }
    const { namespace: _, ...inNetwork } = given
    for (const result of [openTap(given), openTun(given), await network.tuntap.open({ mode: 'tap', ...inNetwork })]) {
      t.is(failure(result).code, 'INVALID_ARGUMENT')
      t.regex(failure(result).message, message)
    }
    t.deepEqual(picture(), before)
  })
}
