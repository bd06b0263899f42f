import test from 'ava'
import fc from 'fast-check'
import { Address4, Address6 } from 'ip-address'
import { addressBits, castOf, familyOf, formatAddress, parseAddress } from '../../src/ip/address.js'
import { parseIpv4 } from '../../src/ip/ipv4.js'
import { parseIpv6 } from '../../src/ip/ipv6.js'
import { formatMac, parseMac } from '../../src/ip/mac.js'

const bytes4 = fc.uint8Array({ minLength: 4, maxLength: 4 })
/** Zeroes are common in IPv6 addresses, and what its short form is about. */
const bytes16 = fc
  .array(fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 0xffff })), {
    minLength: 8,
    maxLength: 8,
  })
  .map((groups) => Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff])))

/** Text of the alphabet of addresses: most of it is nearly right. */
const nearly = (alphabet: string): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...alphabet), maxLength: 20 })

test('IPv4: text and bytes are those of ip-address', (t) => {
  fc.assert(
    fc.property(bytes4, (bytes) => {
      const text = formatAddress(bytes)
      t.is(text, Address4.fromByteArray([...bytes]).correctForm())
      t.deepEqual(parseAddress(text), bytes)
    }),
  )
})

test('IPv6: text and bytes are those of ip-address, the text in the form of RFC 5952', (t) => {
  fc.assert(
    fc.property(bytes16, (bytes) => {
      const text = formatAddress(bytes)
      const theirs = Address6.fromUnsignedByteArray([...bytes])
      const isMapped = bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff
      if (!isMapped) t.is(text, theirs.correctForm())
      t.deepEqual(parseAddress(text), bytes)
      t.deepEqual(parseAddress(theirs.canonicalForm()), bytes)
      t.deepEqual(parseAddress(theirs.canonicalForm().toUpperCase()), bytes)
    }),
  )
})

test('an embedded IPv4 address is written for mapped addresses, and read anywhere at the end', (t) => {
  t.is(formatAddress(Uint8Array.from([...new Array(10).fill(0), 255, 255, 10, 0, 0, 1])), '::ffff:10.0.0.1')
  fc.assert(
    fc.property(bytes16, (bytes) => {
      const groups = Address6.fromUnsignedByteArray([...bytes])
        .canonicalForm()
        .split(':')
        .slice(0, 6)
      t.deepEqual(parseAddress(`${groups.join(':')}:${bytes.subarray(12).join('.')}`), bytes)
    }),
  )
})

test('what is nearly an IPv4 address is none', (t) => {
  fc.assert(
    fc.property(nearly('0129.'), (text) => {
      // Leading zeroes are octal for some programs and decimal for others: they are refused.
      const isStrict = Address4.isValid(text) && !/(^|\.)0\d/.test(text) && !text.includes('/')
      t.is(parseIpv4(text) !== undefined, isStrict && text.split('.').length === 4, text)
    }),
    { numRuns: 2000 },
  )
  for (const text of [
    '',
    '1',
    '1.2.3',
    '1.2.3.4.5',
    '256.0.0.1',
    '01.2.3.4',
    '1.2.3.4 ',
    '+1.2.3.4',
    '0x1.2.3.4',
    '1..2.3',
  ]) {
    t.is(parseAddress(text), undefined, text)
  }
})

test('what is nearly an IPv6 address is none', (t) => {
  fc.assert(
    fc.property(nearly('0fF:'), (text) => {
      const theirs = Address6.isValid(text)
      t.is(parseIpv6(text) !== undefined, theirs, text)
    }),
    { numRuns: 2000 },
  )
  for (const text of [
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7::8:9',
    '12345::',
    'g::',
    '::1.2.3',
    '1.2.3.4::',
    'fe80::1%eth0',
    '::1/64',
  ]) {
    t.is(parseAddress(text), undefined, text)
  }
})

test('families and casts', (t) => {
  t.is(familyOf('::1'), 'inet6')
  t.is(familyOf('10.0.0.1'), 'inet')
  t.is(addressBits('inet'), 32)
  t.is(addressBits('inet6'), 128)
  fc.assert(
    fc.property(fc.oneof(bytes4, bytes16), (bytes) => {
      const isMulticast =
        bytes.length === 4
          ? Address4.fromByteArray([...bytes]).isMulticast()
          : Address6.fromUnsignedByteArray([...bytes]).isMulticast()
      t.is(castOf(bytes) === 'multicast', isMulticast)
      t.is(familyOf(bytes), bytes.length === 4 ? 'inet' : 'inet6')
    }),
  )
})

test('link-layer addresses of any length', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 20 }), (bytes) => {
      t.deepEqual(parseMac(formatMac(bytes)), bytes)
      t.deepEqual(parseMac(formatMac(bytes).toUpperCase()), bytes)
    }),
  )
  for (const text of ['', '02', '02:', '2:00', '02-00-00-00-00-01', '02:00:00:00:00:0g', ' 02:00']) {
    t.is(parseMac(text) === undefined, text !== '02', text)
  }
})

test('the examples of RFC 5952 §4 and §5, and of RFC 6052', (t) => {
  const examples: [string, string][] = [
    ['2001:0db8:0000:0000:0001:0000:0000:0001', '2001:db8::1:0:0:1'],
    ['2001:db8:0:0:0:0:2:1', '2001:db8::2:1'],
    ['2001:db8::1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:DB8::AAAA', '2001:db8::aaaa'],
    ['0:0:0:0:0:ffff:192.0.2.1', '::ffff:192.0.2.1'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['fe80:0:0:0:0:0:0:0', 'fe80::'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
  ]
  for (const [given, canonical] of examples) {
    const bytes = parseAddress(given)
    t.is(bytes && formatAddress(bytes), canonical, given)
  }
})
