import { setTimeout as delay } from 'node:timers/promises'
import test from 'ava'
import { NpmNetlinkTransport } from '../../src/netlink/transports/npmNetlink.js'
import { Network } from '../../src/network/network.js'
import { newLink } from '../../src/rtnetlink/linkMessages.js'
import { FakeKernel } from '../../src/testing/index.js'
import { openDescriptors } from '../helpers/descriptors.js'
import { failure, ok, openNetwork } from '../helpers/network.js'
import { Muted } from '../helpers/transports.js'

test('after the close everything is the error CLOSED', async (t) => {
  const { network } = openNetwork(t)
  t.false(network.closed)
  network.close()
  network.close()
  t.true(network.closed)
  const { addresses, links, neighbors, routes, rules, tuntap } = network
  const tap = { name: 'tap0', mode: 'tap' } as const
  for (const result of [
    await links.create({ name: 'tap0', kind: 'tap' }),
    await links.replace({ name: 'br0', kind: 'bridge' }),
    await links.list(),
    await links.get('v0'),
    await links.update('v0', {}),
    await links.move('v0', { pid: process.pid }),
    await links.delete('v0'),
    await addresses.add({ address: '10.0.0.2/24', dev: 'v0' }),
    await addresses.list(),
    await routes.add({ to: 'default', dev: 'v0' }),
    await routes.get('10.0.0.1'),
    await rules.add({ priority: 1 }),
    await rules.list(),
    await neighbors.add({ dev: 'v0', address: '10.0.0.2' }),
    await tuntap.create(tap),
    await tuntap.delete(tap),
    await tuntap.open(tap),
  ]) {
    t.is(failure(result).code, 'CLOSED')
  }
})

test('a close ends what is pending', async (t) => {
  const kernel = new FakeKernel()
  const { network } = openNetwork(t, { transport: () => new Muted(kernel.transport()) })
  const pending = Promise.all([network.links.list(), network.links.create({ name: 'br0', kind: 'bridge' })])
  await delay(10)
  network.close()
  for (const result of await pending) t.is(failure(result).code, 'CLOSED')
})

test('an aborted signal ends a call, before it and while it waits', async (t) => {
  const kernel = new FakeKernel()
  const { network } = openNetwork(t, { transport: () => new Muted(kernel.transport()) })
  const aborted = { signal: AbortSignal.abort() }
  t.is(failure(await network.links.list({}, aborted)).code, 'ABORTED')
  t.is(failure(await network.tuntap.open({ mode: 'tap' }, aborted)).code, 'ABORTED')
  const controller = new AbortController()
  const pending = network.rules.list({}, { signal: controller.signal })
  await delay(10)
  controller.abort()
  t.is(failure(await pending).code, 'ABORTED')
})

test('a link that is half made when the signal fires is removed', async (t) => {
  const { network, sh } = openNetwork(t)
  const controller = new AbortController()
  const link = {
    name: 'br0',
    kind: 'bridge',
    get altNames() {
      // The messages are being built: the first of them is not sent yet.
      queueMicrotask(() => controller.abort())
      return ['another-name-of-br0']
    },
  }
  t.is(failure(await network.links.create(link, { signal: controller.signal })).code, 'ABORTED')
  t.false(sh('ip link').includes('br0'))
})

test('a call has a time limit of its own, or that of the network', async (t) => {
  const kernel = new FakeKernel()
  const { network } = openNetwork(t, { transport: () => new Muted(kernel.transport()), timeout: 20 })
  t.is(failure(await network.routes.list()).code, 'TIMEOUT')
  t.is(failure(await network.routes.list({}, { timeout: 5 })).code, 'TIMEOUT')
  t.is(failure(await network.routes.list({}, { timeout: Number.NaN })).code, 'INVALID_ARGUMENT')
  t.is(failure(Network.open({ timeout: -1 })).code, 'INVALID_ARGUMENT')
})

test('a list that stays inconsistent is an error, unless it is allowed', async (t) => {
  const kernel = new FakeKernel()
  kernel.execute(newLink({ name: 'br0', kind: 'bridge' }))
  const { network } = openNetwork(t, { transport: () => kernel.transport() })
  kernel.faults.interruptDumps(1000)
  t.is(failure(await network.links.list()).code, 'INCONSISTENT')
  const links = ok(await network.links.list({}, { allowInconsistent: true }))
  t.deepEqual(
    links.map(({ name }) => name),
    ['lo', 'br0'],
  )
})

test.serial('opening what cannot be opened is an error and leaves nothing open', (t) => {
  const before = openDescriptors()
  t.is(failure(Network.open({ namespace: 'no-such-namespace' })).code, 'NOT_FOUND')
  t.is(failure(Network.open({ namespace: '../escape/' })).code, 'NOT_FOUND')
  t.is(failure(Network.open({ namespace: { path: '/dev/null' } })).code, 'INVALID_ARGUMENT')
  // @ts-expect-error what JavaScript may pass
  t.is(failure(Network.open({ namespce: 'blue' })).code, 'INVALID_ARGUMENT')
  t.is(openDescriptors(), before)
})

test.serial('a network leaves no descriptor behind', async (t) => {
  const { fd } = openNetwork(t)
  const round = async () => {
    await using network = ok(Network.open({ namespace: { fd } }))
    ok(await network.links.create({ name: 'tap7', kind: 'tap' }))
    network.events()
    ok(await network.links.list())
    ok(await network.links.delete('tap7'))
  }
  await round()
  const before = openDescriptors()
  for (let count = 0; count < 5; count++) await round()
  await delay(20)
  t.is(openDescriptors(), before)
})

test('the package netlink can be the transport', async (t) => {
  const { network, sh } = openNetwork(t, { transport: (namespaceFd) => new NpmNetlinkTransport({ namespaceFd }) })
  const events = network.events({ links: true })
  ok(await network.links.create({ name: 'br0', kind: 'bridge' }))
  t.true(sh('ip link').includes('br0'))
  for await (const event of events) {
    t.is(event.kind === 'link' && event.link.name, 'br0')
    break
  }
})
