import test from 'ava'
import fc from 'fast-check'
import { Payload, Writer } from '../../src/netlink/bytes.js'
import { withoutNames } from '../../src/netlink/codec.js'
import { be16, u8, u32 } from '../../src/netlink/scalars.js'
import { field, struct } from '../../src/netlink/struct.js'

interface Sample {
  readonly kind: number
  readonly port: number
  readonly index: number
}

// Two bytes between `kind` and `port`, and two behind `port`, are padding.
const sample = struct<Sample>(12, { kind: field(0, u8), port: field(4, be16), index: field(8, u32) })

const samples: fc.Arbitrary<Sample> = fc.record({
  kind: fc.integer({ min: 0, max: 255 }),
  port: fc.integer({ min: 0, max: 65535 }),
  index: fc.integer({ min: 0, max: 0xffffffff }),
})

function bytesOf(value: Sample): Uint8Array {
  const writer = new Writer(1)
  sample.encode(value, writer, withoutNames)
  return writer.finish()
}

const read = (bytes: Uint8Array): Sample => sample.decode(new Payload(bytes), withoutNames)

test('what is written is read', (t) => {
  fc.assert(
    fc.property(samples, (value) => {
      t.is(bytesOf(value).length, 12)
      t.deepEqual(read(bytesOf(value)), value)
    }),
  )
})

test('padding is zero', (t) => {
  const bytes = bytesOf({ kind: 0xff, port: 0xffff, index: 0xffffffff })
  t.deepEqual([...bytes.subarray(1, 4), ...bytes.subarray(6, 8)], [0, 0, 0, 0, 0])
})

test('a longer one, of a newer kernel, is read as far as it is known', (t) => {
  fc.assert(
    fc.property(samples, fc.uint8Array({ maxLength: 20 }), (value, tail) => {
      t.deepEqual(read(Uint8Array.of(...bytesOf(value), ...tail)), value)
    }),
  )
})

test('a shorter one, of an older kernel, is filled up with zeroes', (t) => {
  const bytes = bytesOf({ kind: 1, port: 2, index: 3 })
  t.deepEqual(read(bytes.subarray(0, 8)), { kind: 1, port: 2, index: 0 })
  t.deepEqual(read(bytes.subarray(0, 1)), { kind: 1, port: 0, index: 0 })
  t.deepEqual(read(new Uint8Array(0)), { kind: 0, port: 0, index: 0 })
})

test('no bytes make it throw', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) =>
      t.deepEqual(Object.keys(read(bytes)).sort(), ['index', 'kind', 'port']),
    ),
  )
})

test('what stands around a range is not read', (t) => {
  const around = new Uint8Array(40).fill(0xff)
  around.set([1, 0, 0, 0, 0, 2], 10)
  t.deepEqual(sample.decode(new Payload(around, undefined, 10, 16), withoutNames), { kind: 1, port: 2, index: 0 })
})

test('all fields are needed', (t) => {
  t.deepEqual(sample.domain.type === 'object' && sample.domain.required, ['kind', 'port', 'index'])
})
