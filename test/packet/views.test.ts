// The bytes of other implementations: what the kernel wrote, and packets taken apart by hand.
import test from 'ava'
import fc from 'fast-check'
import {
  ArpPacket,
  arpOperation,
  EthernetFrame,
  etherType,
  IcmpMessage,
  Icmpv6Message,
  Ipv4Packet,
  Ipv6Packet,
  internetChecksum,
  ipProtocol,
  parseIp,
  TcpSegment,
  tcpFlag,
  UdpDatagram,
  updatedChecksum,
  updatedChecksumOf,
} from '../../src/packet/index.js'

const bytesOf = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex.replaceAll(/\s/g, ''), 'hex'))
const address4 = fc.uint8Array({ minLength: 4, maxLength: 4 })
const address6 = fc.uint8Array({ minLength: 16, maxLength: 16 })
const payload = fc.uint8Array({ maxLength: 600 })

/** Everything that a view tells, so that nothing of it can throw unnoticed. */
function readAll(view: object | undefined, carrier?: Ipv4Packet | Ipv6Packet): void {
  if (!view) return
  for (let type = Object.getPrototypeOf(view); type !== Object.prototype; type = Object.getPrototypeOf(type)) {
    for (const [name, { get }] of Object.entries(Object.getOwnPropertyDescriptors(type))) {
      if (get) Reflect.get(view, name)
    }
  }
  if (view instanceof Ipv6Packet) Array.from(view.extensions())
  if (view instanceof TcpSegment) Array.from(view.options())
  if (!carrier) return
  if (view instanceof TcpSegment || view instanceof UdpDatagram || view instanceof Icmpv6Message) {
    view.checksumIsValid(carrier)
    view.setChecksum(carrier)
  }
}

test('no bytes make a parser or a view throw, and no view leaves its bytes', (t) => {
  const starts = [[], [0x45], [0x60], [0x4f], [0x65]].map((start) => Uint8Array.from(start))
  t.notThrows(() =>
    fc.assert(
      fc.property(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 200 }), (start, rest) => {
        const room = new Uint8Array(start.length + rest.length + 64).fill(0xa5)
        const bytes = room.subarray(32, 32 + start.length + rest.length)
        bytes.set(start)
        bytes.set(rest, start.length)
        const ip = parseIp(bytes)
        readAll(ip)
        readAll(EthernetFrame.parse(bytes))
        readAll(ArpPacket.parse(bytes))
        readAll(IcmpMessage.parse(bytes))
        for (const transport of [TcpSegment, UdpDatagram, Icmpv6Message]) {
          readAll(transport.parse(bytes), ip)
          readAll(ip && transport.parse(ip.payload), ip)
        }
        return room.subarray(0, 32).every(is(0xa5)) && room.subarray(-32).every(is(0xa5))
      }),
      { numRuns: 3000 },
    ),
  )
})

const is = (value: number) => (byte: number) => byte === value

test('what is created is parsed as it was meant, and its checksums hold until a bit flips', (t) => {
  fc.assert(
    fc.property(
      fc.oneof(fc.tuple(address4, address4), fc.tuple(address6, address6)),
      fc.constantFrom(ipProtocol.tcp, ipProtocol.udp, ipProtocol.icmpv6),
      payload,
      fc.nat(),
      ([source, destination], protocol, data, where) => {
        const headerSize = source.length === 4 ? 20 : 40
        const bytes = new Uint8Array(headerSize + 20 + data.length)
        bytes.set(data, headerSize + 20)
        const fields = { source, destination, protocol }
        const created = source.length === 4 ? Ipv4Packet.create(bytes, fields) : Ipv6Packet.create(bytes, fields)
        const ip = parseIp(bytes)
        if (!ip) return false
        t.deepEqual([ip.source, ip.destination, ip.protocol], [source, destination, protocol])
        t.deepEqual(ip.payload, created.payload)
        bytes[headerSize + 12] = 0x50
        if (protocol === ipProtocol.udp) UdpDatagram.create(ip.payload, { sourcePort: 1, destinationPort: 0xffff })
        const transport =
          protocol === ipProtocol.tcp
            ? TcpSegment.parse(ip.payload)
            : (protocol === ipProtocol.udp ? UdpDatagram : Icmpv6Message).parse(ip.payload)
        if (!transport) return false
        transport.setChecksum(ip)
        if (!transport.checksumIsValid(ip)) return false
        // Any one bit but those of the data offset and of UDP's length and checksum, without which it is another packet.
        const bit = where % ((bytes.length - headerSize - 20) * 8 || 1)
        if (data.length === 0) return true
        const index = headerSize + 20 + (bit >> 3)
        bytes[index] = (bytes[index] ?? 0) ^ (1 << (bit & 7))
        return !transport.checksumIsValid(ip)
      },
    ),
  )
})

test('updating a checksum is computing it anew', (t) => {
  const words = fc.uint8Array({ minLength: 40, maxLength: 40 })
  fc.assert(
    fc.property(words, fc.nat(18), fc.nat(0xffff), address4, (bytes, index, after, address) => {
      // RFC 1624 §3: over zeros only, the two zeros of one's complement cannot be told apart.
      bytes[39] = (bytes[39] ?? 0) | 1
      const old = internetChecksum(bytes)
      const before = ((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0)
      bytes.set([after >> 8, after & 0xff], index * 2)
      t.is(updatedChecksum(old, before, after), internetChecksum(bytes))
      const previous = bytes.slice(12, 16)
      const now = internetChecksum(bytes)
      bytes.set(address, 12)
      t.is(updatedChecksumOf(now, previous, address), internetChecksum(bytes))
    }),
  )
})

test('long and short sums are the same', (t) => {
  t.notThrows(() =>
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 0, maxLength: 2000, size: 'max' }), (bytes) => {
        let sum = 0
        for (const [index, byte] of bytes.entries()) sum += index % 2 === 0 ? byte << 8 : byte
        while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
        return internetChecksum(bytes) === (~sum & 0xffff)
      }),
    ),
  )
})

test('an IPv4 packet with options, a padded frame and two VLAN tags', (t) => {
  const packet = '4600 001c 1234 4000 4001 0000 0a000001 0a000002 94040000 0800 f7ff'
  const frame = EthernetFrame.parse(bytesOf(`020000000001 020000000002 88a8 0064 8100 2007 0800 ${packet} ffffffff`))
  t.deepEqual(
    frame?.vlans.map(({ id, priority }) => [id, priority]),
    [
      [100, 0],
      [7, 1],
    ],
  )
  t.is(frame?.type, etherType.ipv4)
  const ip = Ipv4Packet.parse(frame?.payload ?? new Uint8Array())
  t.like(ip, { headerLength: 24, totalLength: 28, ttl: 64, protocol: 1, dontFragment: true, isFragment: false })
  t.is(ip?.payload.length, 4)
  ip?.setChecksum()
  t.true(ip?.checksumIsValid)
  if (ip) ip.ttl--
  t.is(ip?.ttl, 63)
  t.true(ip?.checksumIsValid)
})

test('an IPv6 packet behind extension headers, and fragments of one', (t) => {
  const addresses = `${'00'.repeat(15)}01 ${'00'.repeat(15)}02`
  const behind = Ipv6Packet.parse(
    bytesOf(
      `6ab12345 0028 00 40 ${addresses} 3c00050200000000 3301000000000000 0000000000000000 11000000000000aa
             0001000200080000`.replace('3301000000000000 0000000000000000', '2c00000000000000'),
    ),
  )
  t.is(behind, undefined, 'the stated length is missing')
  const hopByHop = '3c00050200000000'
  const destinationOptions = '2c01000000000000 0000000000000000'
  const firstFragment = '11000001000000aa'
  const datagram = '0001000200080000'
  const packet = (fragment: string): Ipv6Packet | undefined =>
    Ipv6Packet.parse(
      bytesOf(`6ab12345 0028 00 40 ${addresses} ${hopByHop} ${destinationOptions} ${fragment} ${datagram}`),
    )
  const first = packet(firstFragment)
  t.like(first, { protocol: 17, payloadOffset: 72, hopLimit: 64, flowLabel: 0x12345, dscp: 0x2a, ecn: 3 })
  t.deepEqual(first?.fragment, { offset: 0, more: true, identification: 0xaa })
  t.true(first?.isFragment)
  t.deepEqual(first && Array.from(first.extensions(), ({ protocol, bytes }) => [protocol, bytes.length]), [
    [0, 8],
    [60, 16],
    [44, 8],
  ])
  t.is(UdpDatagram.parse(first?.payload ?? new Uint8Array())?.destinationPort, 2)
  // The rest of an authentication header would follow; in a later fragment no header is looked for.
  const later = packet('33000008000000aa')
  t.like(later, { protocol: 51, payloadOffset: 72 })
  t.like(later?.fragment, { offset: 8, more: false })
  t.is(packet('33000001000000aa')?.payloadOffset, undefined)
})

test('a TCP segment of the kernel, with options', (t) => {
  // SYN of Linux, loopback, port 40000 to 80.
  const segment = TcpSegment.parse(
    bytesOf('9c400050 00000001 00000000 a002 ffc4 0000 0000 0204ffd7 0402080a 000000010000000001030307'),
  )
  t.like(segment, { sourcePort: 40_000, destinationPort: 80, sequence: 1, flags: tcpFlag.syn, headerLength: 40 })
  t.deepEqual(segment && Array.from(segment.options(), ({ kind }) => kind), [2, 4, 8, 3])
})

test('an ARP request and its answer', (t) => {
  const [senderMac, senderAddress, targetAddress] = [bytesOf('020000000001'), bytesOf('0a000001'), bytesOf('0a000002')]
  const request = ArpPacket.create({ operation: arpOperation.request, senderMac, senderAddress, targetAddress })
  t.is(
    Buffer.from(request.bytes).toString('hex'),
    '0001080006040001020000000001 0a000001 000000000000 0a000002'.replaceAll(' ', ''),
  )
  t.deepEqual(ArpPacket.parse(request.bytes)?.targetAddress, targetAddress)
  t.throws(() => (request.targetAddress = senderMac), { instanceOf: TypeError })
})

test('a zero checksum of UDP is right over IPv4 only, and is never written', (t) => {
  const datagram = UdpDatagram.create(new Uint8Array(10), { sourcePort: 1, destinationPort: 2 })
  const four = { source: new Uint8Array(4), destination: new Uint8Array(4) }
  t.true(datagram.checksumIsValid(four))
  t.false(datagram.checksumIsValid({ source: new Uint8Array(16), destination: new Uint8Array(16) }))
  datagram.payload.set([0xff, 0xff - 17 - 10 - 10 - 3], 0)
  datagram.setChecksum(four)
  t.is(datagram.checksum, 0xffff)
  t.true(datagram.checksumIsValid(four))
})
