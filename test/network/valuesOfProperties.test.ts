import test from 'ava'
import { failure, ok, openNetwork } from '../helpers/network.js'

/** What JavaScript may pass. */
type Anything = never

type Call = (value: Anything) => Promise<unknown>

const noFlags = [null, 0, 1, '', 'no', {}, []] as Anything[]
const noTexts = [null, 5, true, {}, []] as Anything[]
const noValues = [null, true, '', {}, [], [null], Symbol('x')] as Anything[]
const noLists = [null, 5, 'abc', {}] as Anything[]
const noObjects = [null, 5, 'x', true, []] as Anything[]

test('a value of another type is refused, and never taken for true, for none or for nothing', async (t) => {
  const { network, picture } = openNetwork(t)
  const { links, addresses, routes, rules, neighbors, nexthops, fdb, ethtool } = network
  const mac = '02:00:00:00:00:09'
  const before = picture()
  const rows: [property: string, values: Anything[], words: string, call: Call][] = [
    ['up', noFlags, 'is neither true nor false', (up) => links.update('v1', { up })],
    ['arp', noFlags, 'is neither true nor false', (arp) => links.create({ name: 'q0', kind: 'bridge', arp })],
    ['noDad', noFlags, 'is neither true nor false', (noDad) => addresses.add({ dev: 'v0', address: 'fd09::1', noDad })],
    [
      'onlink',
      noFlags,
      'is neither',
      (onlink) => routes.add({ to: '10.9.0.0/16', via: '10.0.0.9', dev: 'v0', onlink }),
    ],
    ['not', noFlags, 'is neither true nor false', (not) => rules.add({ priority: 5, table: 7, not })],
    [
      'proxy',
      noFlags,
      'is neither true nor false',
      (proxy) => neighbors.add({ dev: 'v0', address: '10.0.0.9', mac, proxy }),
    ],
    ['blackhole', noFlags, 'is neither true nor false', (blackhole) => nexthops.add({ id: 5, dev: 'v0', blackhole })],
    ['self', noFlags, 'is neither true nor false', (self) => fdb.add({ dev: 'v0', mac, self })],
    ['addressGenerationMode', noTexts, 'is no text', (value) => links.update('v1', { addressGenerationMode: value })],
    ['ipv6Token', noTexts, 'is no text', (ipv6Token) => links.update('v1', { ipv6Token })],
    ['address', noTexts, 'is no text', (address) => addresses.add({ dev: 'v0', address })],
    ['via', noTexts, 'is no text', (via) => routes.add({ to: '10.9.0.0/16', via })],
    ['fwmark', noTexts, 'is no text', (fwmark) => rules.add({ priority: 5, table: 7, fwmark })],
    ['to', noTexts, 'is no text', (to) => routes.get({ to })],
    ['iif', ['' as Anything], 'is no name', (iif) => rules.add({ priority: 5, table: 7, iif })],
    ['table', noValues, 'is neither a number nor a text', (table) => rules.add({ priority: 5, table })],
    ['ipproto', noValues, 'is neither a number', (ipproto) => rules.add({ priority: 5, table: 7, ipproto })],
    ['metric', noValues, 'is neither', (metric) => addresses.add({ dev: 'v0', address: '10.9.0.1', metric })],
    ['altNames', noLists, 'is no list', (altNames) => links.update('v1', { altNames })],
    ['nexthops', noLists, 'is no list', (hops) => routes.add({ to: '10.9.0.0/16', nexthops: hops })],
    ['features', noObjects, 'is no object', (features) => links.update('v1', { features })],
    ['bridge', noObjects, 'is no object', (bridge) => links.create({ name: 'q0', kind: 'bridge', bridge })],
    ['features', noObjects, 'is no object', (features) => ethtool.setFeatures('v1', features)],
    ['tso', noFlags, 'is neither true nor false', (tso) => ethtool.setFeatures('v1', { tso })],
  ]
  for (const [property, values, words, call] of rows) {
    for (const value of values) {
      const { code, message } = failure((await call(value)) as never)
      t.is(code, 'INVALID_ARGUMENT', `${property}: ${String(value)}`)
      t.true(message.includes(property) && message.includes(words), message)
    }
  }
  t.deepEqual(picture(), before)
})

test('a text with a zero byte, where the kernel would end it, is refused', async (t) => {
  const { network } = openNetwork(t)
  const error = failure(await network.links.update('v0', { alias: 'guests\0of blue' }))
  t.regex(error.message, /alias: "guests\\u0000of blue" has a zero byte/)
})

test('what a link cannot become is refused by links.update, and nothing is changed', async (t) => {
  const { network, picture } = openNetwork(t)
  const { links } = network
  ok(await links.create({ name: 'q0', kind: 'bridge' }))
  const before = picture()
  const rows: [changes: object, code: string, message: RegExp][] = [
    [{ kind: 'bridge' }, 'EEXIST', /^link v0: exists and is veth/],
    [{ name: 'x'.repeat(16) }, 'INVALID_ARGUMENT', /the name has 16 bytes, the kernel allows 15/],
    [{ name: 'x%d' }, 'INVALID_ARGUMENT', /a name template leaves the name to the kernel/],
    [{ name: 'a/b' }, 'INVALID_ARGUMENT', /must not contain/],
    [{ bridge: { stp: true } }, 'INVALID_ARGUMENT', /^link v0: bridge: options of another kind, and it is a veth/],
    [{ bridgePort: { cost: 5 } }, 'INVALID_ARGUMENT', /^link v0: bridgePort: is no port of a bridge/],
    [{ master: 'q0', bondPort: { queueId: 5 } }, 'INVALID_ARGUMENT', /^link v0: bondPort: is no port of a bond/],
  ]
  for (const [changes, code, message] of rows) {
    const error = failure(await links.update('v0', changes))
    t.is(error.code, code)
    t.regex(error.message, message)
  }
  const section = { name: 'q1', kind: 'bridge', vlan: { id: 5 } }
  t.regex(failure(await links.create(section)).message, /^link q1: vlan: options of another kind, and it is a bridge/)
  t.regex(failure(await links.create({ name: 'q1', kind: 'bridge', bridgePort: { cost: 5 } })).message, /is no port/)
  t.deepEqual(picture(), before)
  const port = ok(await links.update('v0', { master: 'q0', bridgePort: { cost: 5 } }))
  t.is(port.bridgePort?.cost, 5)
  t.is(ok(await links.update('v0', { bridgePort: { cost: 6 } })).bridgePort?.cost, 6)
  t.is(ok(await links.update('v0', { ...port, master: null, bridgePort: { cost: 6 } })).master, undefined)
})

test('what tells which object is meant is no change of it', async (t) => {
  const { network, picture } = openNetwork(t)
  const { addresses, routes, neighbors } = network
  ok(await neighbors.add({ dev: 'v0', address: '10.0.0.9', mac: '02:00:00:00:00:09' }))
  const before = picture()
  const own = { dev: 'v0', address: '10.0.0.1/24' }
  const rows: [call: Promise<unknown>, message: RegExp][] = [
    [addresses.update(own, { address: '10.0.0.3/24' } as Anything), /^address: address tells which one is meant/],
    [routes.update({ to: '10.0.0.0/24' }, { metric: 7 } as Anything), /^route: metric tells which one is meant/],
    [
      neighbors.update({ dev: 'v0', address: '10.0.0.9' }, { address: '10.0.0.8' } as Anything),
      /^neighbor: address tells/,
    ],
  ]
  for (const [call, message] of rows) t.regex(failure((await call) as never).message, message)
  t.deepEqual(picture(), before)
  const [listed] = ok(await addresses.list({ dev: 'v0', family: 'inet' }))
  if (!listed) t.fail()
  else t.true((await addresses.update(own, { ...listed, metric: 9 })).ok)
})
