import test from 'ava'
import fc from 'fast-check'
import { bytesOfText, textOfBytes } from '../../src/netlink/utf8.js'

test('any bytes are read as a text that gives the same bytes again', (t) => {
  const some = fc.array(fc.constantFrom(0x41, 0x80, 0xbd, 0xbf, 0xc3, 0xed, 0xef, 0xa9, 0xbb, 0xf0, 0x9f, 0x98, 0xff))
  const bytes = fc.oneof(fc.uint8Array(), some.map(Uint8Array.from.bind(Uint8Array)))
  fc.assert(fc.property(bytes, (given) => t.deepEqual([...bytesOfText(textOfBytes(given))], [...given])))
})

test('any text of whole characters is what TextEncoder writes', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      t.deepEqual(bytesOfText(text), new TextEncoder().encode(text))
      t.is(textOfBytes(bytesOfText(text)), text)
    }),
  )
})

test('a byte that is no UTF-8 is half of a surrogate pair', (t) => {
  t.is(textOfBytes(Uint8Array.of(0x61, 0xff, 0xc3, 0xa9, 0xc3)), 'a\udcffé\udcc3')
  t.is(textOfBytes(Uint8Array.of(0xef, 0xbf, 0xbd)), '\ufffd')
  t.is(textOfBytes(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61)), '\ufeffa')
})
