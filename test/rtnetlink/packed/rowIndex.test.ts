import test from 'ava'
import fc from 'fast-check'
import { sameUntil } from '../../../src/rtnetlink/packed/columns.js'
import { type PackedRows, RowsBuilder, samePrefix } from '../../../src/rtnetlink/packed/packedRows.js'
import { RowIndex } from '../../../src/rtnetlink/packed/rowIndex.js'
import { runsOf } from '../../../src/rtnetlink/packed/runs.js'

type Row = readonly [address: number, length: number, way: number]

function rowsOf(rows: readonly Row[]): PackedRows {
  const builder = new RowsBuilder('inet')
  for (const [address, length, way] of rows) builder.push(length, way, address)
  return builder.finish()
}

/** Tables as the kernel tells them: each in ascending order, one behind the other; or in no order. */
const tables = fc
  .tuple(
    fc.array(fc.array(fc.tuple(fc.nat(40), fc.integer({ min: 1, max: 4 }), fc.nat(1)), { maxLength: 30 }), {
      maxLength: 3,
    }),
    fc.constantFrom('longer first', 'shorter first', 'as they are'),
  )
  .map(([parts, order]): Row[] => {
    if (order === 'as they are') return parts.flat()
    const sign = order === 'longer first' ? -1 : 1
    return parts.flatMap((part) => [...part].sort((a, b) => a[0] - b[0] || sign * (a[1] - b[1])))
  })

const keys = Uint32Array.of(0, 1)

test('an index finds the rows that going through all of them finds, in their order', async (t) => {
  await t.notThrowsAsync(
    fc.assert(
      fc.asyncProperty(tables, tables, async (table, asked) => {
        const [rows, others] = [rowsOf(table), rowsOf(asked)]
        const index = new RowIndex(rows, keys)
        await index.build(others)
        for (let row = 0; row < others.count; row++) {
          const key = others.ways[row] ?? 0
          const expected = table.flatMap(([, , way], candidate) =>
            way === key && samePrefix(rows, candidate, others, row) ? [candidate] : [],
          )
          const found: number[] = []
          for (let at = index.find(others, row, key); at >= 0; at = index.findNext(at, others, row, key)) found.push(at)
          if (String(found) !== String(expected)) throw new Error(`row ${row}: ${found} instead of ${expected}`)
        }
      }),
      { numRuns: 2000 },
    ),
  )
})

test('rows that are there in one run are alone up to one that another run has of the key', async (t) => {
  await t.notThrowsAsync(
    fc.assert(
      fc.asyncProperty(tables, async (table) => {
        const rows = rowsOf(table)
        const runs = await runsOf(rows)
        const index = new RowIndex(rows, keys)
        await index.build(rows)
        for (const { start, end } of runs ?? []) {
          for (let row = start; row < end; row++) {
            const key = rows.ways[row] ?? 0
            const isTwice = (one: number): boolean =>
              table.some(([, , way], other) => other !== one && way === key && samePrefix(rows, one, rows, other))
            const last = sameUntil(rows.ways, row, rows.count)
            let expected = row
            while (expected < Math.min(last, end) && !isTwice(expected)) expected++
            const found = index.aloneUntil(rows, row, last, row, key)
            if (found !== expected) throw new Error(`row ${row}: ${found} instead of ${expected}`)
          }
        }
      }),
      { numRuns: 2000 },
    ),
  )
})

test('rows go along with those of an index as far as their prefixes are the same', (t) => {
  const ascending = (count: number, other = -1): PackedRows =>
    rowsOf(Array.from({ length: count }, (_, row): Row => [row, row === other ? 25 : 24, 0]))
  for (const [other, start] of [
    [-1, 0],
    [200, 0],
    [40, 0],
    [200, 150],
    [199, 200],
  ] as const) {
    const index = new RowIndex(ascending(300, other))
    index.advance(start)
    t.is(index.pairedUntil(ascending(400), start, 400), other >= start ? other : 300)
  }
})

test('rows in the order of the kernel are few runs, and each run has every prefix once', async (t) => {
  const rows = rowsOf([
    [5, 2, 0],
    [5, 1, 0],
    [9, 4, 0],
    [1, 4, 1],
    [1, 3, 1],
    [1, 3, 1],
  ])
  t.deepEqual(await runsOf(rows), [
    { start: 0, end: 3, longerFirst: true },
    { start: 3, end: 5, longerFirst: true },
    { start: 5, end: 6, longerFirst: false },
  ])
})

test('rows in no order have no runs', async (t) => {
  t.is(await runsOf(rowsOf(Array.from({ length: 40 }, (_, index): Row => [40 - index, 4, 0]))), undefined)
})
