// Two daemons of examples/vpn as programs of their own, in namespaces, and an eye on the wire between them.
import { execFile } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import test, { type ExecutionContext } from 'ava'
import { EthernetFrame, etherType, Ipv4Packet, ipProtocol, parseIp, UdpDatagram } from '../../src/packet/index.js'
import { type TestNamespace, testNamespace } from '../helpers/namespace.js'
import { patience } from '../helpers/patience.js'
import { digestThroughTcp, randomBytesAndDigest } from '../helpers/tcp.js'
import { answers, answersWithin, repliesTo, startVpn, until, vpnPair } from '../helpers/vpnDaemon.js'
import { wiretap } from '../helpers/wiretap.js'

const run = promisify(execFile)
const { data, digest } = randomBytesAndDigest(3_000_000)

/** Two namespaces with a wire between them, 192.0.2.1 and 192.0.2.2, and what lies behind the second: 198.51.100.1. */
function twoSites(t: ExecutionContext): [TestNamespace, TestNamespace] {
  const [a, b] = [testNamespace(t), testNamespace(t)]
  a.sh(`ip link add wire0 type veth peer name wire0 netns ${b.path}; ip link set lo up`)
  a.sh('ip addr add 192.0.2.1/24 dev wire0; ip link set wire0 up')
  b.sh('ip addr add 192.0.2.2/24 dev wire0; ip link set wire0 up; ip link set lo up')
  b.sh('ip addr add 198.51.100.1/32 dev lo')
  return [a, b]
}

const sides = (remote: readonly string[], common: object = {}): [object, object] =>
  vpnPair(
    { endpoint: { address: '192.0.2.2', port: 5000 }, addresses: ['10.9.0.1/24'], remote },
    { addresses: ['10.9.0.2/24'], remote: [] },
    common,
  )

/** The datagram of a daemon in a frame; `undefined` for any other frame. */
function daemonDatagram(frame: Uint8Array): { ip: Ipv4Packet; udp: UdpDatagram } | undefined {
  const ip = Ipv4Packet.parse(EthernetFrame.parse(frame)?.payload ?? new Uint8Array())
  const udp = ip?.protocol === ipProtocol.udp ? UdpDatagram.parse(ip.payload) : undefined
  return ip && udp?.sourcePort === 5000 && udp.destinationPort === 5000 ? { ip, udp } : undefined
}

/** Frames that neither the daemons sent nor the wire needs: address resolution, and what IPv6 says for itself. */
function leaks(frames: readonly Uint8Array[]): string[] {
  const secrets = ['0a090001', '0a090002', 'cb007107'].map((hex) => Buffer.from(hex, 'hex'))
  return frames
    .filter((frame) => {
      if (secrets.some((secret) => Buffer.from(frame).includes(secret))) return true
      if (EthernetFrame.parse(frame)?.type === etherType.arp || daemonDatagram(frame)) return false
      const ip = parseIp(EthernetFrame.parse(frame)?.payload ?? new Uint8Array())
      return ip?.version !== 6 || (ip.destination[0] !== 0xff && (ip.source[0] !== 0xfe || ip.protocol !== 58))
    })
    .map((frame) => Buffer.from(frame).toString('hex', 0, 80))
}

const counter = (namespace: TestNamespace, device: string): number =>
  Number(new RegExp(`${device}: *(\\d+)`).exec(namespace.sh('cat /proc/net/dev'))?.[1])

/** Megabits a second by iperf3, which is another eye than our own TCP; `undefined` where it is missing. */
async function iperf(from: TestNamespace, to: TestNamespace, address: string): Promise<number | undefined> {
  const inside = (namespace: TestNamespace, ...args: string[]) =>
    run('nsenter', [`--net=${namespace.path}`, '--', 'iperf3', ...args])
  try {
    await run('iperf3', ['--version'])
  } catch {
    return undefined
  }
  const serving = inside(to, '-s', '-1', '--idle-timeout', '20')
  await until(() => to.sh('cat /proc/net/tcp /proc/net/tcp6').includes(':1451 '))
  const { stdout } = await inside(from, '-c', address, '-t', '1', '-J')
  await serving
  return JSON.parse(stdout).end.sum_received.bits_per_second / 1e6
}

test.serial('a remote subnet is reached through the tunnel, encrypted, and one side can be killed', async (t) => {
  const [a, b] = twoSites(t)
  const [here, there] = sides(['198.51.100.0/24'])
  t.false(await answers(a, '198.51.100.1'))
  const second = await startVpn(t, b, there)
  const tap = wiretap(t, b, 'wire0')
  const first = await startVpn(t, a, here)
  t.true(await answersWithin(a, '198.51.100.1', 30), first.output() + second.output())
  t.is(await repliesTo(a, '10.9.0.2', 100), 100)
  t.is(await digestThroughTcp(a, b, '198.51.100.1', data), digest)
  const frames = tap.frames()
  // Datagrams of a burst are one large frame on this wire, as the kernel cuts them only where it must.
  const carried = frames.reduce((sum, frame) => sum + (daemonDatagram(frame)?.udp.payload.length ?? 0), 0)
  t.true(carried > data.length)
  t.deepEqual(leaks(frames), [])
  t.true(await answers(a, '192.0.2.2'))
  t.is(leaks(tap.frames()).length, 2, 'what goes past the tunnel is seen: a ping and its answer')
  const megabits = await iperf(a, b, '198.51.100.1')
  t.log(megabits === undefined ? 'no iperf3 here' : `iperf3 runs through it: ${megabits.toFixed(0)} Mbit/s`)
  t.true((megabits ?? 1) > 0)
  await second.kill('SIGKILL')
  t.false(await answers(a, '198.51.100.1'))
  t.is(b.ip('link').filter(({ ifname }) => ifname === 'tun0').length, 0)
  const again = await startVpn(t, b, there)
  const began = Date.now()
  t.true(await answersWithin(a, '198.51.100.1', 30), first.output() + again.output())
  t.log(`recovered ${Date.now() - began} ms after the start of the other side`)
  await first.kill('SIGKILL')
  const back = await startVpn(t, a, here)
  t.true(await answersWithin(a, '198.51.100.1', 30), back.output() + again.output())
  t.is(await back.kill('SIGTERM'), 0, back.output())
})

for (const [how, options] of Object.entries({ time: { rekeyAfter: patience(1) }, count: { rekeyAfterPackets: 50 } })) {
  test.serial(`keys change by ${how} while packets flow, and none is lost`, async (t) => {
    const [a, b] = twoSites(t)
    const [here, there] = sides([], options)
    const first = await startVpn(t, a, here)
    await startVpn(t, b, there)
    t.true(await answersWithin(a, '10.9.0.2', 30))
    t.is(await repliesTo(a, '10.9.0.2', 300, patience(0.02)), 300)
    const sessions = new Set(first.output().match(/session \w+/g))
    t.log(`${sessions.size} sessions`)
    t.true(sessions.size >= 4)
  })
}

/** A frame of a daemon with another source or content, as a machine on the wire would send it. */
function altered(frame: Uint8Array, change: { source?: Uint8Array; payload?: Uint8Array }): Uint8Array {
  const original = daemonDatagram(frame)
  if (!original) throw new Error('no datagram of a daemon')
  const payload = change.payload ?? original.udp.payload
  const bytes = new Uint8Array(14 + 28 + payload.length)
  bytes.set(frame.subarray(0, 14))
  bytes.set(payload, 42)
  const ip = Ipv4Packet.create(bytes.subarray(14), {
    source: change.source ?? original.ip.source,
    destination: original.ip.destination,
    protocol: ipProtocol.udp,
  })
  UdpDatagram.create(ip.payload, { sourcePort: 5000, destinationPort: 5000 }).setChecksum(ip)
  return bytes
}

const stranger = Uint8Array.of(192, 0, 2, 77)
const datagramsIn = (namespace: TestNamespace): number =>
  Number(/^Udp: (\d+)/m.exec(namespace.sh('cat /proc/net/snmp').replace(/^Udp: \D.*$/m, ''))?.[1])

test.serial('what was recorded, forged or cut changes nothing, and no stranger becomes the other side', async (t) => {
  const [a, b] = twoSites(t)
  const [here, there] = sides([], { deadAfter: 8 })
  const tap = wiretap(t, a, 'wire0')
  await startVpn(t, a, here)
  const second = await startVpn(t, b, there)
  t.true(await answersWithin(a, '10.9.0.2', 30), second.output())
  t.is(await repliesTo(a, '10.9.0.2', 10), 10)
  const recorded = tap.frames().filter((frame) => daemonDatagram(frame)?.ip.source[3] === 1)
  const type = (frame: Uint8Array): number | undefined => daemonDatagram(frame)?.udp.payload[0]
  const hellos = recorded.filter((frame) => type(frame) === 1)
  t.true(hellos.length > 0)
  const bad = recorded.flatMap((frame) => {
    const payload = daemonDatagram(frame)?.udp.payload.slice() ?? new Uint8Array()
    const flipped = payload.slice()
    flipped[20] = (flipped[20] ?? 0) ^ 1
    return [payload, flipped, payload.subarray(0, -1), payload.subarray(0, 17), payload.subarray(0, 0)].flatMap(
      (content) => [altered(frame, { payload: content }), altered(frame, { payload: content, source: stranger })],
    )
  })
  const [log, packets, arrived] = [second.output(), counter(b, 'tun0'), datagramsIn(b)]
  for (const frame of bad) tap.inject(frame)
  t.true(await until(() => datagramsIn(b) - arrived >= bad.length), 'all of them got as far as the daemon')
  t.is(counter(b, 'tun0'), packets)
  t.is(second.output(), log)
  t.is(await repliesTo(a, '10.9.0.2', 10), 10)
  // A daemon that started anew knows no time; an old hello gets an answer, and leads nobody astray.
  await second.kill('SIGKILL')
  const again = await startVpn(t, b, there)
  tap.frames()
  b.sh('ip neigh replace 192.0.2.77 lladdr 02:00:00:00:00:77 dev wire0')
  for (const hello of hellos) tap.inject(altered(hello, { source: stranger }))
  await sleep(100)
  const astray = tap.frames().filter((frame) => daemonDatagram(frame)?.ip.destination[3] === 77)
  t.true(astray.length <= hellos.length)
  t.true(astray.every((frame) => type(frame) === 2))
  t.true(await answersWithin(a, '10.9.0.2', 30), again.output())
  t.notRegex(again.output(), /192\.0\.2\.77/)
})

test.serial('a side may move while packets flow', async (t) => {
  const [a, b] = twoSites(t)
  const [here, there] = sides([])
  await startVpn(t, a, here)
  const second = await startVpn(t, b, there)
  t.true(await answersWithin(a, '10.9.0.2', 30))
  t.regex(second.output(), /with 192\.0\.2\.1:5000/)
  a.sh('ip addr del 192.0.2.1/24 dev wire0; ip addr add 192.0.2.9/24 dev wire0')
  t.true(await answersWithin(a, '10.9.0.2', 30), second.output())
  t.regex(second.output(), /with 192\.0\.2\.9:5000/)
  t.is(await repliesTo(b, '10.9.0.1', 10), 10)
})

test.serial('a flood of forged greetings holds nobody up', async (t) => {
  const [a, b] = twoSites(t)
  const [here, there] = sides([], { deadAfter: 60 })
  const tap = wiretap(t, a, 'wire0')
  await startVpn(t, a, here)
  const second = await startVpn(t, b, there)
  t.true(await answersWithin(a, '10.9.0.2', 30))
  const hello = tap.frames().find((frame) => daemonDatagram(frame)?.udp.payload[0] === 1)
  if (!hello) return t.fail()
  const [log, arrived] = [second.output(), datagramsIn(b)]
  const pinging = repliesTo(a, '10.9.0.2', 100, 0.02)
  const forged = Array.from({ length: 100 }, (_, index) => {
    const payload = daemonDatagram(hello)?.udp.payload.slice() ?? new Uint8Array()
    // Of the future, so that only its code tells.
    payload.set(Buffer.alloc(8, 0x7f), 8)
    payload[index % 80] = index
    payload[0] = 1
    return altered(hello, { payload, source: stranger })
  })
  for (let round = 0; round < 200; round++) {
    for (const frame of forged) tap.inject(frame)
    await sleep(2)
  }
  t.is(await pinging, 100)
  t.is(second.output(), log)
  t.log(`${datagramsIn(b) - arrived} datagrams came`)
  t.true(datagramsIn(b) - arrived > 15_000)
})

test.serial('others must not be able to read the private key', async (t) => {
  const [a] = twoSites(t)
  const [here] = sides([])
  const daemon = await startVpn(t, a, here, 0o640)
  t.is(daemon.child.exitCode, 1)
  t.regex(daemon.output(), /chmod 600/)
  t.is(a.ip('link').filter(({ ifname }) => ifname === 'tun0').length, 0)
})
