import { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import test from 'ava'
import { FfiTransport } from '../../src/netlink/transports/ffi.js'
import type { NetworkEvent } from '../../src/network/event.js'
import type { NetworkEvents } from '../../src/network/events.js'
import { newLink, setLink } from '../../src/rtnetlink/linkMessages.js'
import { FakeKernel } from '../../src/testing/index.js'
import { openDescriptors } from '../helpers/descriptors.js'
import { ok, openNetwork } from '../helpers/network.js'

/** One line an event, up to the one that is waited for. */
async function until(events: NetworkEvents, last: string): Promise<readonly string[]> {
  const lines: string[] = []
  for await (const event of events) {
    lines.push(describe(event))
    if (lines.at(-1) === last) return lines
  }
  throw new Error(`ended after ${lines.join(', ')}`)
}

function describe(event: NetworkEvent): string {
  switch (event.kind) {
    case 'link':
      return `${event.action} link ${event.link.name}`
    case 'address':
      return `${event.action} address ${event.address.address} ${event.address.dev}`
    case 'route':
      return `${event.action} route ${event.route.to} ${event.route.dev}`
    case 'nexthop':
      return `${event.action} nexthop ${event.nexthop.id} ${event.nexthop.dev}`
    case 'rule':
      return `${event.action} rule ${event.rule.priority}`
    case 'neighbor':
      return `${event.action} neighbor ${event.neighbor.address} ${event.neighbor.dev}`
    case 'fdb':
      return `${event.action} fdb ${event.entry.mac} ${event.entry.dev}`
    case 'mdb':
      return `${event.action} mdb ${event.entries.map(({ group }) => group)}`
    case 'vlan':
    case 'globalVlan':
      return `${event.action} ${event.kind} ${event.vlans.map(({ id }) => id)}`
    case 'vni':
      return `${event.action} vni ${event.vnis.map(({ id }) => id)}`
    case 'error':
      return `error ${event.error.code}`
    case 'overrun':
      return 'overrun'
  }
}

test('creations and deletions of every object are told, with names', async (t) => {
  const { network, sh } = openNetwork(t)
  const everything = { links: true, addresses: true, routes: true, nexthops: true, rules: true, neighbors: true }
  const events = network.events(everything)
  sh('ip link add br0 type bridge && ip link set v1 master br0')
  sh('ip address add 10.7.0.1/24 dev v0 && ip route add 10.8.0.0/16 via 10.7.0.2 && ip rule add priority 77 table 7')
  sh('ip neighbor add 10.7.0.7 lladdr 02:00:00:00:00:07 dev v0')
  sh('ip neighbor delete 10.7.0.7 dev v0 && ip rule delete priority 77 && ip route delete 10.8.0.0/16')
  sh('ip nexthop add id 7 dev v0 && ip nexthop delete id 7')
  sh('ip address delete 10.7.0.1/24 dev v0 && ip link set v1 nomaster && ip link delete br0')
  const lines = await until(events, 'delete link br0')
  const expected = [
    'new link br0',
    'new link v1',
    'new address 10.7.0.1/24 v0',
    'new route 10.7.0.0/24 v0',
    'new route 10.8.0.0/16 v0',
    'new rule 77',
    'new neighbor 10.7.0.7 v0',
    'delete neighbor 10.7.0.7 v0',
    'delete rule 77',
    'delete route 10.8.0.0/16 v0',
    'new nexthop 7 v0',
    'delete nexthop 7 v0',
    'delete address 10.7.0.1/24 v0',
    'delete link br0',
  ]
  let position = -1
  for (const line of expected) {
    position = lines.indexOf(line, position + 1)
    t.true(position >= 0, `${line} is not in its place in ${lines.join(', ')}`)
  }
  t.false(lines.includes('delete link v1'), 'the end of a port is none of the link')
})

test('only what was chosen is told, and names follow a renaming', async (t) => {
  const { network, sh } = openNetwork(t)
  const events = network.events({ addresses: true })
  sh('ip link set v1 down && ip link set v1 name new0 && ip address add 10.7.0.1/24 dev new0')
  sh('ip link add gone0 type bridge && ip address add 10.9.0.1/24 dev gone0 && ip link delete gone0')
  sh('ip address delete 10.7.0.1/24 dev new0')
  const lines = await until(events, 'delete address 10.7.0.1/24 new0')
  // Taking the link down takes its IPv6 addresses; it has none.
  t.deepEqual(lines, [
    'new address 10.7.0.1/24 new0',
    'new address 10.9.0.1/24 gone0',
    'delete address 10.9.0.1/24 gone0',
    'delete address 10.7.0.1/24 new0',
  ])
})

test('neighbors are told only where they are asked for', async (t) => {
  const { network, sh } = openNetwork(t)
  const events = network.events()
  sh('ip neighbor add 10.0.0.7 lladdr 02:00:00:00:00:07 dev v0 && ip rule add priority 77 table 7')
  t.deepEqual(await until(events, 'new rule 77'), ['new rule 77'])
})

test('an overrun is an event, after which the events go on', async (t) => {
  const small = (namespaceFd: number) => new FfiTransport({ namespaceFd, receiveBuffer: 4096 })
  const { network, sh } = openNetwork(t, { transport: small })
  const events = network.events({ links: true, addresses: true })
  sh('for i in 1 2 3 4 5 6 7 8; do ip link set v1 mtu 140$i; done; ip link set v1 down; ip link set v1 name new0')
  const lines: string[] = []
  for await (const event of events) {
    lines.push(describe(event))
    if (event.kind === 'overrun') {
      sh('ip address add 10.7.0.1/24 dev new0')
    }
    if (event.kind === 'address') break
  }
  t.true(lines.includes('overrun'), lines.join(', '))
  t.is(lines.at(-1), 'new address 10.7.0.1/24 new0')
})

test('names are read anew after an overrun', async (t) => {
  const kernel = new FakeKernel()
  kernel.execute(newLink({ name: 'br0', kind: 'bridge' }))
  const { network } = openNetwork(t, { transport: () => kernel.transport() })
  const iteration = network.events({ addresses: true })[Symbol.asyncIterator]()
  kernel.faults.overrunNotifications()
  kernel.execute(setLink({ index: 2 }, { name: 'br1' }))
  t.deepEqual(await iteration.next(), { done: false, value: { kind: 'overrun' } })
  ok(await network.addresses.add({ address: '10.0.0.1/24', dev: 'br1' }))
  const { value } = await iteration.next()
  t.is(value && describe(value), 'new address 10.0.0.1/24 br1')
  await iteration.return()
})

test('a signal, a close of the events and a close of the network end a waiting iteration', async (t) => {
  const { network } = openNetwork(t)
  const controller = new AbortController()
  const stops = [
    { events: network.events({ signal: controller.signal }), stop: () => controller.abort() },
    ...[network.events()].map((events) => ({ events, stop: () => events.close() })),
    { events: network.events(), stop: () => network.close() },
  ]
  for (const { events, stop } of stops) {
    const seen: NetworkEvent[] = []
    const listening = (async () => {
      for await (const event of events) seen.push(event)
    })()
    await delay(20)
    stop()
    await listening
    t.deepEqual(seen, [])
  }
})

/** How many descriptors are open, once no more of them are being closed. */
async function settledDescriptors(): Promise<number> {
  for (let last = openDescriptors(); ; ) {
    await delay(50)
    const now = openDescriptors()
    if (now === last) return now
    last = now
  }
}

test.serial('leaving a waiting iteration ends it, and a stream over it', async (t) => {
  const { network } = openNetwork(t)
  const end = { done: true, value: undefined } as const
  const iteration = network.events()[Symbol.asyncIterator]()
  const waiting = iteration.next()
  await delay(20)
  t.deepEqual(await Promise.race([iteration.return(), delay(2000, 'still waiting', { ref: false })]), end)
  t.deepEqual(await waiting, end)
  const before = await settledDescriptors()
  for (const error of [undefined, new Error('enough')]) {
    const stream = Readable.from(network.events())
    stream.on('error', () => {}).resume()
    await delay(20)
    const closed = new Promise((resolve) => stream.once('close', () => resolve('closed')))
    stream.destroy(error)
    t.is(await Promise.race([closed, delay(2000, 'still open', { ref: false })]), 'closed')
    t.is(await settledDescriptors(), before)
  }
})

test('what cannot be listened to is told by an event', async (t) => {
  const { network } = openNetwork(t)
  const all = async (events: NetworkEvents) => {
    const lines: string[] = []
    for await (const event of events) lines.push(describe(event))
    return lines
  }
  t.deepEqual(await all(network.events({ signal: AbortSignal.abort() })), ['error ABORTED'])
  // @ts-expect-error what JavaScript may pass
  t.deepEqual(await all(network.events({ link: true })), ['error INVALID_ARGUMENT'])
  network.close()
  t.deepEqual(await all(network.events()), ['error CLOSED'])
})

test.serial('events leave no socket behind, however they end', async (t) => {
  const { network, sh } = openNetwork(t)
  const settled = async () => {
    await delay(20)
    return openDescriptors()
  }
  for await (const _event of network.events({ signal: AbortSignal.abort() })) break
  // The first wait of a process opens descriptors that stay.
  const warm = network.events()
  sh('ip link set v1 mtu 1400')
  await until(warm, 'new link v1')
  const before = await settled()
  for (let round = 0; round < 5; round++) {
    const controller = new AbortController()
    network.events().close()
    await using disposed = network.events()
    const left = network.events({ signal: controller.signal })
    sh(`ip link set v1 mtu 130${round}`)
    await until(left, 'new link v1')
    controller.abort()
    t.truthy(disposed)
  }
  t.is(await settled(), before)
})
