import test from 'ava'
import fc from 'fast-check'
import { Address4, Address6 } from 'ip-address'
import { formatAddress } from '../../src/ip/address.js'
import {
  canonicalPrefix,
  contains,
  defaultPrefix,
  familyOfPrefix,
  formatPrefix,
  hasHostBits,
  networkOf,
  type Prefix,
  parsePrefix,
} from '../../src/ip/prefix.js'

const prefixes = (size: 4 | 16): fc.Arbitrary<Prefix> =>
  fc.record({
    bytes: fc.uint8Array({ minLength: size, maxLength: size }),
    length: fc.integer({ min: 0, max: size * 8 }),
  })
const anyPrefix = fc.oneof(prefixes(4), prefixes(16))

function theirs({ bytes, length }: Prefix): Address4 | Address6 {
  const text = `${formatAddress(bytes)}/${length}`
  return bytes.length === 4 ? new Address4(text) : new Address6(text)
}

test('text and back', (t) => {
  fc.assert(
    fc.property(anyPrefix, (prefix) => {
      t.deepEqual(parsePrefix(formatPrefix(prefix)), prefix)
      t.is(canonicalPrefix(formatPrefix(prefix).toUpperCase()), formatPrefix(prefix))
      t.deepEqual(parsePrefix(formatAddress(prefix.bytes)), { bytes: prefix.bytes, length: prefix.bytes.length * 8 })
    }),
  )
  for (const text of ['10.0.0.0/33', '::/129', '10.0.0.0/', '10.0.0.0/08', '10.0.0.0/+8', '10.0.0.0/8/8', '/8', '']) {
    t.is(parsePrefix(text), undefined, text)
  }
})

test('the network of a prefix is that of ip-address', (t) => {
  fc.assert(
    fc.property(anyPrefix, (prefix) => {
      const before = prefix.bytes.slice()
      const network = networkOf(prefix)
      const first = theirs(prefix).startAddress()
      t.is(formatAddress(network.bytes), formatAddress(parsePrefix(first.correctForm())?.bytes ?? new Uint8Array()))
      t.false(hasHostBits(network))
      t.is(hasHostBits(prefix), formatAddress(network.bytes) !== formatAddress(prefix.bytes))
      t.deepEqual(prefix.bytes, before)
    }),
  )
})

test('what a prefix contains is what ip-address says', (t) => {
  const pairs = fc.oneof(
    fc.tuple(anyPrefix, anyPrefix),
    // Chance pairs are hardly ever inside each other.
    anyPrefix.chain((outer) =>
      fc.tuple(
        fc.constant(outer),
        fc.integer({ min: 0, max: outer.bytes.length * 8 }).map((length) => ({ bytes: outer.bytes, length })),
      ),
    ),
  )
  fc.assert(
    fc.property(pairs, ([outer, inner]) => {
      const [ours, other] = [theirs(inner), theirs(outer)]
      const expected =
        ours instanceof Address4
          ? other instanceof Address4 && ours.isInSubnet(other)
          : other instanceof Address6 && ours.isInSubnet(other)
      t.is(contains(outer, inner), expected, `${formatPrefix(outer)} ${formatPrefix(inner)}`)
    }),
  )
})

test('the default prefix contains its family and nothing else', (t) => {
  fc.assert(
    fc.property(anyPrefix, (prefix) => {
      const family = familyOfPrefix(prefix)
      t.true(contains(defaultPrefix(family), prefix))
      t.false(contains(defaultPrefix(family === 'inet' ? 'inet6' : 'inet'), prefix))
    }),
  )
})
