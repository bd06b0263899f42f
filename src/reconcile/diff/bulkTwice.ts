import type { Problem } from '../../error.js'
import type { PackedRoutes } from '../../rtnetlink/packed/packedRoutes.js'
import { type PackedRows, prefixOfRow } from '../../rtnetlink/packed/packedRows.js'
import { RowIndex } from '../../rtnetlink/packed/rowIndex.js'
import { isOneRun } from '../../rtnetlink/packed/runs.js'
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
  if (await isOneRun(rows)) return []
  const index = new RowIndex(rows, keys)
  await index.build(rows)
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
