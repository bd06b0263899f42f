import type { Problem } from '../../error.js'
import { PackedRoutes } from '../../rtnetlink/packed/packedRoutes.js'
import { type PackedRows, prefixOfRow, RowsBuilder } from '../../rtnetlink/packed/packedRows.js'
import { repeatedRows } from '../../rtnetlink/packed/repeatedRows.js'
import { rowsTo } from '../../rtnetlink/packed/rowsTo.js'
import { withLine } from '../../spec/routeOrigin.js'
import type { DesiredRoute } from '../../state/desired.js'
import { KeyNumbers } from '../../state/packedKeys.js'
import { routeName } from '../../state/route.js'

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
export function wantedTwiceProblem({ path = '', route, origin }: DesiredRoute, further = 0): Problem {
  const message = `the route ${routeName(route)} is there twice: family, table, to, tos and metric name a route`
  const place = origin?.(route.to, further)
  return place ? { path: place.path, message: withLine(message, place) } : { path, message }
}

/** The routes that are wanted twice: family, table, `to`, tos and metric name a route of a spec. */
export async function wantedTwice(wanted: PackedRoutes<DesiredRoute>): Promise<Repeated> {
  const before = known.get(wanted)
  if (before) return before
  const there = await wanted.filter(({ absent }) => !absent)
  const keys = await new KeyNumbers().of(there.ways, ({ route }) => route)
  const problems: Problem[] = []
  const besides = async (rows: PackedRows): Promise<PackedRows> => {
    const found = new RowsBuilder(rows.family, 4)
    for (const row of await repeatedRows(rows, keys)) {
      const number = rows.ways[row] ?? 0
      const way = there.ways[number]
      if (way?.exact) found.pushRow(rows, row, number)
      else if (way && problems.length < mostTold) {
        const route = { ...way.route, to: prefixOfRow(rows, row) }
        problems.push(wantedTwiceProblem({ ...way, route }, countBefore(rows, row, route.to)))
      }
    }
    return found.finish()
  }
  const [inet, inet6] = [await besides(there.inet), await besides(there.inet6)]
  const result = { problems, besides: new PackedRoutes(there.ways, inet, inet6) }
  known.set(wanted, result)
  return result
}

/** How many rows of the same prefix and way are before a row. */
function countBefore(rows: PackedRows, row: number, to: string): number {
  let count = 0
  for (const other of rowsTo(rows, to)) {
    if (other === row) break
    if (rows.ways[other] === rows.ways[row]) count++
  }
  return count
}
