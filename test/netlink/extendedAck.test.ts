import test from 'ava'
import fc from 'fast-check'
import { writeAttribute } from '../../src/netlink/attributeWriter.js'
import { littleEndian, Payload, Writer } from '../../src/netlink/bytes.js'
import { withoutNames } from '../../src/netlink/codec.js'
import { acknowledgementError, decodeDoneMessage, decodeErrorMessage } from '../../src/netlink/extendedAck.js'
import { type NetlinkMessage, NLM_F_ACK_TLVS, NLM_F_CAPPED, type ReceivedMessage } from '../../src/netlink/message.js'
import { text, u32, u64 } from '../../src/netlink/scalars.js'

const EINVAL = 22

const received = (bytes: Uint8Array, flags: number): ReceivedMessage => ({
  type: 2,
  flags,
  sequence: 1,
  portId: 0,
  body: new Payload(bytes),
})

/** The body of an NLMSG_ERROR: number, the request or its header, attributes. */
function errorBody(errno: number, echoed: number, attributes: (writer: Writer) => void = () => {}): Uint8Array {
  const writer = new Writer()
  writer.reserve(4)
  writer.view.setInt32(0, -errno, littleEndian)
  writer.reserve(echoed)
  writer.view.setUint32(4, 16 + 20, littleEndian)
  attributes(writer)
  return writer.finish()
}

function details(writer: Writer): void {
  writeAttribute(writer, 1, () => text(0).encode('MTU is too small', writer, withoutNames))
  writeAttribute(writer, 2, () => u32.encode(40, writer, withoutNames))
  writeAttribute(writer, 5, () => u32.encode(3, writer, withoutNames))
  writeAttribute(writer, 4, () => {
    writeAttribute(writer, 4, () => u64.encode(68n, writer, withoutNames))
    writeAttribute(writer, 5, () => u64.encode(65535n, writer, withoutNames))
  })
}

const told = {
  errno: EINVAL,
  message: 'MTU is too small',
  offset: 40,
  missingType: 3,
  range: { minimum: 68n, maximum: 65535n },
}

const request: NetlinkMessage = {
  type: 16,
  flags: 1,
  bytes: new Uint8Array(0),
  subject: 'link v0: set mtu',
  locate: (offset) => (offset === 40 ? 'mtu' : undefined),
}

test('an acknowledgement is number 0', (t) => {
  t.deepEqual(decodeErrorMessage(received(errorBody(0, 16), NLM_F_CAPPED)), { errno: 0 })
})

test('an error with what the kernel says of it, with the request or with its header alone', (t) => {
  t.deepEqual(decodeErrorMessage(received(errorBody(EINVAL, 36, details), NLM_F_ACK_TLVS)), told)
  t.deepEqual(decodeErrorMessage(received(errorBody(EINVAL, 16, details), NLM_F_ACK_TLVS | NLM_F_CAPPED)), told)
})

test('without the flag there are no attributes', (t) => {
  t.deepEqual(decodeErrorMessage(received(errorBody(EINVAL, 36, details), 0)), { errno: EINVAL })
})

test('the end of a dump', (t) => {
  const body = (number: number, attributes: boolean): Uint8Array => {
    const writer = new Writer()
    writer.reserve(4)
    writer.view.setInt32(0, number, littleEndian)
    if (attributes) details(writer)
    return writer.finish()
  }
  t.deepEqual(decodeDoneMessage(received(body(0, false), 0)), { errno: 0 })
  t.deepEqual(decodeDoneMessage(received(body(-EINVAL, true), NLM_F_ACK_TLVS)), told)
  // A dump may end with the number of bytes that it would have had; that is no error.
  t.deepEqual(decodeDoneMessage(received(body(36, false), 0)), { errno: 0 })
})

test('an error is told in terms of the request', (t) => {
  const error = acknowledgementError(told, request)
  t.is(error.message, 'link v0: set mtu: MTU is too small (EINVAL, attribute mtu, allowed: 68 to 65535)')
  t.like(error, {
    code: 'EINVAL',
    errno: EINVAL,
    kernelMessage: 'MTU is too small',
    attribute: 'mtu',
    object: 'link v0',
  })
  t.is(acknowledgementError({ errno: 17 }, request).message, 'link v0: set mtu: File exists (EEXIST)')
})

test('no bytes make it throw', (t) => {
  const flags = fc.constantFrom(0, NLM_F_ACK_TLVS, NLM_F_ACK_TLVS | NLM_F_CAPPED)
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 120 }), flags, (bytes, given) => {
      for (const decode of [decodeErrorMessage, decodeDoneMessage]) {
        t.true(decode(received(bytes, given)).errno >= 0)
        acknowledgementError(decode(received(bytes, given)), request)
      }
    }),
  )
})

test('no attributes make it throw', (t) => {
  const attributes = fc.array(fc.tuple(fc.integer({ min: 0, max: 7 }), fc.uint8Array({ maxLength: 24 })))
  fc.assert(
    fc.property(attributes, fc.integer({ min: 0, max: 8 }), (list, cut) => {
      const bytes = errorBody(EINVAL, 16, (writer) => {
        for (const [type, payload] of list) writeAttribute(writer, type, () => writer.append(payload))
      })
      const short = bytes.subarray(0, bytes.length - cut)
      t.is(decodeErrorMessage(received(short, NLM_F_ACK_TLVS | NLM_F_CAPPED)).errno, EINVAL)
    }),
  )
})
