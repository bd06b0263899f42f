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

test('filtering leaves the routes of the ways that are kept, in their order', async (t) => {
  const property = fc.asyncProperty(rows, rows, fc.subarray([...ways]), async (inet, inet6, kept) => {
    const table = tableOf(inet, inet6)
    const expected = textOf(table).filter((line) => kept.some((way) => line.endsWith(way)))
    const found = textOf(await table.filter((way) => kept.some((one) => one === way)))
    if (String(found) !== String(expected)) throw new Error(`${found} instead of ${expected}`)
  })
  await t.notThrowsAsync(fc.assert(property))
})

test('the ways that are used are those of the rows', async (t) => {
  const property = fc.asyncProperty(rows, rows, async (inet, inet6) => {
    const expected = ways.filter((_, number) => [...inet, ...inet6].some(([, , way]) => way === number))
    const found = await tableOf(inet, inet6).used()
    if (String(found) !== String(expected)) throw new Error(`${found} instead of ${expected}`)
  })
  await t.notThrowsAsync(fc.assert(property))
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

test('parts have the routes of their ways, in their order, and no other ways', async (t) => {
  const property = fc.asyncProperty(rows, rows, async (inet, inet6) => {
    const table = tableOf(inet, inet6)
    const sortOf = (way: string): string => (way === 'c' ? 'c' : 'others')
    const parts = await table.parted(sortOf)
    for (const [sort, part] of parts) {
      const expected = textOf(table).filter((line) => sortOf(line.at(-1) ?? '') === sort)
      if (String(textOf(part)) !== String(expected)) throw new Error(`${textOf(part)} instead of ${expected}`)
      t.deepEqual(
        part.ways,
        ways.filter((way) => sortOf(way) === sort),
      )
    }
  })
  await t.notThrowsAsync(fc.assert(property))
})

test('parts that share their ways share them when they are joined, also with other ones', async (t) => {
  const table = tableOf([[1, 8, 0]], [[2, 8, 3]])
  const parts = await PackedRoutes.mapEach([table, await table.filter((way) => way === 'a')], (way) =>
    way.toUpperCase(),
  )
  const joined = PackedRoutes.joined(parts)
  t.deepEqual(joined.ways, ['A', 'B', 'C', 'D'])
  t.deepEqual(textOf(joined), [
    ...textOf(parts[0] ?? joined).slice(0, 1),
    ...textOf(parts[1] ?? joined),
    textOf(joined).at(-1),
  ])
})

test('there may be more ways than a call takes arguments', (t) => {
  const many = Array.from({ length: 200_000 }, (_, number) => String(number))
  const builder = new RowsBuilder('inet')
  for (const number of many.keys()) builder.push(32, number, number)
  const table = new PackedRoutes(many, builder.finish(), new RowsBuilder('inet6').finish())
  t.is(PackedRoutes.joined([tableOf([[1, 8, 0]], []), table]).ways.length, many.length + ways.length)
})
