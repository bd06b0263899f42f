import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import test, { type ExecutionContext } from 'ava'
import { Ipv4Packet, ipProtocol, TcpSegment } from '../../src/packet/index.js'
import {
  NetworkError,
  type OpenOptions,
  openTap,
  openTapQueues,
  openTun,
  openTunQueues,
  packetDuplex,
  packetStreams,
  type TunTapDevice,
  VnetHeader,
} from '../../src/tuntap/index.js'
import { sendFrom } from '../helpers/datagrams.js'
import { type TestNamespace, testNamespace } from '../helpers/namespace.js'
import { fixture } from '../helpers/program.js'
import { skipped } from '../helpers/skipped.js'

function tunWithRoute(t: ExecutionContext, options: OpenOptions = {}): { tun: TunTapDevice; namespace: TestNamespace } {
  const namespace = testNamespace(t)
  namespace.sh('echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6')
  const tun = openTun({ ...options, namespace: { fd: namespace.fd } }).unwrap()
  t.teardown(() => tun.close())
  namespace.sh(`ip link set ${tun.name} up; ip addr add 10.0.0.1/24 dev ${tun.name}`)
  return { tun, namespace }
}

function sendLater(namespace: TestNamespace, payloads: readonly number[]): void {
  setTimeout(() => sendFrom(namespace, payloads), 10)
}

// An IPv4 packet from 10.0.0.2 to 10.0.0.1 without payload; protocol 253 is for experiments (RFC 3692).
const packet = Uint8Array.of(0x45, 0, 0, 20, 0, 0, 0, 0, 64, 253, 0x65, 0xeb, 10, 0, 0, 2, 10, 0, 0, 1)
const packetsReceived = (namespace: TestNamespace): number =>
  Number(
    namespace
      .sh('cat /sys/class/net/tun0/statistics/rx_packets 2>/dev/null || grep tun0 /proc/net/dev')
      .match(/tun0: *\d+ +(\d+)/)?.[1],
  )

test('each queue counts its packets, its bytes and what was dropped', (t) => {
  const { tun, namespace } = tunWithRoute(t, { maxPacket: 100 })
  sendFrom(namespace, [10, 200, 72, 73])
  t.is(tun.read()?.length, 38)
  t.is(tun.read()?.length, 100, 'the longer one before it was left out, not cut')
  t.is(tun.read(), undefined)
  tun.write(packet)
  tun.write(Uint8Array.of(0xff, 0, 0))
  t.deepEqual(tun.counters, {
    received: { packets: 2, bytes: 138, dropped: 2 },
    sent: { packets: 1, bytes: 20, dropped: 1 },
  })
})

test('a batch is written as it was read, and a packet that is refused holds nobody up', async (t) => {
  const { tun, namespace } = tunWithRoute(t)
  sendFrom(namespace, [1, 2, 3])
  for await (const batch of tun) {
    t.is(batch.length, 3)
    t.is(batch.byteLength, 29 + 30 + 31)
    t.is(tun.writeBatch(batch), 3)
    break
  }
  t.is(tun.writeBatch([packet, Uint8Array.of(0xff, 0, 0), packet]), 2)
  t.is(tun.writeError, undefined)
  t.is(await tun.send([packet, Uint8Array.of(0xff, 0, 0), packet]), 2)
  t.is(packetsReceived(namespace), 7)
  t.like(tun.counters.sent, { packets: 7, dropped: 2 })
})

for (const [kind, options] of [
  ['plain', {}],
  ['with a virtio header', { vnetHeader: true, offloads: 'available' }],
  ['as long as can be', { maxPacket: 1 << 23 }],
] as const) {
  test(`a batch stays as it is while single packets are read beside it: ${kind}`, async (t) => {
    const { tun, namespace } = tunWithRoute(t, options)
    const payloads = options.maxPacket ? [1] : Array.from({ length: 70 }, (_, index) => index + 1)
    const lengthOf = (bytes: number): number => tun.vnetHeaderSize + 28 + bytes
    // The first burst is read singly, the second together, and the third is waited for.
    for (const send of [sendFrom, sendFrom, sendLater]) {
      send(namespace, payloads)
      let left = payloads.length
      for await (const batch of tun) {
        const before = batch.copy()
        left -= batch.length
        if (left > 0) continue
        sendFrom(namespace, [500, 501])
        t.is(tun.read()?.length, lengthOf(500))
        t.is(tun.read()?.length, lengthOf(501))
        t.is(tun.read(), undefined)
        t.deepEqual(batch.copy(), before)
        break
      }
    }
  })
}

test('sending waits for room in the kernel and for nothing else', async (t) => {
  const namespace = testNamespace(t)
  const reference = { fd: namespace.fd }
  const [tap, far] = [openTap({ namespace: reference, sendBuffer: 4096 }), openTap({ namespace: reference })].map((r) =>
    r.unwrap(),
  )
  if (!tap || !far) throw new Error('no devices')
  t.teardown(() => [tap, far].map((device) => device.close()))
  namespace.sh(
    'ip link add br0 type bridge; ip link set br0 up; for d in tap0 tap1; do ip link set $d master br0 up; done',
  )
  try {
    namespace.sh('tc qdisc add dev tap1 root tbf rate 800kbit burst 3000 latency 10s')
  } catch {
    skipped(t, 'this kernel has no queue that holds packets back')
    return
  }
  await sleep(100)
  // What a bridge floods is a copy, which counts for nobody; so it must know where the destination is.
  far.write(Uint8Array.of(2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 8, 0x88, 0xb5, ...new Uint8Array(50)))
  const frame = new Uint8Array(1000)
  frame.set([2, 0, 0, 0, 0, 8, 2, 0, 0, 0, 0, 9, 0x88, 0xb5])
  const start = performance.now()
  t.is(await tap.send(Array.from({ length: 30 }, () => frame)), 30)
  const took = performance.now() - start
  t.log(`${took.toFixed(0)} ms for 30,000 bytes at 800 kbit/s`)
  t.true(took > 100, 'it waited')
  t.is(tap.counters.sent.dropped, 0)
  const blocked = tap.send(Array.from({ length: 30 }, () => frame))
  await sleep(20)
  tap.close()
  await t.throwsAsync(blocked, { instanceOf: NetworkError, code: 'CLOSED' })
})

test('Web Streams carry packets both ways, and end with the device', async (t) => {
  const { tun, namespace } = tunWithRoute(t)
  const { readable, writable } = packetStreams(tun)
  sendFrom(namespace, [1, 2])
  const reader = readable.getReader()
  t.is((await reader.read()).value?.length, 29)
  t.is((await reader.read()).value?.length, 30)
  const writer = writable.getWriter()
  await writer.write(packet)
  t.is(packetsReceived(namespace), 1)
  t.is((await reader.read()).value?.length, 48, 'the kernel knows no such protocol, and says so')
  const waiting = reader.read()
  await sleep(10)
  tun.close()
  t.true((await waiting).done)
  await t.throwsAsync(writer.write(packet), { instanceOf: NetworkError, code: 'CLOSED' })
})

test('Web Streams that are cancelled leave the device, and what comes later, to others', async (t) => {
  const { tun, namespace } = tunWithRoute(t)
  const nowhere = new WritableStream<Uint8Array>()
  const piped = packetStreams(tun).readable.pipeTo(nowhere, { signal: AbortSignal.timeout(20) })
  await t.throwsAsync(piped, { any: true })
  sendFrom(namespace, [1, 2])
  await sleep(20)
  t.is(tun.counters.received.packets, 0)
  t.is(tun.read()?.length, 29)
  const reader = packetStreams(tun).readable.getReader()
  t.is((await reader.read()).value?.length, 30)
  const waiting = reader.read()
  await reader.cancel()
  t.true((await waiting).done)
  t.false(tun.closed)
})

test('a Node stream carries packets both ways, and tells when the device is deleted', async (t) => {
  const { tun, namespace } = tunWithRoute(t)
  const stream = packetDuplex(tun)
  const lengths: number[] = []
  stream.on('data', (bytes: Uint8Array) => lengths.push(bytes.length))
  sendFrom(namespace, [1, 2, 3])
  stream.write(packet)
  await sleep(50)
  t.deepEqual(lengths, [29, 30, 31, 48])
  t.is(packetsReceived(namespace), 1)
  const failed = new Promise((resolve) => stream.once('error', resolve))
  namespace.sh('ip link del tun0')
  t.like(await failed, { code: 'EBADFD' })
  t.true(tun.closed)
})

test('destroying a Node stream frees the device', async (t) => {
  const { tun, namespace } = tunWithRoute(t)
  const stream = packetDuplex(tun)
  stream.resume()
  await sleep(10)
  const closed = new Promise((resolve) => stream.once('close', resolve))
  stream.destroy()
  await closed
  t.is(namespace.ip('link').length, 1)
})

test('streams that nobody reads leave packets in the kernel, and none is lost', async (t) => {
  const payloads = Array.from({ length: 200 }, (_, index) => 10 + index)
  const expected = payloads.map((bytes) => bytes + 28)
  const duplex = tunWithRoute(t)
  const stream = packetDuplex(duplex.tun)
  stream.on('readable', () => undefined)
  sendFrom(duplex.namespace, payloads)
  await sleep(100)
  t.true(duplex.tun.counters.received.packets <= 128)
  const lengths: number[] = []
  stream.removeAllListeners('readable').on('data', (bytes: Uint8Array) => lengths.push(bytes.length))
  // Turns of the event loop, not time: other tests of this process block it for seconds on a busy machine.
  for (let turn = 0; lengths.length < 200 && turn < 3000; turn++) await sleep(10)
  t.deepEqual(lengths, expected)
  const web = tunWithRoute(t)
  const reader = packetStreams(web.tun).readable.getReader()
  sendFrom(web.namespace, payloads)
  await sleep(100)
  t.is(web.tun.counters.received.packets, 0)
  for (const length of expected) t.is((await reader.read()).value?.length, length)
})

test('queues of one device are opened together, or none is', (t) => {
  const namespace = testNamespace(t)
  const reference = { fd: namespace.fd }
  const queues = openTunQueues(3, { namespace: reference }).unwrap()
  t.deepEqual(new Set(queues.map(({ name }) => name)), new Set(['tun0']))
  t.like(namespace.ip('link', 'show', 'dev', 'tun0')[0], { linkinfo: { info_data: { numqueues: 3 } } })
  for (const queue of queues) queue.close()
  t.is(namespace.ip('link').length, 1)
  const refused = openTapQueues(257, { namespace: reference })
  t.is(refused.err && refused.val.code, 'E2BIG')
  t.is(namespace.ip('link').length, 1)
})

test('the length of the transmit queue can be set', (t) => {
  const { namespace } = tunWithRoute(t, { txQueueLength: 4096 })
  t.like(namespace.ip('link', 'show', 'dev', 'tun0')[0], { txqlen: 4096 })
})

test('a descriptor is handed over to a program without privileges', async (t) => {
  const { tun, namespace } = tunWithRoute(t, { vnetHeader: true, vnetHeaderSize: 12 })
  const program = ['--no-warnings', fixture(import.meta.url, 'adopt')]
  const child = spawn(process.execPath, program, { uid: 65534, gid: 65534, stdio: ['ignore', 'pipe', 'pipe', tun.fd] })
  let [output, errors] = ['', '']
  child.stdout?.on('data', (text) => {
    output += text
    // Only then does its reader wait; this process's descriptor is closed, so that all packets are the child's.
    if (output.startsWith('adopted') && !tun.closed) {
      tun.close()
      sendFrom(namespace, [5])
    }
  })
  child.stderr?.on('data', (text) => (errors += text))
  const code = await new Promise((resolve) => child.once('close', resolve))
  t.is(code, 0, errors)
  t.is(output, 'adopted tun tun0 12 uid 65534\nread 45\nno device: INVALID_ARGUMENT\n')
  t.is(namespace.ip('link').length, 1)
})

test.serial('super-packets come whole where they were asked for, until the switch is thrown', async (t) => {
  const { tun, namespace } = tunWithRoute(t, { vnetHeader: true, offloads: 'available' })
  t.log(`granted: ${tun.offloads.join(' ')}`)
  t.true(tun.offloads.includes('tso4'))
  // On a busy machine TCP may begin with a segment or two by themselves.
  let largest = await largestSegment(tun, namespace)
  for (let tries = 0; tries < 4 && !largest.isSuper; tries++) largest = await largestSegment(tun, namespace)
  t.deepEqual(largest, { kind: 'tcp4', isSuper: true, needsChecksum: true })
  t.deepEqual(tun.setOffloads([]), [])
  t.deepEqual(await largestSegment(tun, namespace), { kind: 'none', isSuper: false, needsChecksum: false })
  t.deepEqual(tun.setOffloads('available').includes('tso4'), true)
})

test.serial('the environment turns offloads off', (t) => {
  process.env['LINKWRIGHT_NO_OFFLOADS'] = '1'
  t.teardown(() => delete process.env['LINKWRIGHT_NO_OFFLOADS'])
  const { tun } = tunWithRoute(t, { vnetHeader: true, offloads: ['checksum', 'tso4'] })
  t.deepEqual(tun.offloads, [])
})

/** Answers a connection just far enough for the kernel to send 20,000 bytes of data at once. */
async function largestSegment(
  tun: TunTapDevice,
  namespace: TestNamespace,
): Promise<{ kind: string; isSuper: boolean; needsChecksum: boolean }> {
  const sender = spawn('nsenter', [
    `--net=${namespace.path}`,
    '--',
    'bash',
    '-c',
    'dd if=/dev/zero bs=20000 count=1 > /dev/tcp/10.0.0.2/80',
  ])
  let found = { length: 0, kind: 'none', needsChecksum: false }
  let batches = 0
  const giveUp = setTimeout(() => tun.close(), 5000)
  for await (const batch of tun) {
    for (const bytes of batch) {
      const header = new VnetHeader(bytes)
      const ip = bytes.subarray(tun.vnetHeaderSize)
      if (ip[33] === 2) tun.write(synAck(ip, tun.vnetHeaderSize))
      else if (ip.length > found.length && ip.length > 100) {
        found = { length: ip.length, kind: header.kind ?? 'unknown', needsChecksum: header.needsChecksum }
      }
    }
    if (++batches > 5 || found.length > 1500) break
  }
  clearTimeout(giveUp)
  sender.kill()
  return { kind: found.kind, isSuper: found.length > 1500, needsChecksum: found.needsChecksum }
}

/** SYN and ACK from 10.0.0.2, with its checksums completed by the kernel's own code for it. */
function synAck(syn: Uint8Array, headerSize: number): Uint8Array {
  const reply = new Uint8Array(headerSize + 40)
  const ip = reply.subarray(headerSize)
  Ipv4Packet.create(ip, { source: syn.slice(16, 20), destination: syn.slice(12, 16), protocol: ipProtocol.tcp })
  ip.set([0x50, 0x12, 0xff, 0xff], 32)
  const tcp = TcpSegment.parse(ip.subarray(20))
  const asked = TcpSegment.parse(syn.subarray(20))
  if (!tcp || !asked) throw new Error('no TCP')
  tcp.sourcePort = asked.destinationPort
  tcp.destinationPort = asked.sourcePort
  tcp.acknowledgment = asked.sequence + 1
  tcp.setChecksum({ source: ip.subarray(12, 16), destination: ip.subarray(16, 20) })
  return reply
}
