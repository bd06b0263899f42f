import test from 'ava'
import fc from 'fast-check'
import { PackedRoutes } from '../../../src/rtnetlink/packed/packedRoutes.js'
import { RowsBuilder } from '../../../src/rtnetlink/packed/packedRows.js'

type Row = readonly [number: number, length: number, way: number]

const ways = ['a', 'b', 'c', 'd'] as const
const rows = fc.array(fc.tuple(fc.nat(0xffff), fc.integer({ min: 1, max: 32 }), fc.nat(ways.length - 1)), {
  maxLength: 60,
})

function tableOf(inet: readonly Row[], inet6: readonly Row[]): PackedRoutes<string> {
  const [four, six] = [new RowsBuilder('inet'), new RowsBuilder('inet6')]
  for (const [number, length, way] of inet) four.push(length, way, number)
  for (const [number, length, way] of inet6) six.push(length, way, number, 1, 2, number)
  return new PackedRoutes(ways, four.finish(), six.finish())
}

const textOf = (table: PackedRoutes<string>): string[] => Array.from(table, ({ to, way }) => `${to} ${way}`)

test('filtering leaves the routes of the ways that are kept, in their order', (t) => {
  const property = fc.property(rows, rows, fc.subarray([...ways]), (inet, inet6, kept) => {
    const table = tableOf(inet, inet6)
    const expected = textOf(table).filter((line) => kept.some((way) => line.endsWith(way)))
    const found = textOf(table.filter((way) => kept.some((one) => one === way)))
    if (String(found) !== String(expected)) throw new Error(`${found} instead of ${expected}`)
  })
  t.notThrows(() => fc.assert(property))
})

test('the ways that are used are those of the rows', (t) => {
  const property = fc.property(rows, rows, (inet, inet6) => {
    const expected = ways.filter((_, number) => [...inet, ...inet6].some(([, , way]) => way === number))
    const found = tableOf(inet, inet6).used()
    if (String(found) !== String(expected)) throw new Error(`${found} instead of ${expected}`)
  })
  t.notThrows(() => fc.assert(property))
})

test('what is joined has the routes of all parts, those of the first in front', (t) => {
  const property = fc.property(rows, rows, rows, (one, two, three) => {
    const parts = [tableOf(one, []), tableOf([], two), tableOf(three, two)]
    const lines = parts.flatMap(textOf)
    const expected = [...lines.filter((line) => !line.includes(':')), ...lines.filter((line) => line.includes(':'))]
    const found = textOf(PackedRoutes.joined(parts))
    if (String(found) !== String(expected)) throw new Error(`${found} instead of ${expected}`)
  })
  t.notThrows(() => fc.assert(property))
})
