import type { Problem } from '../../error.js'
import type { PackedRoutes } from '../../rtnetlink/packed/packedRoutes.js'
import { type PackedRows, prefixOfRow, wordsOf } from '../../rtnetlink/packed/packedRows.js'
import { RowIndex } from '../../rtnetlink/packed/rowIndex.js'
import type { DesiredRoute } from '../../state/desired.js'
import { KeyNumbers } from '../../state/packedKeys.js'
import { type RouteRecord, routeName } from '../../state/route.js'
import { inSlices } from '../../system/turns.js'

/** How many of them are told of. */
const mostTold = 20

/** What was looked at before: verifying looks at the same wish again. */
const known = new WeakMap<object, readonly Problem[]>()

/** What is said of a route that is wanted twice. */
export function wantedTwiceProblem(path: string, route: RouteRecord): Problem {
  return {
    path,
    message: `the route ${routeName(route)} is there twice: family, table, to, tos and metric name a route`,
  }
}

/** The routes that are wanted twice, which cannot be: family, table, `to`, tos and metric name a route. */
export async function wantedTwice(wanted: PackedRoutes<DesiredRoute>): Promise<readonly Problem[]> {
  const before = known.get(wanted)
  if (before) return before
  const keys = new KeyNumbers().of(wanted.ways.map(({ route }) => route))
  const isStated = wanted.ways.map(({ absent, exact }) => !absent && !exact)
  const problems: Problem[] = []
  for (const rows of [wanted.inet, wanted.inet6]) {
    for (const row of await repeated(rows, keys, isStated)) {
      const way = wanted.ways[rows.ways[row] ?? 0]
      if (!way) continue
      problems.push(wantedTwiceProblem(way.path ?? '', { ...way.route, to: prefixOfRow(rows, row) }))
    }
  }
  known.set(wanted, problems)
  return problems
}

async function repeated(rows: PackedRows, keys: Uint32Array, isStated: readonly boolean[]): Promise<number[]> {
  if (await isAscending(rows)) return []
  const index = new RowIndex(rows, keys)
  await index.build()
  const found: number[] = []
  await inSlices(rows.count, (start, end) => {
    for (let row = start; row < end && found.length < mostTold; row++) {
      const way = rows.ways[row] ?? 0
      if (!isStated[way]) continue
      let first = index.find(rows, row, keys[way] ?? 0)
      while (first >= 0 && !isStated[rows.ways[first] ?? 0]) first = index.findNext(first, rows, row, keys[way] ?? 0)
      if (first !== row) found.push(row)
    }
  })
  return found
}

/** Whether no prefix can be there twice, since each is behind the one before. */
export async function isAscending(rows: PackedRows): Promise<boolean> {
  let ascending = true
  await inSlices(rows.count - 1, (start, end) => {
    for (let row = start; ascending && row < end; row++) ascending = isBefore(rows, row)
  })
  return ascending
}

function isBefore({ family, addresses, lengths }: PackedRows, row: number): boolean {
  const words = wordsOf(family)
  for (let word = row * words; word < (row + 1) * words; word++) {
    const one = addresses[word] ?? 0
    const next = addresses[word + words] ?? 0
    if (one !== next) return one < next
  }
  return (lengths[row] ?? 0) < (lengths[row + 1] ?? 0)
}
