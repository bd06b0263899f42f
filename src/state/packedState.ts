import { grouped } from '../grouped.js'
import { familyOf } from '../ip/address.js'
import { parsePrefix } from '../ip/prefix.js'
import { PackedRoutes } from '../rtnetlink/packed/packedRoutes.js'
import { type PackedRows, prefixOfRow, RowsBuilder } from '../rtnetlink/packed/packedRows.js'
import { RowIndex } from '../rtnetlink/packed/rowIndex.js'
import { eachInTurns } from '../system/inTurns.js'
import { inSlices } from '../system/turns.js'
import type { DesiredNetwork, DesiredRoute } from './desired.js'
import type { NetworkState } from './model.js'
import { type RouteRecord, routeKey } from './route.js'

/** Up to so many routes of a namespace are an object each. */
export const mostSingleRoutes = 5000

/** Routes as objects of their own. */
export function unpackedRoutes(table: PackedRoutes<RouteRecord>): RouteRecord[] {
  return Array.from(table, ({ to, way }) => ({ ...way, to }))
}

/** Wishes as objects of their own. */
export function unpackedWishes(table: PackedRoutes<DesiredRoute>): DesiredRoute[] {
  return Array.from(table, ({ to, way }) => ({ ...way, route: { ...way.route, to } }))
}

/** Routes as a state has them. */
export function routesOfState(routes: PackedRoutes<RouteRecord>): Pick<NetworkState, 'routes' | 'bulk'> {
  return routes.size > mostSingleRoutes ? { routes: [], bulk: routes } : { routes: unpackedRoutes(routes) }
}

/** Objects as packed routes; those whose other properties are the same share a way. */
export async function packedRoutes<Item>(
  items: readonly Item[],
  routeOf: (item: Item) => RouteRecord,
  wayOf: (item: Item) => string,
): Promise<PackedRoutes<Item>> {
  const numbers = new Map<string, number>()
  const ways: Item[] = []
  const rows = { inet: new RowsBuilder('inet'), inet6: new RowsBuilder('inet6') }
  await eachInTurns(items, (item) => {
    const { to } = routeOf(item)
    const prefix = parsePrefix(to)
    if (!prefix) throw new TypeError(`${to} is no prefix`)
    const key = wayOf(item)
    const way = numbers.get(key) ?? ways.push(item) - 1
    numbers.set(key, way)
    rows[familyOf(prefix.bytes)].pushBytes(prefix.length, way, prefix.bytes)
  })
  return new PackedRoutes(ways, rows.inet.finish(), rows.inet6.finish())
}

/** Records in packed form. */
export function packedRecords(routes: readonly RouteRecord[]): Promise<PackedRoutes<RouteRecord>> {
  return packedRoutes(
    routes,
    (route) => route,
    ({ to: _to, ...way }) => JSON.stringify(way),
  )
}

/** All routes of a state. */
export async function allRoutes({ routes, bulk }: NetworkState): Promise<PackedRoutes<RouteRecord>> {
  return PackedRoutes.joined([await packedRecords(routes), ...(bulk ? [bulk] : [])])
}

/** What is wanted and what is there, of one namespace. */
export interface Sides {
  readonly desired: DesiredNetwork
  readonly actual: NetworkState
  /** Routes that are wanted both by themselves and among many. */
  readonly twice: readonly DesiredRoute[]
}

/**
 * Parts what is compared one by one from what is compared in packed form, so that each has to do with other
 * destinations: everything about a destination that a single route is wanted of is single.
 */
export async function parted(desired: DesiredNetwork, actual: NetworkState): Promise<Sides> {
  const wishes = desired.bulk ?? PackedRoutes.empty<DesiredRoute>()
  const table = actual.bulk ?? PackedRoutes.empty<RouteRecord>()
  if (wishes.size === 0 && table.size === 0) return { desired, actual, twice: [] }
  const named = await packedRoutes(
    desired.routes,
    ({ route }) => route,
    () => '',
  )
  const ofTable = await partedBy(table, named)
  const ofWishes = await partedBy(wishes, named)
  const destinations = new Set(desired.routes.map(({ route }) => `${route.family} ${route.to}`))
  const isNamed = ({ family, to }: RouteRecord): boolean => destinations.has(`${family} ${to}`)
  // Where nothing is wanted among many, the single ones may stay what they are.
  const single = wishes.size === 0 ? actual.routes : actual.routes.filter(isNamed)
  const rest = wishes.size === 0 ? [] : actual.routes.filter((route) => !isNamed(route))
  const moved = ofWishes.single.map(({ to, way }) => ({ ...way, route: { ...way.route, to } }))
  const routes = [...desired.routes, ...moved]
  return {
    desired: { ...desired, routes, bulk: ofWishes.rest },
    actual: {
      ...actual,
      routes: [...single, ...ofTable.single.map(({ to, way }) => ({ ...way, to }))],
      bulk: rest.length === 0 ? ofTable.rest : PackedRoutes.joined([await packedRecords(rest), ofTable.rest]),
    },
    twice: moved.length === 0 ? [] : repeated(routes),
  }
}

/** The same, with what is wanted of some further destinations among what is compared one by one. */
export async function partedFurther<Part extends Pick<Sides, 'desired' | 'actual'>>(
  part: Part,
  named: PackedRoutes<unknown>,
): Promise<Part> {
  const { desired, actual } = part
  const ofWishes = await partedBy(desired.bulk ?? PackedRoutes.empty<DesiredRoute>(), named)
  const ofTable = await partedBy(actual.bulk ?? PackedRoutes.empty<RouteRecord>(), named)
  const wishes = ofWishes.single.map(({ to, way }) => ({ ...way, route: { ...way.route, to } }))
  const routes = ofTable.single.map(({ to, way }) => ({ ...way, to }))
  return {
    ...part,
    desired: { ...desired, routes: [...desired.routes, ...wishes], bulk: ofWishes.rest },
    actual: { ...actual, routes: [...actual.routes, ...routes], bulk: ofTable.rest },
  }
}

function repeated(routes: readonly DesiredRoute[]): DesiredRoute[] {
  const stated = routes.filter(({ absent, exact }) => !absent && !exact)
  return [...grouped(stated, ({ route }) => routeKey(route)).values()].flatMap((group) => group.slice(1, 2))
}

interface Parted<Way> {
  readonly single: { readonly to: string; readonly way: Way }[]
  readonly rest: PackedRoutes<Way>
}

async function partedBy<Way>(table: PackedRoutes<Way>, named: PackedRoutes<unknown>): Promise<Parted<Way>> {
  if (named.size === 0 || table.size === 0) return { single: [], rest: table }
  const single: { to: string; way: Way }[] = []
  const inet = await partedRows(table.inet, named.inet, table.ways, single)
  const inet6 = await partedRows(table.inet6, named.inet6, table.ways, single)
  return { single, rest: new PackedRoutes(table.ways, inet, inet6) }
}

async function partedRows<Way>(
  rows: PackedRows,
  named: PackedRows,
  ways: readonly Way[],
  single: { to: string; way: Way }[],
): Promise<PackedRows> {
  if (named.count === 0) return rows
  const index = new RowIndex(named)
  await index.build(rows)
  const found = new Uint8Array(rows.count)
  let count = 0
  await inSlices(rows.count, (start, end) => {
    for (let row = start; row < end; row++) {
      if (index.find(rows, row, 0) < 0) continue
      found[row] = 1
      count++
    }
  })
  if (count === 0) return rows
  const rest = new RowsBuilder(rows.family, rows.count - count)
  await inSlices(rows.count, (start, end) => {
    for (let row = start; row < end; row++) {
      const number = rows.ways[row] ?? 0
      const way = ways[number]
      if (!found[row]) rest.pushRow(rows, row, number)
      else if (way !== undefined) single.push({ to: prefixOfRow(rows, row), way })
    }
  })
  return rest.finish()
}
