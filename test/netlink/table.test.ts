import test from 'ava'
import fc from 'fast-check'
import { NLA_F_NESTED, walkAttributes } from '../../src/netlink/attribute.js'
import { writeAttribute } from '../../src/netlink/attributeWriter.js'
import { Payload, Writer } from '../../src/netlink/bytes.js'
import { type DecodeContext, withoutNames } from '../../src/netlink/codec.js'
import { listOf } from '../../src/netlink/lists.js'
import { boolean, castAddress, flag, ipAddress, mac, text, u8, u16, u32 } from '../../src/netlink/scalars.js'
import { type AttributeTable, attribute, attributeTable, encodeAttributes } from '../../src/netlink/table.js'

interface Inner {
  readonly depth?: number
  readonly words?: readonly string[]
}

interface Sample {
  readonly size?: number
  readonly there?: boolean
  readonly left?: boolean
  readonly right?: boolean
  readonly narrow?: boolean
  readonly local?: string
  readonly group?: string
  readonly remote?: string
  readonly inner?: Inner
  readonly macs?: readonly string[]
  readonly usual?: number
}

const bool = boolean(u8)

const sample: AttributeTable<Sample> = attributeTable<Sample>({
  size: attribute(1, u16),
  there: attribute(2, flag),
  left: attribute(3, bool, { bit: 0, bits: 'masked' }),
  right: attribute(3, bool, { bit: 31, bits: 'masked' }),
  narrow: attribute(4, bool, { bit: 15, bits: 'u16' }),
  local: attribute(5, ipAddress, { ipv6Type: 6 }),
  group: attribute(7, castAddress('multicast'), { ipv6Type: 8 }),
  remote: attribute(7, castAddress('unicast'), { ipv6Type: 8 }),
  inner: attribute(9, attributeTable<Inner>({ depth: attribute(1, u32), words: attribute(2, listOf(1, text(15))) })),
  macs: attribute(10, listOf(4, mac), { before: { type: 11, codec: u32, value: 3 } }),
  usual: attribute(12, u8, { absent: 42 }),
})

const unicast = fc.oneof(fc.constantFrom('10.0.0.1', '192.0.2.255'), fc.constantFrom('fd00::1', '::', 'fe80::ff'))
const multicast = fc.constantFrom('224.0.0.1', '239.1.2.3', 'ff02::1')

const samples: fc.Arbitrary<Sample> = fc.record(
  {
    size: fc.integer({ min: 0, max: 0xffff }),
    there: fc.constant(true),
    left: fc.boolean(),
    right: fc.boolean(),
    narrow: fc.boolean(),
    local: unicast,
    inner: fc.record(
      { depth: fc.integer({ min: 0, max: 0xffffffff }), words: fc.array(fc.string({ unit: 'grapheme-ascii' })) },
      { requiredKeys: [] },
    ),
    macs: fc.array(fc.constantFrom('02:00:00:00:00:01', '02:00:00:00:00:02')),
    usual: fc.integer({ min: 0, max: 255 }),
  },
  { requiredKeys: [] },
)

const encode = (values: Sample): Uint8Array => encodeAttributes(sample, values, withoutNames)
const decode = (bytes: Uint8Array, context: DecodeContext = withoutNames): Sample =>
  sample.decode(new Payload(bytes), context)

/** The attributes of some bytes, by number. */
function attributesOf(bytes: Uint8Array): Record<number, number[]> {
  const found: Record<number, number[]> = {}
  const payload = new Payload(bytes)
  walkAttributes(payload, (type, start, end) => {
    found[type] = [...payload.slice(start, end).copy()]
  })
  return found
}

test('what is written is read, and nothing else', (t) => {
  fc.assert(
    fc.property(samples, (values) => {
      const unknown: DecodeContext['unknown'] = []
      const read = decode(encode(values), { ...withoutNames, unknown })
      // What has a meaning where it is absent is always read.
      t.deepEqual(read, { usual: 42, ...values })
      t.deepEqual(
        unknown.filter(({ type }) => type !== 11),
        [],
      )
    }),
  )
})

test('a group and a host share attributes, of each family its own', (t) => {
  fc.assert(fc.property(multicast, (group) => t.like(decode(encode({ group })), { group, remote: undefined })))
  fc.assert(fc.property(unicast, (remote) => t.like(decode(encode({ remote })), { remote, group: undefined })))
  t.deepEqual(Object.keys(attributesOf(encode({ group: '224.0.0.1', local: 'fd00::1' }))), ['6', '7'])
  t.deepEqual(Object.keys(attributesOf(encode({ remote: 'fd00::1', local: '10.0.0.1' }))), ['5', '8'])
})

test('bits come with a mask of those that are meant', (t) => {
  const words = (values: Sample): number[] => {
    const { 3: bytes = [] } = attributesOf(encode(values))
    const view = new Payload(Uint8Array.from(bytes)).slice(0)
    return [0, 4].map((offset) => u32.decode(view.slice(offset), withoutNames))
  }
  t.deepEqual(words({ right: true }), [0x80000000, 0x80000000])
  t.deepEqual(words({ left: false }), [0, 1])
  t.deepEqual(words({ left: true, right: false }), [1, 0x80000001])
  t.is(attributesOf(encode({ narrow: true }))[4]?.length, 2)
})

test('a flag that is false is not sent', (t) => {
  t.deepEqual(encode({ there: false }), new Uint8Array(0))
  t.deepEqual(attributesOf(encode({ there: true })), { 2: [] })
})

test('attributes are padded, and those that hold others are marked', (t) => {
  const bytes = encode({ usual: 1, inner: {} })
  t.is(bytes.length % 4, 0)
  const writer = new Writer()
  writeAttribute(writer, 9 | NLA_F_NESTED, () => {})
  t.deepEqual([...bytes.subarray(0, 4)], [...writer.finish()])
})

test('a list that replaces says so in front of it', (t) => {
  t.deepEqual(Object.keys(attributesOf(encode({ macs: [] }))), ['10', '11'])
  t.is(encode({ macs: [] }).indexOf(11), 2)
})

test('no bytes make it throw', (t) => {
  t.notThrows(() =>
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        decode(bytes)
        for (let offset = 0; offset < bytes.length; offset++) sample.locate(new Payload(bytes), offset)
      }),
      { numRuns: 500 },
    ),
  )
})

test('no payload of a known attribute makes it throw, and none spoils its neighbor', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 13 }), fc.uint8Array({ maxLength: 40 }), (type, bytes) => {
      const writer = new Writer()
      writeAttribute(writer, type, () => writer.append(bytes))
      writeAttribute(writer, 1, () => u16.encode(7, writer, withoutNames))
      t.is(decode(writer.finish()).size, 7)
    }),
  )
})

test('bytes that are cut off at any place do not spoil what came before', (t) => {
  const bytes = encode({ size: 7, inner: { depth: 5, words: ['a', 'b'] }, local: 'fd00::1' })
  for (let length = 8; length < bytes.length; length++) t.is(decode(bytes.subarray(0, length)).size, 7)
})

test('what is unknown or malformed is kept, with the path to it', (t) => {
  const writer = new Writer()
  writeAttribute(writer, 99, () => writer.append(Uint8Array.of(1, 2, 3)))
  writeAttribute(writer, 1, () => writer.append(Uint8Array.of(9)))
  writeAttribute(writer, 9, () => writeAttribute(writer, 77, () => writer.append(Uint8Array.of(4))))
  const unknown: DecodeContext['unknown'] = []
  t.deepEqual(decode(writer.finish(), { ...withoutNames, unknown }), { usual: 42, inner: {} })
  t.deepEqual(unknown, [
    { path: [], type: 99, bytes: Uint8Array.of(1, 2, 3) },
    { path: [], type: 1, bytes: Uint8Array.of(9) },
    { path: ['inner'], type: 77, bytes: Uint8Array.of(4) },
  ])
})

test('every byte of an attribute has its name', (t) => {
  const bytes = encode({ size: 7, inner: { depth: 5 } })
  const nameAt = (offset: number): string => sample.locate(new Payload(bytes), offset).join('.')
  t.deepEqual([0, 4, 5].map(nameAt), ['size', 'size', 'size'])
  t.deepEqual(
    [8, 11].map((offset) => nameAt(offset).split('.')[0]),
    ['inner', 'inner'],
  )
  t.deepEqual([12, 16, 19].map(nameAt), ['inner.depth', 'inner.depth', 'inner.depth'])
  t.is(nameAt(bytes.length), '')
  t.deepEqual(sample.locate(new Payload(attributeOfType(99)), 0), ['attribute 99'])
})

function attributeOfType(type: number): Uint8Array {
  const writer = new Writer()
  writeAttribute(writer, type, () => {})
  return writer.finish()
}

test('an attribute that is too long for its length is refused', (t) => {
  const macs = Array.from({ length: 6000 }, () => '02:00:00:00:00:01')
  t.throws(() => encode({ macs }), { instanceOf: RangeError, message: /attribute 10 .* 65535 bytes/ })
})
