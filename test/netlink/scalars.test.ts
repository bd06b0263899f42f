import test, { type ExecutionContext } from 'ava'
import fc from 'fast-check'
import { Payload, Writer } from '../../src/netlink/bytes.js'
import {
  type Codec,
  type DecodeContext,
  type EncodeContext,
  MalformedError,
  withoutNames,
} from '../../src/netlink/codec.js'
import * as scalars from '../../src/netlink/scalars.js'

function bytesOf<T>(codec: Codec<T>, value: T, context: EncodeContext = withoutNames): Uint8Array {
  const writer = new Writer(1)
  codec.encode(value, writer, context)
  return writer.finish()
}

function read<T>(codec: Codec<T>, bytes: Uint8Array, context: DecodeContext = withoutNames): T {
  return codec.decode(new Payload(bytes), context)
}

function identity<T>(t: ExecutionContext, codec: Codec<T>, values: fc.Arbitrary<T>): void {
  fc.assert(fc.property(values, (value) => t.deepEqual(read(codec, bytesOf(codec, value)), value)))
}

const numbers = {
  u8: { codec: scalars.u8, size: 1, minimum: 0, maximum: 0xff },
  i8: { codec: scalars.i8, size: 1, minimum: -0x80, maximum: 0x7f },
  u16: { codec: scalars.u16, size: 2, minimum: 0, maximum: 0xffff },
  be16: { codec: scalars.be16, size: 2, minimum: 0, maximum: 0xffff },
  u32: { codec: scalars.u32, size: 4, minimum: 0, maximum: 0xffffffff },
  i32: { codec: scalars.i32, size: 4, minimum: -0x80000000, maximum: 0x7fffffff },
  be32: { codec: scalars.be32, size: 4, minimum: 0, maximum: 0xffffffff },
}

for (const [name, { codec, size, minimum, maximum }] of Object.entries(numbers)) {
  test(`${name}: what is written is read`, (t) => {
    identity(t, codec, fc.oneof(fc.constantFrom(minimum, maximum), fc.integer({ min: minimum, max: maximum })))
    t.is(bytesOf(codec, maximum).length, size)
    t.deepEqual(codec.domain, { type: 'integer', minimum, maximum })
  })

  test(`${name}: what does not fit is refused`, (t) => {
    for (const value of [minimum - 1, maximum + 1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      t.throws(() => bytesOf(codec, value), { instanceOf: RangeError }, String(value))
    }
  })

  test(`${name}: too few bytes are malformed, more are not looked at`, (t) => {
    t.throws(() => read(codec, new Uint8Array(size - 1)), { instanceOf: MalformedError })
    t.is(read(codec, Uint8Array.of(...bytesOf(codec, maximum), 0xaa, 0xaa)), maximum)
  })
}

test('a number in hexadecimal has all its digits when it is read, and no more than its bytes when it is written', (t) => {
  const codec = scalars.hexadecimal(8)
  const bits = '0xf7ffffff000000ff'
  t.deepEqual(bytesOf(codec, bits), Uint8Array.of(0xf7, 0xff, 0xff, 0xff, 0, 0, 0, 0xff))
  t.is(read(codec, bytesOf(codec, '0xF00')), '0x0000000000000f00')
  for (const wrong of ['0x', 'f00', '0xg', `${bits}0`]) {
    t.throws(() => bytesOf(codec, wrong), { instanceOf: RangeError }, wrong)
  }
  t.throws(() => read(codec, new Uint8Array(4)), { instanceOf: MalformedError })
})

test('the network order is the network order', (t) => {
  t.deepEqual(bytesOf(scalars.be16, 0x1234), Uint8Array.of(0x12, 0x34))
  t.deepEqual(bytesOf(scalars.be32, 0x12345678), Uint8Array.of(0x12, 0x34, 0x56, 0x78))
})

test('eight bytes', (t) => {
  identity(t, scalars.u64, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }))
  identity(t, scalars.u64AsNumber, fc.maxSafeNat())
  t.throws(() => read(scalars.u64, new Uint8Array(7)), { instanceOf: MalformedError })
})

test('a truth value is any number but zero', (t) => {
  const codec = scalars.boolean(scalars.u8)
  identity(t, codec, fc.boolean())
  t.true(read(codec, Uint8Array.of(7)))
})

test('a flag is told by its presence, or by a byte', (t) => {
  t.true(read(scalars.flag, new Uint8Array(0)))
  t.true(read(scalars.flag, Uint8Array.of(1)))
  t.false(read(scalars.flag, Uint8Array.of(0)))
  t.deepEqual(bytesOf(scalars.flag, true), new Uint8Array(0))
})

test('a number that has no name is kept', (t) => {
  const codec = scalars.enumeration(scalars.u8, { one: 1, two: 2 })
  t.is(read(codec, Uint8Array.of(2)), 'two')
  t.deepEqual(bytesOf(codec, 'one'), Uint8Array.of(1))
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 255 }), (number) => {
      t.deepEqual(bytesOf(codec, read(codec, Uint8Array.of(number))), Uint8Array.of(number))
    }),
  )
})

test('durations are seconds', (t) => {
  const centiseconds = scalars.seconds(scalars.u32, 100)
  t.deepEqual(centiseconds.domain, { type: 'seconds', maximum: 0xffffffff / 100, resolution: 0.01 })
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffffffff }), (ticks) => {
      const bytes = bytesOf(scalars.u32, ticks)
      t.deepEqual(bytesOf(centiseconds, read(centiseconds, bytes)), bytes)
    }),
  )
})

test('text', (t) => {
  const codec = scalars.text(15)
  const words = fc.string({ unit: 'grapheme' }).filter((word) => !word.includes('\0'))
  identity(t, codec, words)
  identity(t, scalars.bareText(15), words)
  t.deepEqual(bytesOf(codec, 'lo'), Uint8Array.of(0x6c, 0x6f, 0))
  t.deepEqual(bytesOf(scalars.bareText(15), 'lo'), Uint8Array.of(0x6c, 0x6f))
  t.is(read(codec, Uint8Array.of(0x6c, 0x6f, 0, 0x78, 0)), 'lo')
  t.is(read(codec, new Uint8Array(0)), '')
})

test('addresses', (t) => {
  const bytes = fc.oneof(fc.uint8Array({ minLength: 4, maxLength: 4 }), fc.uint8Array({ minLength: 16, maxLength: 16 }))
  fc.assert(
    fc.property(bytes, (given) => t.deepEqual(bytesOf(scalars.ipAddress, read(scalars.ipAddress, given)), given)),
  )
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 32 }), (given) => {
      t.deepEqual(bytesOf(scalars.mac, read(scalars.mac, given)), given)
    }),
  )
  t.throws(() => read(scalars.ipAddress, new Uint8Array(5)), { instanceOf: MalformedError })
  t.throws(() => bytesOf(scalars.ipAddress, '10.0.0'), {
    instanceOf: RangeError,
    message: '10.0.0 is not an IP address',
  })
  t.throws(() => bytesOf(scalars.mac, '02:00:zz'), { instanceOf: RangeError, message: '02:00:zz is not a MAC address' })
})

test('an address is of a group or of a host', (t) => {
  const group = scalars.castAddress('multicast')
  const host = scalars.castAddress('unicast')
  for (const address of ['224.0.0.0', '239.255.255.255', 'ff02::1']) {
    t.is(read(group, bytesOf(group, address)), address)
    t.throws(() => read(host, bytesOf(host, address)), { instanceOf: MalformedError })
  }
  for (const address of ['223.255.255.255', '240.0.0.0', 'fe80::1']) {
    t.is(read(host, bytesOf(host, address)), address)
    t.throws(() => read(group, bytesOf(group, address)), { instanceOf: MalformedError })
  }
})

test('a link is its name or its index', (t) => {
  const context = { ...withoutNames, linkIndex: () => 7, linkName: () => 'v0' }
  t.deepEqual(bytesOf(scalars.linkReference, 'v0', context), bytesOf(scalars.u32, 7))
  t.deepEqual(bytesOf(scalars.linkReference, 9), bytesOf(scalars.u32, 9))
  t.is(read(scalars.linkReference, bytesOf(scalars.u32, 7), context), 'v0')
  t.is(read(scalars.linkReference, bytesOf(scalars.u32, 7)), 7)
  t.throws(() => bytesOf(scalars.linkReference, 'v0'), { instanceOf: TypeError })
})
