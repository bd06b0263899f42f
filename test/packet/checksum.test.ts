import test from 'ava'
import {
  checksumOfPseudoHeader,
  IcmpMessage,
  Ipv4Packet,
  internetChecksum,
  TcpSegment,
  UdpDatagram,
  updatedChecksum,
  updatedChecksumOf,
} from '../../src/packet/index.js'

test('sums the example of RFC 1071 §3', (t) => {
  const bytes = Uint8Array.of(0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7)
  t.is(internetChecksum(bytes), ~0xddf2 & 0xffff)
})

test('an odd last byte counts as if a zero followed', (t) => {
  t.is(internetChecksum(Uint8Array.of(1, 2, 3)), internetChecksum(Uint8Array.of(1, 2, 3, 0)))
})

test('bytes that hold their checksum sum to zero, at any length', (t) => {
  for (const length of [20, 1500, 65_535]) {
    const bytes = new Uint8Array(length).fill(0xff)
    bytes.set([0, 0], 10)
    const checksum = internetChecksum(bytes)
    bytes.set([checksum >> 8, checksum & 0xff], 10)
    t.is(internetChecksum(bytes), 0)
  }
})

test('the pseudo-header covers addresses, protocol and length', (t) => {
  // A UDP datagram of Linux: 10.0.0.1:1 to 10.0.0.2:2, "hi".
  const source = Uint8Array.of(10, 0, 0, 1)
  const destination = Uint8Array.of(10, 0, 0, 2)
  const datagram = Uint8Array.of(0, 1, 0, 2, 0, 10, 0, 0, 0x68, 0x69)
  const expected = ~(0x0a00 + 1 + 0x0a00 + 2 + 17 + 10 + (1 + 2 + 10 + 0x6869)) & 0xffff
  t.is(internetChecksum(datagram, checksumOfPseudoHeader(source, destination, 17, 10)), expected)
})

/** A packet from 10.0.0.1 to 10.0.0.2 with right checksums, and what it carries. */
function packetOf(protocol: number, header: readonly number[]): Ipv4Packet {
  const bytes = new Uint8Array(60)
  bytes.set(header, 20)
  const [source, destination] = [Uint8Array.of(10, 0, 0, 1), Uint8Array.of(10, 0, 0, 2)]
  return Ipv4Packet.create(bytes, { source, destination, protocol })
}

for (const [name, protocol, header, parse] of [
  ['TCP', 6, [0, 80, 1, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0x50, 16], TcpSegment.parse],
  ['UDP', 17, [0, 80, 1, 0, 0, 40], UdpDatagram.parse],
] as const) {
  test(`an address and a port of ${name} are translated without summing up the packet again`, (t) => {
    const packet = packetOf(protocol, header)
    const inner = parse(packet.payload)
    if (!inner) return t.fail('nothing is in it')
    inner.setChecksum(packet)
    const [before, after] = [packet.source.slice(), Uint8Array.of(198, 51, 100, 7)]
    packet.source = after
    packet.checksum = updatedChecksumOf(packet.checksum, before, after)
    inner.checksum = updatedChecksum(updatedChecksumOf(inner.checksum, before, after), inner.sourcePort, 40_000)
    inner.sourcePort = 40_000
    t.true(packet.checksumIsValid)
    t.true(inner.checksumIsValid(packet))
  })
}

test('the identifier of an echo is translated without summing up the message again', (t) => {
  const message = IcmpMessage.parse(packetOf(1, [8, 0, 0, 0, 0, 9, 0, 1]).payload)
  if (!message) return t.fail('nothing is in it')
  message.setChecksum()
  message.checksum = updatedChecksum(message.checksum, message.identifier, 77)
  message.identifier = 77
  t.true(message.checksumIsValid)
})
