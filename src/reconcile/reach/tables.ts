import { PackedRoutes } from '../../rtnetlink/packed/packedRoutes.js'
import type { DesiredNetwork, DesiredRoute } from '../../state/desired.js'
import type { NetworkState } from '../../state/model.js'
import { allRoutes, routesOfState } from '../../state/packedState.js'
import { mainTable } from '../../state/route.js'
import { everyInTurns } from '../../system/inTurns.js'
import type { PlannedStep } from '../steps/step.js'

/** The tables of routes, by namespace, that a plan has to do with. */
export type TablesByNamespace = ReadonlyMap<string, ReadonlySet<number>>

/** RT_TABLE_LOCAL: include/uapi/linux/rtnetlink.h */
export const localTable = 255
/** Reading more tables one by one would not pay. */
export const mostTables = 8

/**
 * The tables that the routes of a wish are in, where these are few and not the kernel's own; else `undefined`. The main
 * table is mostly what makes reading all of them long.
 */
export async function tablesOf(networks: ReadonlyMap<string, DesiredNetwork>): Promise<TablesByNamespace | undefined> {
  const all = new Map<string, Set<number>>()
  let count = 0
  for (const [name, { routes, bulk }] of networks) {
    const tables = new Set<number>()
    const isOfFew = (wanted: DesiredRoute): boolean => {
      const table = tableOf(wanted)
      if (table === undefined || table === mainTable || table === localTable) return false
      return tables.add(table).size <= mostTables
    }
    if (!(await everyInTurns(routes, isOfFew))) return undefined
    if (bulk && !(await everyInTurns(await bulk.used(), isOfFew))) return undefined
    count += tables.size
    all.set(name, tables)
  }
  return count > 0 && count <= mostTables ? all : undefined
}

/** Without a table, a wish for absence is about all of them. */
function tableOf({ absent, route, stated }: DesiredRoute): number | undefined {
  return absent ? stated.table : route.table
}

/** Whether steps change routes and nothing else, so that none of another table can go along. */
export function changesRoutesOnly(steps: readonly PlannedStep[]): boolean {
  return steps.every(({ object }) => object === 'route')
}

/** What was read of some tables, with the other ones as another state has them. */
export async function withOtherTables(
  states: ReadonlyMap<string, NetworkState>,
  tables: TablesByNamespace,
  others: ReadonlyMap<string, NetworkState>,
): Promise<Map<string, NetworkState>> {
  const all = new Map<string, NetworkState>()
  for (const [name, state] of states) {
    const [own, other] = [tables.get(name), others.get(name)]
    if (!own || !other) continue
    const { bulk: _bulk, ...rest } = state
    const further = await (await allRoutes(other)).filter(({ table }) => !own.has(table))
    all.set(name, { ...rest, ...routesOfState(PackedRoutes.joined([await allRoutes(state), further])) })
  }
  return all
}
