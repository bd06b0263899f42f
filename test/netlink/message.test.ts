import test from 'ava'
import fc from 'fast-check'
import { littleEndian, Payload, Writer } from '../../src/netlink/bytes.js'
import { withoutNames } from '../../src/netlink/codec.js'
import {
  buildMessage,
  decodeMessage,
  type MessageLayout,
  messagesOf,
  NLM_F_REQUEST,
} from '../../src/netlink/message.js'
import { text, u8, u32 } from '../../src/netlink/scalars.js'
import { field, struct } from '../../src/netlink/struct.js'
import { attribute, attributeTable } from '../../src/netlink/table.js'

interface Header {
  readonly family: number
}

interface Attributes {
  readonly name?: string
  readonly mtu?: number
}

// A header of one byte: what follows starts at the next multiple of four.
const layout: MessageLayout<Header, Attributes> = {
  header: struct<Header>(1, { family: field(0, u8) }),
  attributes: attributeTable<Attributes>({ name: attribute(3, text(15)), mtu: attribute(4, u32) }),
}

const build = (header: Header, attributes: Attributes) =>
  buildMessage({ layout, type: 16, flags: 0x400, subject: 'sample: create', header, attributes, context: withoutNames })

test('what is built is split and read', (t) => {
  const values = fc.record(
    { name: fc.string({ unit: 'grapheme-ascii', maxLength: 15 }), mtu: fc.integer({ min: 0, max: 0xffffffff }) },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(fc.array(values, { maxLength: 5 }), (list) => {
      const writer = new Writer()
      for (const attributes of list) {
        writer.append(build({ family: 7 }, attributes).bytes)
        writer.align()
      }
      const read = [...messagesOf(writer.finish())].map(({ body }) => decodeMessage(layout, body, withoutNames))
      t.deepEqual(
        read,
        list.map((attributes) => ({ header: { family: 7 }, attributes })),
      )
    }),
  )
})

test('a message says what it is', (t) => {
  const message = build({ family: 2 }, { mtu: 1400 })
  const [received] = messagesOf(message.bytes)
  t.like(received, { type: 16, flags: 0x400 | NLM_F_REQUEST, sequence: 0, portId: 0 })
  t.is(new DataView(message.bytes.buffer).getUint32(0, littleEndian), message.bytes.length)
  t.is(message.subject, 'sample: create')
})

test('an offset of the whole message is told by the name of the attribute', (t) => {
  const message = build({ family: 2 }, { name: 'v0', mtu: 1400 })
  t.is(message.locate(20), 'name')
  t.is(message.locate(28), 'mtu')
  t.is(message.locate(32), 'mtu')
  t.is(message.locate(0), undefined)
  t.is(message.locate(16), undefined)
  t.is(message.locate(1000), undefined)
})

test('no bytes make the split throw or read past the end', (t) => {
  t.notThrows(() =>
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        for (const { body } of messagesOf(bytes)) {
          t.true(body.start <= body.end && body.end <= bytes.length)
          decodeMessage(layout, body, withoutNames)
        }
      }),
    ),
  )
})

test('a length that lies ends the split', (t) => {
  const { bytes } = build({ family: 2 }, { mtu: 1400 })
  for (const length of [0, 15, bytes.length * 2 + 1, 0xffffffff]) {
    const two = Uint8Array.of(...bytes, ...bytes)
    new DataView(two.buffer).setUint32(bytes.length, length, littleEndian)
    t.is([...messagesOf(two)].length, 1, String(length))
  }
})

test('a last message need not be padded', (t) => {
  const writer = new Writer()
  const message = build({ family: 2 }, {}).bytes
  writer.append(message)
  const bytes = writer.finish().subarray(0, 17)
  new DataView(bytes.buffer).setUint32(0, 17, littleEndian)
  t.deepEqual(
    [...messagesOf(bytes)].map(({ body }) => decodeMessage(layout, body, withoutNames).header),
    [{ family: 2 }],
  )
})

test('a body of another place is read at its place', (t) => {
  const { bytes } = build({ family: 2 }, { mtu: 1400 })
  const around = new Uint8Array(bytes.length + 8).fill(0xff)
  around.set(bytes, 4)
  const body = new Payload(around, undefined, 4 + 16, 4 + bytes.length)
  t.deepEqual(decodeMessage(layout, body, withoutNames).attributes, { mtu: 1400 })
})
