// Super-packets with everything that a header may hold, judged by checksums that are computed here, word by word.
import test from 'ava'
import fc from 'fast-check'
import { coalescePackets, type SegmentKind, splitPacket, VnetHeader } from '../../src/tuntap/index.js'

/** RFC 1071 as it is written there, in other words than the library's. */
function onesComplementSum(parts: readonly Uint8Array[]): number {
  let sum = 0
  for (const part of parts) {
    for (let index = 0; index < part.length; index += 2) {
      sum += (part[index] ?? 0) * 256 + (part[index + 1] ?? 0)
      if (sum > 0xffff) sum -= 0xffff
    }
  }
  return sum
}

interface Shape {
  readonly family: 4 | 6
  readonly protocol: 6 | 17
  /** Bytes of IP options, or of a hop-by-hop header. */
  readonly between: 0 | 8
  /** Bytes of TCP options. */
  readonly options: 0 | 12
  readonly flags: number
  readonly trafficClass: number
  readonly sequence: number
  readonly size: number
  readonly data: Uint8Array
}

const shapes = fc.record<Shape>({
  family: fc.constantFrom(4, 6),
  protocol: fc.constantFrom(6, 17),
  between: fc.constantFrom(0, 8),
  options: fc.constantFrom(0, 12),
  // ACK, and any of FIN, PSH, URG, ECE and CWR.
  flags: fc.integer({ min: 0, max: 0xff }).map((bits) => (bits & 0xe9) | 0x10),
  trafficClass: fc.nat(255),
  sequence: fc.oneof(fc.constant(2 ** 32 - 100), fc.nat(2 ** 32 - 1)),
  size: fc.oneof(fc.constant(1), fc.integer({ min: 50, max: 1500 })),
  data: fc.uint8Array({ minLength: 1, maxLength: 4000, size: 'max' }),
})

const startOf = ({ family, between }: Shape): number => (family === 4 ? 20 : 40) + between
const headersOf = (shape: Shape): number => startOf(shape) + (shape.protocol === 17 ? 8 : 20 + shape.options)

/** The packet as one, its transport checksum still open. */
function superPacket(shape: Shape): Uint8Array {
  const { family, protocol, between, data, trafficClass } = shape
  const [start, headers] = [startOf(shape), headersOf(shape)]
  const bytes = new Uint8Array(headers + data.length)
  const view = new DataView(bytes.buffer)
  bytes.set(data, headers)
  if (family === 4) {
    bytes.set([0x45 + between / 4, trafficClass, 0, 0, 0xff, 0xfe, 0x40, 0, 64, protocol])
    view.setUint16(2, bytes.length)
    bytes.set([10, 0, 0, 1, 10, 0, 0, 2], 12)
    // Padding of the kind that is an option of its own.
    bytes.fill(1, 20, start)
    view.setUint16(10, ~onesComplementSum([bytes.subarray(0, start)]) & 0xffff)
  } else {
    bytes.set([0x60 | (trafficClass >> 4), (trafficClass & 15) << 4])
    view.setUint16(4, bytes.length - 40)
    bytes.set([between > 0 ? 0 : protocol, 64, 0xfd, 1], 6)
    bytes.set([0xfd, 2], 24)
    if (between > 0) bytes.set([protocol, 0, 1, 4], 40)
  }
  bytes.set([0x9c, 0x40, 0, 80], start)
  if (protocol === 17) view.setUint16(start + 4, bytes.length - start)
  else {
    view.setUint32(start + 4, shape.sequence)
    bytes.set([(5 + shape.options / 4) << 4, shape.flags, 0xff, 0xff], start + 12)
    bytes.fill(1, start + 20, headers)
  }
  return bytes
}

/** The sum over pseudo-header and transport: 0xffff where the checksum is right. */
function transportSum(ip: Uint8Array, { family, protocol }: Shape, start: number): number {
  const length = ip.length - start
  const addresses = family === 4 ? ip.subarray(12, 20) : ip.subarray(8, 40)
  return onesComplementSum([addresses, Uint8Array.of(0, protocol, length >> 8, length & 0xff), ip.subarray(start)])
}

function split(packet: Uint8Array): Uint8Array[] {
  const all: Uint8Array[] = []
  if (!splitPacket(packet, 10, (one) => all.push(one.slice()))) throw new Error('not understood')
  return all
}

test('a super-packet is cut into packets that are right in every field', (t) => {
  fc.assert(
    fc.property(shapes, (shape) => {
      const { family, protocol, size, data, flags } = shape
      const [start, headers] = [startOf(shape), headersOf(shape)]
      const ip = superPacket(shape)
      const kind: SegmentKind = protocol === 17 ? 'udp' : family === 4 ? 'tcp4' : 'tcp6'
      const packet = new Uint8Array(10 + ip.length)
      packet.set(ip, 10)
      const checksumOffset = protocol === 17 ? 6 : 16
      new VnetHeader(packet).set({
        kind,
        headerLength: headers,
        segmentSize: size,
        checksumStart: start,
        checksumOffset,
      })
      const parts = split(packet)
      t.deepEqual(Buffer.concat(parts.map((part) => part.subarray(headers))), Buffer.from(data))
      t.is(parts.length, Math.ceil(data.length / size))
      for (const [index, part] of parts.entries()) {
        const view = new DataView(part.buffer)
        const isLast = index === parts.length - 1
        t.is(part.length - headers, isLast ? data.length - index * size : size)
        t.is(transportSum(part, shape, start), 0xffff)
        if (family === 4) {
          t.is(view.getUint16(2), part.length)
          t.is(view.getUint16(4), (0xfffe + index) & 0xffff)
          t.is(onesComplementSum([part.subarray(0, start)]), 0xffff)
          t.is(part[1], shape.trafficClass)
          t.deepEqual(part.subarray(6, 10), ip.subarray(6, 10))
          t.deepEqual(part.subarray(12, start), ip.subarray(12, start))
        } else {
          t.is(view.getUint16(4), part.length - 40)
          t.deepEqual(part.subarray(0, 4), ip.subarray(0, 4))
          t.deepEqual(part.subarray(6, start), ip.subarray(6, start))
        }
        if (protocol === 17) t.is(view.getUint16(start + 4), part.length - start)
        else {
          t.is(view.getUint32(start + 4), (shape.sequence + index * size) % 2 ** 32)
          // FIN and PSH at the end only, CWR at the beginning only (RFC 3168 §6.1.2), the rest on all.
          t.is(part[start + 13], flags & ~(isLast ? 0 : 0x09) & ~(index > 0 ? 0x80 : 0))
          t.deepEqual(part.subarray(start + 14, start + 16), ip.subarray(start + 14, start + 16))
          t.deepEqual(part.subarray(start + 20, headers), ip.subarray(start + 20, headers))
        }
      }
    }),
    { numRuns: 100 },
  )
})

test('joining what was cut gives the payload back, and only what can be told apart again is joined', (t) => {
  fc.assert(
    fc.property(shapes, (shape) => {
      const [start, headers] = [startOf(shape), headersOf(shape)]
      const ip = superPacket(shape)
      const kind: SegmentKind = shape.protocol === 17 ? 'udp' : shape.family === 4 ? 'tcp4' : 'tcp6'
      const packet = new Uint8Array(10 + ip.length)
      packet.set(ip, 10)
      const checksumOffset = shape.protocol === 17 ? 6 : 16
      const fields = { kind, headerLength: headers, segmentSize: shape.size, checksumStart: start, checksumOffset }
      new VnetHeader(packet).set(fields)
      const parts = split(packet)
      const joined = coalescePackets(parts, 10)
      t.deepEqual(Buffer.concat(joined.map((one) => one.subarray(10 + headers))), Buffer.from(shape.data))
      const comparable = (part: Uint8Array): string => {
        // The kernel numbers packets anew when it cuts them.
        const bytes = part.slice()
        if (shape.family === 4) bytes.fill(0, 4, 6).fill(0, 10, 12)
        return Buffer.from(bytes).toString('hex')
      }
      t.deepEqual(joined.flatMap(split).map(comparable), parts.map(comparable))
      // With options of IP, extension headers, or the flags URG and ECE, each stays by itself; CWR and FIN are on one.
      const isTcp = shape.protocol === 6
      if (shape.between > 0 || (isTcp && (shape.flags & 0x60) !== 0)) t.is(joined.length, parts.length)
      else if (parts.length > 1 && !(isTcp && (shape.flags & 0x81) !== 0)) t.true(joined.length < parts.length)
    }),
    { numRuns: 100 },
  )
})

test('a packet that met congestion is not joined to those that did not', (t) => {
  const shape: Shape = {
    family: 4,
    protocol: 6,
    between: 0,
    options: 0,
    flags: 0x10,
    trafficClass: 2,
    sequence: 0,
    size: 100,
    data: new Uint8Array(100),
  }
  const segments = [2, 2, 3, 2].map((trafficClass, index) => {
    const ip = superPacket({ ...shape, trafficClass, sequence: index * 100 })
    new DataView(ip.buffer).setUint16(36, ~transportSum(ip, shape, 20) & 0xffff)
    return ip
  })
  t.is(coalescePackets(segments, 10).length, 3)
})
