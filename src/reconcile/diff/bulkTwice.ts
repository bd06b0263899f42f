import type { Problem } from '../../error.js'
import { sameUntil } from '../../rtnetlink/packed/columns.js'
import { PackedRoutes } from '../../rtnetlink/packed/packedRoutes.js'
import { type PackedRows, RowsBuilder } from '../../rtnetlink/packed/packedRows.js'
import { RowIndex } from '../../rtnetlink/packed/rowIndex.js'
import { RowMarks } from '../../rtnetlink/packed/rowMarks.js'
import { runsOf } from '../../rtnetlink/packed/runs.js'
import type { DesiredRoute } from '../../state/desired.js'
import { KeyNumbers } from '../../state/packedKeys.js'
import { type RouteRecord, routeName } from '../../state/route.js'
import { inSlices } from '../../system/turns.js'

/** How many of them are told of. */
const mostTold = 20

/** The wishes whose key another one has before them. */
export interface Repeated {
  /** What is wrong with them. */
  readonly problems: readonly Problem[]
  /** Those that are to be there beside the other one. */
  readonly besides: PackedRoutes<DesiredRoute>
}

/** What was looked at before: verifying looks at the same wish again. */
const known = new WeakMap<object, Repeated>()

/** What is said of a route that is wanted twice. */
export function wantedTwiceProblem(path: string, route: RouteRecord): Problem {
  return {
    path,
    message: `the route ${routeName(route)} is there twice: family, table, to, tos and metric name a route`,
  }
}

/** The routes that are wanted twice: family, table, `to`, tos and metric name a route of a spec. */
export async function wantedTwice(wanted: PackedRoutes<DesiredRoute>): Promise<Repeated> {
  const before = known.get(wanted)
  if (before) return before
  const there = wanted.filter(({ absent }) => !absent)
  const keys = new KeyNumbers().of(there.ways.map(({ route }) => route))
  const [inet, inet6] = [await repeated(there.inet, keys), await repeated(there.inet6, keys)]
  const all = new PackedRoutes(there.ways, inet, inet6)
  const problems: Problem[] = []
  for (const { to, way } of all.filter(({ exact }) => !exact)) {
    if (problems.length === mostTold) break
    problems.push(wantedTwiceProblem(way.path ?? '', { ...way.route, to }))
  }
  const result = { problems, besides: all.filter(({ exact = false }) => exact) }
  known.set(wanted, result)
  return result
}

async function repeated(rows: PackedRows, keys: Uint32Array): Promise<PackedRows> {
  if (await areApart(rows, keys)) return new RowsBuilder(rows.family, 0).finish()
  const index = new RowIndex(rows, keys)
  await index.build(rows)
  const found = new RowMarks(rows)
  await inSlices(rows.count, (start, end) => {
    for (let row = start; row < end; row++) {
      if (index.find(rows, row, keys[rows.ways[row] ?? 0] ?? 0) !== row) found.add(row, row + 1)
    }
  })
  return found.rows()
}

/** Whether rows are runs of which no two have a key in common, such as tables one after the other. */
async function areApart(rows: PackedRows, keys: Uint32Array): Promise<boolean> {
  const runs = await runsOf(rows)
  if (!runs || runs.length <= 1) return runs !== undefined
  const runOf = new Map<number, number>()
  for (const { start, end } of runs) {
    for (let row = start; row < end; row = sameUntil(rows.ways, row, end)) {
      const key = keys[rows.ways[row] ?? 0] ?? 0
      if ((runOf.get(key) ?? start) !== start) return false
      runOf.set(key, start)
    }
  }
  return true
}
