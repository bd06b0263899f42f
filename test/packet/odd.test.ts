// Headers that are right but rare, and those that stop in the middle.
import test from 'ava'
import { EthernetFrame, Ipv4Packet, Ipv6Packet, ipProtocol, TcpSegment } from '../../src/packet/index.js'

const tcpWith = (options: readonly number[]): TcpSegment | undefined => {
  const bytes = new Uint8Array(20 + Math.ceil(options.length / 4) * 4)
  bytes.set(options, 20)
  bytes[12] = (bytes.length / 4) << 4
  return TcpSegment.parse(bytes)
}

test('options of TCP end where they are malformed, and nothing behind them is shown', (t) => {
  const kinds = (...options: number[]): number[] => Array.from(tcpWith(options)?.options() ?? [], ({ kind }) => kind)
  t.deepEqual(kinds(2, 4, 5, 0xb4, 1, 1, 4, 2), [2, 4], 'after two that pad')
  t.deepEqual(kinds(2, 4, 5, 0xb4, 0, 4, 2, 0), [2], 'none behind the end of the list')
  t.deepEqual(kinds(4, 2, 3, 0, 4, 2, 1, 1), [4], 'a length of 0')
  t.deepEqual(kinds(4, 2, 3, 1, 4, 2, 1, 1), [4], 'a length of 1')
  t.deepEqual(kinds(4, 2, 3, 9, 1, 1, 1, 1), [4], 'a length over the end')
  t.deepEqual(kinds(1, 1, 1, 8), [], 'no room for a length')
  t.deepEqual(kinds(254, 4, 0xf9, 0x89), [254], 'an experimental one')
  t.deepEqual(Array.from(tcpWith([3, 3, 7, 0])?.options() ?? []), [{ kind: 3, data: Uint8Array.of(7) }])
  t.deepEqual(Array.from(TcpSegment.parse(new Uint8Array(20).fill(0x50, 12, 13))?.options() ?? []), [])
  const short = new Uint8Array(24)
  short[12] = 0x70
  t.is(TcpSegment.parse(short), undefined, 'a header that is longer than the segment')
})

test('tags of VLANs, any number of them, whole or cut', (t) => {
  const frame = (...words: number[]): Uint8Array =>
    Uint8Array.from([...new Uint8Array(12), ...words.flatMap((word) => [word >> 8, word & 0xff])])
  const three = EthernetFrame.parse(frame(0x88a8, 0xffff, 0x8100, 1, 0x8100, 0x2000, 0x86dd, 0x6000))
  t.is(three?.type, 0x86dd)
  t.is(three?.payloadOffset, 26)
  t.is(three?.payload.length, 2)
  t.deepEqual(three?.vlans, [
    { protocol: 0x88a8, id: 4095, priority: 7, dropEligible: true },
    { protocol: 0x8100, id: 1, priority: 0, dropEligible: false },
    { protocol: 0x8100, id: 0, priority: 1, dropEligible: false },
  ])
  t.is(EthernetFrame.parse(frame(0x8100)), undefined)
  t.is(EthernetFrame.parse(frame(0x8100, 5)), undefined)
  t.is(EthernetFrame.parse(frame(0x8100, 5, 0x8100)), undefined)
  t.is(EthernetFrame.parse(frame(0x8100, 5, 100))?.type, 100, 'a length of IEEE 802.3')
})

/** An IPv6 packet whose chain starts with `first`, followed by the headers. */
function ipv6(first: number, ...headers: number[][]): Ipv6Packet | undefined {
  const chain = headers.flat()
  const bytes = new Uint8Array(40 + chain.length)
  bytes.set([0x60, 0, 0, 0, chain.length >> 8, chain.length & 0xff, first])
  bytes.set(chain, 40)
  return Ipv6Packet.parse(bytes)
}

const extension = (next: number, units = 0): number[] => [next, units, ...new Uint8Array(6 + units * 8)]

test('chains of IPv6 extension headers, whole or cut', (t) => {
  const { hopByHop, routing, destinationOptions, mobility, authentication, esp, noNextHeader, udp } = ipProtocol
  const long = ipv6(hopByHop, extension(routing), extension(destinationOptions, 2), extension(mobility), extension(udp))
  // The length that stands beside the next protocol is that of the header itself.
  t.like(long, { protocol: udp, payloadOffset: 40 + 8 + 24 + 8 + 8 })
  t.deepEqual(long && Array.from(long.extensions(), ({ protocol, bytes }) => [protocol, bytes.length]), [
    [hopByHop, 8],
    [routing, 24],
    [destinationOptions, 8],
    [mobility, 8],
  ])
  // RFC 4302 §2.2: in units of four bytes, less two.
  t.is(ipv6(authentication, [udp, 4, ...new Uint8Array(22)])?.payloadOffset, 64)
  t.like(ipv6(esp, [1, 2, 3, 4]), { protocol: esp, payloadOffset: 40 }, 'what is encrypted is no header')
  t.like(ipv6(noNextHeader), { protocol: noNextHeader, payloadOffset: 40 })
  t.is(ipv6(hopByHop), undefined)
  t.is(ipv6(hopByHop, [udp, 0, 0, 0]), undefined)
  t.is(ipv6(hopByHop, extension(routing), [udp, 1, 0, 0, 0, 0, 0, 0]), undefined)
  const endless = Array.from({ length: 8000 }, () => extension(destinationOptions))
  t.is(ipv6(destinationOptions, ...endless), undefined, 'a chain that never comes to an end')
})

test('an IPv4 packet that lies about its lengths is none', (t) => {
  const packet = (first: number, total: number, size: number): Ipv4Packet | undefined => {
    const bytes = new Uint8Array(size)
    bytes.set([first, 0, total >> 8, total & 0xff])
    return Ipv4Packet.parse(bytes)
  }
  t.is(packet(0x45, 20, 20)?.payload.length, 0)
  t.is(packet(0x45, 24, 46)?.payload.length, 4, 'padding of Ethernet is left out')
  t.is(packet(0x4f, 60, 60)?.options.length, 40)
  for (const [first, total, size] of [
    [0x44, 20, 20],
    [0x45, 19, 20],
    [0x45, 21, 20],
    [0x46, 20, 24],
    [0x46, 24, 20],
    [0x65, 20, 20],
  ] as const) {
    t.is(packet(first, total, size), undefined, `${first} ${total} ${size}`)
  }
})
