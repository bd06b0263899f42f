import { setTimeout as sleep } from 'node:timers/promises'
import test, { type ExecutionContext } from 'ava'
import fc from 'fast-check'
import { Ipv4Packet, Ipv6Packet, parseIp, TcpSegment, UdpDatagram } from '../../src/packet/index.js'
import { coalescePackets, openTun, splitPacket, type TunTapDevice, VnetHeader } from '../../src/tuntap/index.js'
import { testNamespace } from '../helpers/namespace.js'
import { digestThroughTcp, randomBytesAndDigest } from '../helpers/tcp.js'

interface Shape {
  readonly family: 4 | 6
  readonly protocol: 6 | 17
}
const shapes = fc.record<Shape>({ family: fc.constantFrom(4, 6), protocol: fc.constantFrom(6, 17) })

function plainPacket({ family, protocol }: Shape, sequence: number, data: Uint8Array, flags = 0x10): Uint8Array {
  const network = family === 4 ? 20 : 40
  const transport = protocol === 6 ? 20 : 8
  const bytes = new Uint8Array(network + transport + data.length)
  bytes.set(data, network + transport)
  const address = (last: number): Uint8Array => new Uint8Array(family === 4 ? 4 : 16).fill(9).fill(last, -1)
  const fields = { source: address(1), destination: address(2), protocol }
  const ip = family === 4 ? Ipv4Packet.create(bytes, fields) : Ipv6Packet.create(bytes, fields)
  const payload = bytes.subarray(network)
  if (protocol === 17) UdpDatagram.create(payload, { sourcePort: 7, destinationPort: 8 }).setChecksum(ip)
  else {
    payload[12] = 0x50
    const segment = TcpSegment.parse(payload)
    if (!segment) throw new Error('no segment')
    segment.sequence = sequence
    segment.flags = flags
    segment.setChecksum(ip)
  }
  return bytes
}

function split(packets: readonly Uint8Array[], headerSize = 10): Uint8Array[] {
  const all: Uint8Array[] = []
  for (const packet of packets) if (!splitPacket(packet, headerSize, (one) => all.push(one.slice()))) all.push(packet)
  return all
}

/** Without the identification, which a packet that is cut up gets anew, and the checksum that covers it. */
function comparable(packet: Uint8Array): string {
  const bytes = packet.slice()
  if (bytes[0] === 0x45) bytes.fill(0, 4, 6).fill(0, 10, 12)
  return Buffer.from(bytes).toString('hex')
}

test('what is joined is split into the same packets again', (t) => {
  const datum = fc.record({ size: fc.constantFrom(1, 99, 100, 100, 100), push: fc.boolean(), gap: fc.nat(8) })
  fc.assert(
    fc.property(shapes, fc.array(datum, { maxLength: 150 }), fc.nat(0xffffffff), (shape, list, start) => {
      let sequence = start
      const packets = list.map(({ size, push, gap }) => {
        if (gap === 0) sequence += 1000
        const packet = plainPacket(
          shape,
          sequence % 2 ** 32,
          new Uint8Array(size).fill(size),
          push && gap < 2 ? 0x18 : 0x10,
        )
        sequence += size
        return packet
      })
      const joined = coalescePackets(packets, 10)
      t.deepEqual(split(joined).map(comparable), packets.map(comparable))
      for (const packet of split(joined)) {
        const ip = parseIp(packet)
        if (!ip) return false
        if (ip instanceof Ipv4Packet && !ip.checksumIsValid) return false
        const transport = (shape.protocol === 6 ? TcpSegment : UdpDatagram).parse(ip.payload)
        if (!transport?.checksumIsValid(ip)) return false
      }
      return joined.length <= packets.length
    }),
    { numRuns: 300 },
  )
})

test('a run of full segments becomes one packet; a stranger between them keeps his place', (t) => {
  for (const family of [4, 6] as const) {
    const data = new Uint8Array(1000)
    const run = Array.from({ length: 10 }, (_, index) => plainPacket({ family, protocol: 6 }, index * 1000, data))
    const [first = new Uint8Array()] = coalescePackets(run, 10)
    t.is(coalescePackets(run, 10).length, 1)
    t.like(new VnetHeader(first), { kind: family === 4 ? 'tcp4' : 'tcp6', segmentSize: 1000, needsChecksum: true })
    const reset = plainPacket({ family, protocol: 6 }, 5000, new Uint8Array(), 0x14)
    t.is(coalescePackets([...run.slice(0, 5), reset, ...run.slice(5)], 10).length, 3)
    t.is(coalescePackets(run, 10, ['udp']).length, 10)
  }
})

test('a packet with a wrong checksum is joined to nothing', (t) => {
  const run = Array.from({ length: 3 }, (_, index) =>
    plainPacket({ family: 4, protocol: 6 }, index * 1000, new Uint8Array(1000)),
  )
  run[1]?.set([1], 500)
  const joined = coalescePackets(run, 10)
  t.is(joined.length, 3)
  t.deepEqual(joined[1]?.subarray(10), run[1])
})

test('no header and no bytes make them throw', (t) => {
  t.notThrows(() =>
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 120 }),
        fc.constantFrom(0, 1, 3, 4, 5, 0x85),
        fc.constantFrom(0x45, 0x60),
        (bytes, kind, ip) => {
          if (bytes.length > 10) bytes.set([1, kind], 0)
          if (bytes.length > 10) bytes[10] = ip
          splitPacket(bytes, 10, () => undefined)
          coalescePackets([bytes, bytes.subarray(10), bytes.slice(10)], 12)
        },
      ),
      { numRuns: 3000 },
    ),
  )
})

/** Carries super-packets over as plain ones, as a tunnel would. */
async function carry(t: ExecutionContext, from: TunTapDevice, to: TunTapDevice): Promise<void> {
  for await (const batch of from) {
    const packets: Uint8Array[] = []
    for (const packet of batch) t.true(splitPacket(packet, from.vnetHeaderSize, (one) => packets.push(one.slice())))
    for (const packet of packets) if (packet.length > 1500) t.fail(`a packet of ${packet.length} bytes`)
    to.writeBatch(coalescePackets(packets, to.vnetHeaderSize))
  }
}

for (const [family, address] of [
  ['IPv4', '10.0.0.'],
  ['IPv6', 'fd00::'],
] as const) {
  test(`TCP over ${family} crosses two devices, split and joined between them`, async (t) => {
    const [a, b] = [testNamespace(t), testNamespace(t)]
    const open = ({ fd }: { fd: number }): TunTapDevice =>
      openTun({ name: 'tun0', namespace: { fd }, vnetHeader: true, offloads: 'available' }).unwrap()
    const [one, other] = [open(a), open(b)]
    const length = family === 'IPv4' ? 24 : 64
    a.sh(`ip link set tun0 up; ip addr add ${address}1/${length} dev tun0 ${family === 'IPv6' ? 'nodad' : ''}`)
    b.sh(`ip link set tun0 up; ip addr add ${address}2/${length} dev tun0 ${family === 'IPv6' ? 'nodad' : ''}`)
    const carrying = Promise.all([carry(t, one, other), carry(t, other, one)])
    const { data, digest } = randomBytesAndDigest(5_000_000)
    const received = await Promise.race([
      digestThroughTcp(a, b, `${address}2`, data),
      sleep(20_000, 'nothing', { ref: false }),
    ])
    t.is(received, digest)
    t.log(
      `${one.counters.received.packets} packets came for ${Math.ceil(5_000_000 / 1448)} segments, ${other.counters.sent.packets} were written`,
    )
    t.true(other.counters.sent.packets < 3000)
    for (const device of [one, other]) device.close()
    await carrying
  })
}
