import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import test, { type ExecutionContext } from 'ava'
import fc from 'fast-check'
import { answerPings, echoHost } from '../../examples/echoHost.js'
import { EthernetFrame, etherType, Icmpv6Message, Ipv6Packet, ipProtocol } from '../../src/packet/index.js'
import { openTap, type TunTapDevice } from '../../src/tuntap/index.js'
import { type TestNamespace, testNamespace } from '../helpers/namespace.js'
import { skipped } from '../helpers/skipped.js'

const run = promisify(execFile)
const mac = '02:00:00:00:00:02'

/** A TAP device with addresses, at whose other end nobody is yet. */
function tapWithAddresses(t: ExecutionContext): { namespace: TestNamespace; tap: TunTapDevice } {
  const namespace = testNamespace(t)
  const tap = openTap({ name: 'tap0', namespace: { fd: namespace.fd } }).unwrap()
  t.teardown(() => tap.close())
  namespace.sh('ip link set tap0 up; ip addr add 10.0.0.1/24 dev tap0; ip addr add fd00::1/64 dev tap0 nodad')
  return { namespace, tap }
}

/** Pings without blocking this process, which answers; `undefined` where there is no ping. */
async function ping(t: ExecutionContext, namespace: TestNamespace, args: string): Promise<string | undefined> {
  try {
    return (await run('nsenter', [`--net=${namespace.path}`, '--', 'ping', ...args.split(' ')])).stdout
  } catch (error) {
    const { code, stdout } = error as { code?: unknown; stdout?: string }
    if (code === 1) return stdout
    skipped(t, `no usable ping (${error})`)
    return undefined
  }
}

for (const [family, address, absent] of [
  ['IPv4', '10.0.0.2', '10.0.0.3'],
  ['IPv6', 'fd00::2', 'fd00::3'],
] as const) {
  test(`the kernel pings a host of this process over ${family}, and no other`, async (t) => {
    const { namespace, tap } = tapWithAddresses(t)
    const answered = answerPings(tap, { mac, addresses: ['10.0.0.2/24', 'fd00::2'] })
    const output = await ping(t, namespace, `-c 20 -i 0.01 -W 30 ${address}`)
    if (output === undefined) return
    t.regex(output, / 20 received/)
    t.regex((await ping(t, namespace, `-c 1 -s 1400 -W 30 ${address}`)) ?? '', /1 received/)
    t.true(JSON.stringify(namespace.ip('neigh', 'show', address)).includes(mac))
    t.regex((await ping(t, namespace, `-c 1 -W 1 ${absent}`)) ?? '', / 0 received/)
    tap.close()
    t.is(await answered, 21)
  })
}

test('datagrams to port 7 come back, over IPv4 and IPv6, and no others do', async (t) => {
  const { namespace, tap } = tapWithAddresses(t)
  const answered = answerPings(tap, { mac, addresses: ['10.0.0.2/24', 'fd00::2'] })
  const program = `
    import { createSocket } from 'node:dgram'
    for (const [type, address, port] of [['udp4', '10.0.0.2', 7], ['udp6', 'fd00::2', 7], ['udp4', '10.0.0.2', 8]]) {
      const socket = createSocket(type)
      const reply = new Promise((resolve) => socket.on('message', (data, from) => resolve(data + ' ' + from.port)))
      socket.send('hello', port, address)
      console.log(await Promise.race([reply, new Promise((resolve) => setTimeout(resolve, port === 7 ? 30_000 : 500, 'silence'))]))
      socket.close()
    }
    process.exit()`
  const args = [`--net=${namespace.path}`, '--', process.execPath, '--input-type=module', '-e', program]
  t.is((await run('nsenter', args)).stdout, 'hello 7\nhello 7\nsilence\n')
  tap.close()
  t.is(await answered, 2)
})

test('a duplicate address is noticed', async (t) => {
  const { namespace, tap } = tapWithAddresses(t)
  const answered = answerPings(tap, { mac, addresses: ['fd00::2'] })
  // Asked several times, so that a busy machine answers in time.
  namespace.sh('sysctl -qw net.ipv6.conf.tap0.dad_transmits=20; ip addr add fd00::2/64 dev tap0')
  const failed = (): boolean => namespace.sh('ip addr show dev tap0').includes('dadfailed')
  for (const end = Date.now() + 30_000; !failed() && Date.now() < end; ) {
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  t.regex(namespace.sh('ip addr show dev tap0'), /fd00::2\/64 .*dadfailed/)
  tap.close()
  t.is(await answered, 0)
})

test('bad frames are neither answered nor fatal', async (t) => {
  const { namespace, tap } = tapWithAddresses(t)
  const peer = openTap({ name: 'tap1', namespace: { fd: namespace.fd } }).unwrap()
  namespace.sh('ip link add br0 type bridge; ip link set br0 up; ip link set tap0 master br0')
  namespace.sh('ip link set tap1 master br0 up')
  const answered = answerPings(tap, { mac, addresses: ['10.0.0.2'] })
  for (let size = 14; size < 100; size++) {
    for (const type of [0x0806, 0x0800, 0x86dd]) {
      const frame = new Uint8Array(size).fill(0xff)
      frame.set([2, 0, 0, 0, 0, 9], 6)
      frame.set([type >> 8, type & 0xff], 12)
      peer.write(frame)
      frame.fill(0, 14)
      peer.write(frame)
    }
  }
  await new Promise((resolve) => setTimeout(resolve, 100))
  tap.close()
  t.is(await answered, 0)
  peer.close()
})

test('refuses what is no address', async (t) => {
  const { tap } = tapWithAddresses(t)
  await t.throwsAsync(answerPings(tap, { mac, addresses: ['10.0.0'] }), { instanceOf: TypeError })
  await t.throwsAsync(answerPings(tap, { mac: 'nonsense', addresses: [] }), { instanceOf: TypeError })
})

const host = echoHost({ mac, addresses: ['10.0.0.2', 'fd00::2'] })
const asker = Uint8Array.of(2, 0, 0, 0, 0, 1)
const address = (...start: number[]): Uint8Array => Uint8Array.from([...start, ...Array(15 - start.length).fill(0), 2])
const ours = address(0xfd)
const unspecified = new Uint8Array(16)
const group = Uint8Array.of(0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, 0, 0, 2)

/** A neighbor solicitation for fd00::2, with what may be wrong about it. */
function solicitation(wrong: {
  hopLimit?: number
  source?: Uint8Array
  destination?: Uint8Array
  target?: Uint8Array
  code?: number
  options?: readonly number[]
  checksum?: number
}): Uint8Array {
  const { options = [1, 1, ...asker], source = address(0xfd, 1), destination = group } = wrong
  const frame = EthernetFrame.create({
    destination: Uint8Array.of(0x33, 0x33, 0xff, 0, 0, 2),
    source: asker,
    type: etherType.ipv6,
    payloadLength: 64 + options.length,
  })
  const fields = { source, destination, protocol: ipProtocol.icmpv6, hopLimit: wrong.hopLimit ?? 255 }
  const ip = Ipv6Packet.create(frame.payload, fields)
  ip.payload.set([135, wrong.code ?? 0])
  ip.payload.set(wrong.target ?? ours, 8)
  ip.payload.set(options, 24)
  Icmpv6Message.parse(ip.payload)?.setChecksum(ip)
  ip.payload[2] = (ip.payload[2] ?? 0) ^ (wrong.checksum ?? 0)
  return frame.bytes
}

test('a neighbor is told who asks rightly, and nobody else (RFC 4861 §7.1.1)', (t) => {
  for (const right of [{}, { destination: ours }, { source: unspecified, options: [] }, { options: [] }]) {
    const answer = host(solicitation(right))
    const frame = EthernetFrame.parse(answer?.frame ?? new Uint8Array())
    const ip = frame && Ipv6Packet.parse(frame.payload)
    const message = ip && Icmpv6Message.parse(ip.payload)
    if (!ip || !message) return t.fail()
    t.true(message.checksumIsValid(ip))
    t.like(ip, { hopLimit: 255, source: ours })
    t.is(message.type, 136)
    const isProbe = 'source' in right
    t.is(message.bytes[4], isProbe ? 0x20 : 0x60)
    t.deepEqual(frame?.destination, isProbe ? Uint8Array.of(0x33, 0x33, 0, 0, 0, 1) : asker)
    t.deepEqual(message.bytes.subarray(24), Uint8Array.of(2, 1, 2, 0, 0, 0, 0, 2))
  }
  for (const wrong of [
    { hopLimit: 254 },
    { code: 1 },
    { checksum: 1 },
    { target: address(0xfd, 9) },
    { target: group },
    { options: [1, 0, ...asker] },
    { options: [1, 2, ...asker] },
    { options: [1] },
    { source: unspecified },
    { source: unspecified, destination: ours, options: [] },
  ]) {
    t.is(host(solicitation(wrong)), undefined, JSON.stringify(wrong))
  }
})

test('no frame makes the host throw, and nothing with a flipped bit behind its addresses is answered', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.constantFrom(0x0800, 0x0806, 0x86dd), (bytes, type) => {
      host(bytes)
      if (bytes.length >= 14) bytes.set([type >> 8, type & 0xff], 12)
      if (bytes.length >= 15) bytes[14] = type === 0x0800 ? 0x45 : 0x60
      host(bytes)
    }),
    { numRuns: 3000 },
  )
  const valid = solicitation({})
  for (let bit = 54 * 8; bit < valid.length * 8; bit++) {
    const frame = valid.slice()
    frame[bit >> 3] = (frame[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    t.is(host(frame), undefined, `bit ${bit}`)
  }
})
