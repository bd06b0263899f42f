import test from 'ava'
import fc from 'fast-check'
import { PackedRoutes } from '../../src/rtnetlink/packed/packedRoutes.js'
import { prefixOfRow, RowsBuilder } from '../../src/rtnetlink/packed/packedRows.js'
import { keyedRoutes, selectedByKey } from '../../src/state/packedSets.js'
import type { RouteRecord } from '../../src/state/route.js'

const metrics = [0, 7, 0]
const ways = metrics.map((metric, index): RouteRecord => {
  return { family: 'inet', to: '', table: 254, tos: 0, metric, via: `10.0.0.${index}` }
})

const row = fc.tuple(fc.nat(60), fc.integer({ min: 30, max: 32 }), fc.nat(2))

/** Rows as the kernel tells them or in no order: of each address the longer prefixes first, the shorter, or any. */
const tables = fc
  .tuple(
    fc.oneof(
      fc.array(row, { maxLength: 700, size: 'max' }),
      // Of a single run no prefix is there twice.
      fc.uniqueArray(row, { maxLength: 60, selector: ([address, length]) => `${address}/${length}` }),
    ),
    fc.constantFrom(-1, 1, 0),
  )
  .map(([rows, order]) => {
    const builder = new RowsBuilder('inet')
    const list = order === 0 ? rows : [...rows].sort((a, b) => a[0] - b[0] || order * (a[1] - b[1]))
    for (const [address, length, way] of list) builder.push(length, way, address)
    return new PackedRoutes(ways, builder.finish(), new RowsBuilder('inet6').finish())
  })

function listed({ inet }: PackedRoutes<RouteRecord>): string[] {
  return Array.from(inet.ways, (way, row) => `${prefixOfRow(inet, row)} ${way}`)
}

test('what of a table another one has, and what it lacks, is what going through both finds', async (t) => {
  const keyOf = (line: string): string => {
    const [prefix, way] = line.split(' ')
    // What is joined has the ways of both, one after the other.
    return `${prefix} ${metrics[Number(way) % metrics.length]}`
  }
  await t.notThrowsAsync(
    fc.assert(
      fc.asyncProperty(tables, tables, fc.boolean(), fc.boolean(), async (one, drawn, present, isSame) => {
        // Mostly equal, as a table is and what was read of it.
        const other = isSame ? PackedRoutes.joined([one, drawn]) : drawn
        const found = listed(await selectedByKey(keyedRoutes(one), keyedRoutes(other), present))
        const keys = new Set(listed(other).map(keyOf))
        const expected = listed(one).filter((line) => keys.has(keyOf(line)) === present)
        if (String(found) !== String(expected)) throw new Error(`${found} instead of ${expected}`)
      }),
      { numRuns: 1000 },
    ),
  )
})
