import test from 'ava'
import fc from 'fast-check'
import { writeAttribute } from '../../src/netlink/attributeWriter.js'
import { align4, littleEndian, Payload, Writer } from '../../src/netlink/bytes.js'
import { decodeAddress } from '../../src/rtnetlink/address.js'
import { decodeGlobalVlanOptions, decodeVlans } from '../../src/rtnetlink/bridgeVlan.js'
import { decodeLink, decodeLinkName } from '../../src/rtnetlink/decodeLink.js'
import { decodeRoute } from '../../src/rtnetlink/decodeRoute.js'
import { decodeFdbEntry } from '../../src/rtnetlink/fdb.js'
import { decodeMdb } from '../../src/rtnetlink/mdb.js'
import { decodeNamespaceId } from '../../src/rtnetlink/namespaceId.js'
import { decodeNeighbor } from '../../src/rtnetlink/neighbor.js'
import { decodeRule } from '../../src/rtnetlink/ruleMessages.js'
import { skipped } from '../helpers/skipped.js'

const decoders: Record<string, { size: number; decode: (body: Payload) => unknown }> = {
  address: { size: 8, decode: decodeAddress },
  link: { size: 16, decode: decodeLink },
  linkName: { size: 16, decode: decodeLinkName },
  namespaceId: { size: 4, decode: decodeNamespaceId },
  fdb: { size: 12, decode: decodeFdbEntry },
  mdb: { size: 8, decode: decodeMdb },
  neighbor: { size: 12, decode: decodeNeighbor },
  route: { size: 12, decode: decodeRoute },
  rule: { size: 12, decode: decodeRule },
  vlans: { size: 8, decode: decodeVlans },
  globalVlans: { size: 8, decode: decodeGlobalVlanOptions },
}

/** A body that gets far into a decoder: a known family, and attributes with numbers that are known. */
function plausibleBody(size: number): fc.Arbitrary<Uint8Array> {
  const attributes = fc.array(
    fc.tuple(fc.integer({ min: 0, max: 40 }), fc.uint8Array({ maxLength: 40 }), fc.boolean()),
    { maxLength: 12 },
  )
  return fc
    .tuple(
      fc.constantFrom(2, 10),
      fc.uint8Array({ minLength: size - 1, maxLength: size - 1 }),
      attributes,
      fc.integer({ min: 0, max: 8 }),
    )
    .map(([family, header, list, cut]) => {
      const writer = new Writer()
      writer.append(Uint8Array.of(family, ...header))
      for (const [type, bytes, nests] of list) {
        writeAttribute(writer, type, () =>
          nests ? writeAttribute(writer, 1, () => writer.append(bytes)) : writer.append(bytes),
        )
      }
      return writer.finish().subarray(0, Math.max(writer.length - cut, 0))
    })
}

for (const [name, { size, decode }] of Object.entries(decoders)) {
  test(`${name}: no bytes make the decoder throw`, (t) => {
    t.notThrows(() =>
      fc.assert(
        fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), plausibleBody(size)), (bytes) => {
          decode(new Payload(bytes))
        }),
        { numRuns: 3000 },
      ),
    )
  })
}

/** A route message with attributes of any payload. */
function route(...attributes: [type: number, bytes: readonly number[]][]): Payload {
  const writer = new Writer()
  writer.append(Uint8Array.of(2, 16, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0))
  for (const [type, bytes] of attributes) writeAttribute(writer, type, () => writer.append(Uint8Array.from(bytes)))
  return new Payload(writer.finish())
}

test('an unknown attribute is kept as it came', (t) => {
  const decoded = decodeRoute(route([1, [10, 1, 0, 0]], [999, [1, 2, 3]]))
  t.like(decoded, { to: '10.1.0.0/16' })
  t.deepEqual(decoded?.unknown, [{ path: [], type: 999, bytes: Uint8Array.of(1, 2, 3) }])
})

test('an unknown metric is kept with the path to it', (t) => {
  const inner = new Writer()
  writeAttribute(inner, 77, () => inner.append(Uint8Array.of(5, 0, 0, 0)))
  const decoded = decodeRoute(route([1, [10, 1, 0, 0]], [8, [...inner.finish()]]))
  t.deepEqual(decoded?.unknown, [{ path: ['metrics'], type: 77, bytes: Uint8Array.of(5, 0, 0, 0) }])
})

test('an unknown attribute of a next hop is kept with the path to it', (t) => {
  if (!littleEndian) return skipped(t, 'the bytes below are of a little-endian machine')
  const nexthop = [16, 0, 0, 2, 7, 0, 0, 0, 8, 0, 12, 0, 1, 0, 2, 0]
  const decoded = decodeRoute(route([1, [10, 1, 0, 0]], [9, nexthop]))
  t.deepEqual(decoded?.nexthops, [{ dev: 7, weight: 3 }])
  t.deepEqual(decoded?.unknown, [{ path: ['nexthops'], type: 12, bytes: Uint8Array.of(1, 0, 2, 0) }])
})

test('a malformed attribute spoils itself alone', (t) => {
  const decoded = decodeRoute(
    route([1, [10, 1, 0, 0]], [5, [10, 0, 0]], [6, [7, 0, 0, 0]], [9, [3, 0, 0, 0, 0, 0, 0, 0]]),
  )
  t.like(decoded, { to: '10.1.0.0/16', metric: 7 })
  t.is(decoded?.via, undefined)
  t.deepEqual(
    decoded?.unknown?.map(({ type }) => type),
    [5, 9],
  )
})

test('a destination that is missing is zeroes', (t) => {
  t.like(decodeRoute(route()), { to: '0.0.0.0/16' })
})

test('other families are not ours', (t) => {
  const bytes = new Uint8Array(32)
  bytes[0] = 128
  t.is(decodeRoute(new Payload(bytes)), undefined)
  t.is(decodeRule(new Payload(bytes)), undefined)
  t.is(decodeAddress(new Payload(bytes)), undefined)
  t.is(decodeNeighbor(new Payload(bytes)), undefined)
})

test('a range inside a larger buffer is read alone', (t) => {
  const body = route([1, [10, 1, 0, 0]], [15, [44, 1, 0, 0]])
  const around = new Uint8Array(align4(body.length) + 32).fill(0xff)
  around.set(body.copy(), 16)
  const range = new Payload(around, undefined, 16, 16 + body.length)
  t.like(decodeRoute(range), { to: '10.1.0.0/16', table: littleEndian ? 300 : 0x2c010000 })
})
