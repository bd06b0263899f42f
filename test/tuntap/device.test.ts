import { closeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import test, { type ExecutionContext } from 'ava'
import { createAnonymousNamespace } from '../../src/system/namespace.js'
import { NetworkError, type OpenOptions, openTap, openTun, type TunTapDevice } from '../../src/tuntap/index.js'
import { sendFrom } from '../helpers/datagrams.js'
import { descriptorsOf } from '../helpers/descriptors.js'
import { type TestNamespace, testNamespace } from '../helpers/namespace.js'
import { patience } from '../helpers/patience.js'
import { skipped } from '../helpers/skipped.js'

/** A TUN device that is up, and whose subnet leads to it. */
function tunWithRoute(t: ExecutionContext, options: OpenOptions = {}): { tun: TunTapDevice; namespace: TestNamespace } {
  const namespace = testNamespace(t)
  // No IPv6, or the kernel would send packets of its own.
  namespace.sh(
    'echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6; echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6',
  )
  const tun = openTun({ ...options, namespace: { fd: namespace.fd } }).unwrap()
  t.teardown(() => tun.close())
  namespace.sh(`ip link set ${tun.name} up; ip addr add 10.0.0.1/24 dev ${tun.name}`)
  return { tun, namespace }
}

// An IPv4 packet from 10.0.0.2 to 10.0.0.1 without payload; protocol 253 is for experiments (RFC 3692).
const packet = Uint8Array.of(0x45, 0, 0, 20, 0, 0, 0, 0, 64, 253, 0x65, 0xeb, 10, 0, 0, 2, 10, 0, 0, 1)

async function settled(promise: Promise<unknown>, milliseconds = 2000): Promise<unknown> {
  const outcome = promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  )
  return Promise.race([outcome, sleep(milliseconds, 'still waiting', { ref: false })])
}

async function drainForever(device: TunTapDevice): Promise<string> {
  for await (const _batch of device);
  return 'ended'
}

test('reads packets whole and in order, one by one and in batches', async (t) => {
  const { tun, namespace } = tunWithRoute(t)
  t.is(tun.read(), undefined)
  sendFrom(namespace, [1, 2, 3])
  t.is(tun.read()?.length, 29)
  t.is(tun.read()?.length, 30)
  const lengths: number[] = []
  const payloads = Array.from({ length: 100 }, (_, index) => 10 + index)
  setTimeout(() => sendFrom(namespace, payloads), 10)
  for await (const batch of tun) {
    t.true(batch.length <= 64)
    t.is(batch.copy().length, batch.length)
    t.deepEqual(batch.packet(batch.length - 1), batch.copy().at(-1))
    t.is(batch.packet(batch.length), undefined)
    for (const bytes of batch) {
      t.is(bytes[0], 0x45)
      lengths.push(bytes.length - 28)
    }
    if (lengths.length >= 101) break
  }
  t.deepEqual(lengths, [3, ...payloads])
  t.false(tun.closed, 'leaving the loop does not close the device')
})

test('an iteration can follow another one, but not run beside it', async (t) => {
  const { tun, namespace } = tunWithRoute(t)
  for (let round = 0; round < 3; round++) {
    setTimeout(() => sendFrom(namespace, [5]), 5)
    for await (const batch of tun) {
      t.is(batch.length, 1)
      break
    }
  }
  const waiting = drainForever(tun)
  await t.throwsAsync(drainForever(tun), { instanceOf: TypeError, message: /only one iteration/ })
  tun.close()
  t.is(await waiting, 'ended')
})

test('leaving a waiting iteration leaves the device, and what comes later, to another one', async (t) => {
  const { tun, namespace } = tunWithRoute(t)
  await tun[Symbol.asyncIterator]().return()
  // The first round ends while the way of waiting is still being tried out.
  for (const wait of [0, 20, 20]) {
    const iteration = tun[Symbol.asyncIterator]()
    const waiting = iteration.next()
    if (wait > 0) await sleep(wait)
    t.deepEqual(await settled(iteration.return()), { value: { done: true, value: undefined } })
    t.deepEqual(await waiting, { done: true, value: undefined })
  }
  const refused = tun[Symbol.asyncIterator]()
  const iteration = tun[Symbol.asyncIterator]()
  const waiting = iteration.next()
  await t.throwsAsync(refused.next(), { instanceOf: TypeError })
  await refused.return()
  const failure = new Error('enough')
  t.is(await settled(waiting, 20), 'still waiting', 'one iteration does not end another')
  t.deepEqual(await settled(iteration.throw(failure)), { error: failure })
  sendFrom(namespace, [5, 6])
  await sleep(20)
  t.is(tun.counters.received.packets, 0)
  t.is(tun.read()?.length, 33)
  for await (const batch of tun) {
    t.is(batch.packet(0)?.length, 34)
    break
  }
})

test('writes come in on the link; what the kernel does not take is false and tells why', (t) => {
  const { tun, namespace } = tunWithRoute(t)
  const received = (): unknown => namespace.sh('cat /proc/net/dev').match(/tun0: *\d+ +(\d+)/)?.[1]
  t.true(tun.write(packet))
  t.is(received(), '1')
  t.false(tun.write(Uint8Array.of(0xff, 0, 0)))
  t.is(tun.writeError, 'EINVAL')
  namespace.sh('ip link set tun0 down')
  t.false(tun.write(packet))
  t.is(tun.writeError, 'EIO')
  namespace.sh('ip link set tun0 up')
  t.true(tun.write(packet))
})

test('large packets are read whole', async (t) => {
  const { tun, namespace } = tunWithRoute(t)
  namespace.sh('ip link set tun0 mtu 65535')
  setTimeout(() => sendFrom(namespace, [65_000, 65_000, 65_000, 65_000, 65_000]), 5)
  let count = 0
  for await (const batch of tun) {
    for (const bytes of batch) {
      t.is(bytes.length, 65_028)
      t.is(((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0), 65_028)
      count++
    }
    if (count === 5) break
  }
})

test.serial('close ends a waiting iteration at once, and the device is gone', async (t) => {
  const { tun, namespace } = tunWithRoute(t)
  t.is(descriptorsOf('/dev/net/tun'), 1)
  const waiting = drainForever(tun)
  await sleep(20)
  tun.close()
  t.is(namespace.ip('link').length, 1)
  t.deepEqual(await settled(waiting, 500), { value: 'ended' })
  t.is(descriptorsOf('/dev/net/tun'), 0)
  t.is(tun.fd, -1)
  t.throws(() => tun.write(packet), { instanceOf: NetworkError, code: 'CLOSED' })
  t.throws(() => tun.read(), { instanceOf: NetworkError, code: 'CLOSED' })
  t.notThrows(() => tun.close())
})

test('a device deleted while an iteration waits is an error of the iteration', async (t) => {
  const { tun, namespace } = tunWithRoute(t)
  const waiting = drainForever(tun)
  await sleep(20)
  namespace.sh('ip link del tun0')
  const outcome = await settled(waiting)
  t.like(outcome, { error: { code: 'EBADFD', errno: 77, object: 'link tun0' } })
  t.true(tun.closed)
})

test('a device deleted before anybody reads or writes', async (t) => {
  for (const use of [
    (tun: TunTapDevice) => tun.read(),
    (tun: TunTapDevice) => tun.write(packet),
    (tun: TunTapDevice) => drainForever(tun),
  ]) {
    const { tun, namespace } = tunWithRoute(t)
    namespace.sh('ip link del tun0')
    await t.throwsAsync(async () => use(tun), { instanceOf: NetworkError, code: 'EBADFD' })
    t.true(tun.closed)
  }
})

test('a deletion that a write finds out is an error of the iteration and of every later call too', async (t) => {
  const { tun, namespace } = tunWithRoute(t)
  const waiting = drainForever(tun)
  await sleep(20)
  namespace.sh('ip link del tun0')
  // In the same turn of the event loop, so that the waiting reader has not been told yet.
  t.throws(() => tun.write(packet), { instanceOf: NetworkError, code: 'EBADFD' })
  t.like(await settled(waiting), { error: { code: 'EBADFD' } })
  for (const use of [() => tun.write(packet), () => tun.read(), () => tun.writeBatch([packet])]) {
    t.throws(use, { instanceOf: NetworkError, code: 'EBADFD' })
  }
  await t.throwsAsync(tun.send([packet]), { code: 'EBADFD' })
  await t.throwsAsync(drainForever(tun), { code: 'EBADFD' })
})

test('a device survives the loss of every other reference to its namespace', async (t) => {
  const fd = createAnonymousNamespace()
  const tap = openTap({ namespace: { fd } }).unwrap()
  closeSync(fd)
  const waiting = drainForever(tap)
  await sleep(20)
  tap.close()
  t.deepEqual(await settled(waiting, 500), { value: 'ended' })
})

test('a link that goes down and comes back keeps its iteration', async (t) => {
  const { tun, namespace } = tunWithRoute(t)
  setTimeout(() => {
    namespace.sh('ip link set tun0 down; ip link set tun0 up')
    sendFrom(namespace, [7])
  }, 10)
  for await (const batch of tun) {
    t.is(batch.packet(0)?.length, 35)
    break
  }
})

test('five queues share the packets of one device', async (t) => {
  const { tun, namespace } = tunWithRoute(t, { name: 'tun0', multiQueue: true })
  const more = Array.from({ length: 4 }, () =>
    openTun({ name: 'tun0', multiQueue: true, namespace: { fd: namespace.fd } }).unwrap(),
  )
  const queues = [tun, ...more]
  t.like(namespace.ip('link', 'show', 'dev', 'tun0')[0], {
    linkinfo: { info_data: { numqueues: 5, multi_queue: true } },
  })
  const counts = queues.map(() => 0)
  const readers = queues.map(async (queue, index) => {
    for await (const batch of queue) counts[index] = (counts[index] ?? 0) + batch.length
  })
  // Each datagram is a flow of its own, by its source port.
  sendFrom(
    namespace,
    Array.from({ length: 200 }, () => 8),
  )
  const sum = (): number => counts.reduce((total, count) => total + count, 0)
  // Turns of the event loop, not time: other tests of this process block it for seconds on a busy machine.
  for (let turn = 0; sum() < 200 && turn < 1000; turn++) await sleep(10)
  t.log(counts.join(' '))
  t.is(sum(), 200)
  t.true(counts.filter((count) => count > 0).length > 1)
  more[0]?.close()
  t.true(tun.write(packet), 'the others go on')
  for (const queue of queues) queue.close()
  await Promise.all(readers)
  t.is(namespace.ip('link').length, 1)
})

test('persistence can be switched on and off', (t) => {
  const namespace = testNamespace(t)
  const reference = { fd: namespace.fd }
  openTap({ name: 'tap0', persist: true, namespace: reference }).unwrap().close()
  t.is(namespace.ip('link').length, 2)
  openTap({ name: 'tap0', namespace: reference }).unwrap().close()
  t.is(namespace.ip('link').length, 2)
  openTap({ name: 'tap0', persist: false, namespace: reference }).unwrap().close()
  t.is(namespace.ip('link').length, 1)
})

test('a virtio header stands in front of each packet, of the size that was asked for', async (t) => {
  for (const vnetHeaderSize of [10, 12]) {
    const { tun, namespace } = tunWithRoute(t, { vnetHeader: true, vnetHeaderSize })
    sendFrom(namespace, [4])
    const bytes = tun.read()
    t.is(bytes?.length, vnetHeaderSize + 32)
    t.is(bytes?.[vnetHeaderSize], 0x45)
    t.true(tun.write(Uint8Array.from([...new Uint8Array(vnetHeaderSize), ...packet])))
  }
})

test('offloads do not outlive the program that wanted them', (t) => {
  const namespace = testNamespace(t)
  const options: OpenOptions = { name: 'tap0', persist: true, namespace: { fd: namespace.fd } }
  const features = (): string | undefined => {
    const text = namespace.sh('ethtool -k tap0')
    return text.match(/tcp-segmentation-offload: (\w+)/)?.[1]
  }
  openTap({ ...options, vnetHeader: true, offloads: ['checksum', 'tso4', 'tso6'] })
    .unwrap()
    .close()
  try {
    t.is(features(), 'on')
  } catch {
    skipped(t, 'no ethtool here')
    return
  }
  openTap(options).unwrap().close()
  t.is(features(), 'off')
})

test.serial('timers get their turn under a flood', async (t) => {
  const { tun } = tunWithRoute(t)
  let turns = 0
  const timer = setInterval(() => turns++, 1)
  // The kernel answers each echo request with a packet that provokes the next one.
  const request = Uint8Array.of(0x45, 0, 0, 28, 0, 0, 0, 0, 64, 1, 0x66, 0xdf, 10, 0, 0, 2, 10, 0, 0, 1)
  const ping = Uint8Array.from([...request, 8, 0, 0xf7, 0xff, 0, 0, 0, 0])
  let batches = 0
  t.true(tun.write(ping))
  const end = Date.now() + patience(300)
  for await (const _batch of tun) {
    batches++
    if (batches > 1000 && Date.now() > end) break
    tun.write(ping)
  }
  clearInterval(timer)
  t.log(`${batches} batches, ${turns} turns of a timer`)
  t.true(turns > 20)
})
