import test from 'ava'
import fc from 'fast-check'
import { hasHostBits, parsePrefix } from '../../src/ip/prefix.js'
import { PrefixScanner } from '../../src/ip/prefixScanner.js'

const scanner = new PrefixScanner()

function read(text: string): unknown {
  if (!scanner.read(text)) return undefined
  const { words, isIpv6, length } = scanner
  return { words: isIpv6 ? [...words] : [words[0]], length, hostBits: scanner.hasHostBits }
}

function reference(text: string): unknown {
  const prefix = parsePrefix(text)
  if (!prefix) return undefined
  const view = new DataView(prefix.bytes.buffer, prefix.bytes.byteOffset)
  const words = Array.from({ length: prefix.bytes.length / 4 }, (_, word) => view.getUint32(word * 4))
  return { words, length: prefix.length, hostBits: hasHostBits(prefix) }
}

const length = fc.oneof(
  fc.constant(''),
  fc.integer({ min: 0, max: 140 }).map((bits) => `/${bits}`),
)
const pieces = fc
  .array(fc.constantFrom('', ':', '::', '0', '1', 'ff', 'abcd', 'ABCDE', '12', '.', '255', '256', '/', '01'), {
    maxLength: 18,
  })
  .map((parts) => parts.join(''))

test('a prefix is read as by the parser that makes objects', (t) => {
  for (const text of [
    '::',
    '1::',
    '::1',
    '1::2',
    '1:2:3:4:5:6:7:8',
    '1:2:3:4:5:6:7::',
    '::2:3:4:5:6:7:8',
    '1::2::3',
    ':1',
    '1:',
  ]) {
    t.deepEqual(read(text), reference(text), text)
  }
  t.deepEqual(read('::ffff:10.0.0.1/128'), reference('::ffff:10.0.0.1/128'))
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), pieces), length, (address, bits) => {
      t.deepEqual(read(address + bits), reference(address + bits), address + bits)
    }),
    { numRuns: 5000 },
  )
})
