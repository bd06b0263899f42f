import test from 'ava'
import fc from 'fast-check'
import { formatMac, parseMac } from '../../src/ip/mac.js'

test('bytes and back, in capitals, too', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 32 }), (bytes) => {
      t.deepEqual(parseMac(formatMac(bytes)), bytes)
      t.deepEqual(parseMac(formatMac(bytes).toUpperCase()), bytes)
    }),
  )
})

test('what is no pairs of digits between colons is none', (t) => {
  const character = fc.constantFrom(...'09afAFgG:- /`@ı')
  fc.assert(
    fc.property(fc.string({ unit: character, maxLength: 9 }), (text) => {
      t.is(parseMac(text) !== undefined, /^[0-9a-fA-F]{2}(:[0-9a-fA-F]{2})*$/.test(text), text)
    }),
    { numRuns: 5000 },
  )
  for (const text of ['', ':', '0', '00:', ':00', '00:0', '00-00', '00:00:', '0:000'])
    t.is(parseMac(text), undefined, text)
})
