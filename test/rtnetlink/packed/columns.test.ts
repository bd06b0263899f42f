import test from 'ava'
import fc from 'fast-check'
import { sameBytes, samePairUntil, sameUntil } from '../../../src/rtnetlink/packed/columns.js'

/** Stretches of a number, some of them longer than what is looked at one by one. */
const columns = fc
  .array(fc.tuple(fc.nat(1), fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 500, max: 1100 }))), {
    minLength: 1,
    maxLength: 6,
  })
  .map((stretches) => stretches.flatMap(([number, length]) => new Array<number>(length).fill(number)))

/** How far the first texts of a list are the same. */
function stretchOf(texts: readonly string[]): number {
  const end = texts.findIndex((text) => text !== texts[0])
  return end < 0 ? texts.length : end
}

test('a stretch of one number is as long as looking at each tells, from wherever and up to wherever', (t) => {
  const property = fc.property(columns, fc.nat(), fc.nat(), (numbers, from, length) => {
    const start = from % numbers.length
    const end = start + 1 + (length % (numbers.length - start))
    const expected = start + stretchOf(numbers.slice(start, end).map(String))
    const found = sameUntil(Uint32Array.from(numbers), start, end)
    if (found !== expected) throw new Error(`${found} instead of ${expected}`)
  })
  t.notThrows(() => fc.assert(property, { numRuns: 500 }))
})

test('a stretch of two numbers beside each other ends with that of either', (t) => {
  const property = fc.property(columns, columns, fc.nat(), fc.nat(), (one, other, from, beside) => {
    const start = from % one.length
    const at = beside % other.length
    const length = Math.min(one.length - start, other.length - at)
    const pairs = Array.from({ length }, (_, index) => `${one[start + index]} ${other[at + index]}`)
    const expected = start + stretchOf(pairs)
    const found = samePairUntil(Uint32Array.from(one), start, start + length, Uint32Array.from(other), at)
    if (found !== expected) throw new Error(`${found} instead of ${expected}`)
  })
  t.notThrows(() => fc.assert(property, { numRuns: 500 }))
})

test('pieces of memory are the same by their bytes, wherever they lie', (t) => {
  const numbers = Uint32Array.of(1, 2, 3, 1, 2, 4)
  t.true(sameBytes(numbers.subarray(0, 2), numbers.subarray(3, 5)))
  t.false(sameBytes(numbers.subarray(0, 3), numbers.subarray(3, 6)))
  t.false(sameBytes(numbers.subarray(0, 2), numbers.subarray(3, 6)))
})
