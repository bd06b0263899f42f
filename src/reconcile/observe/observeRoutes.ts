import { NetworkError } from '../../error.js'
import type { Family } from '../../ip/address.js'
import type { Payload } from '../../netlink/bytes.js'
import { type DecodeContext, withoutNames } from '../../netlink/codec.js'
import type { RequestOptions } from '../../netlink/exchange.js'
import { decodeRoute } from '../../rtnetlink/decodeRoute.js'
import { PackedRoutes } from '../../rtnetlink/packed/packedRoutes.js'
import { RouteReader } from '../../rtnetlink/packed/routeReader.js'
import type { ListedRoute, RouteFilter } from '../../rtnetlink/route.js'
import { dumpRoutes } from '../../rtnetlink/routeMessages.js'
import type { ListedRule } from '../../rtnetlink/rule.js'
import { decodeRule, dumpRules } from '../../rtnetlink/ruleMessages.js'
import { type RouteRecord, routeOf } from '../../state/route.js'
import type { Place } from '../world/place.js'
import { dump, untilConsistent } from './dump.js'
import { Recollection, recollections } from './recollection.js'

/** Reads one table: the kernel leaves the others out, unless it is too old to (before Linux 4.20). */
export async function observeTable(
  place: Place,
  family: Family,
  table: number,
  names: DecodeContext,
  options: RequestOptions,
): Promise<PackedRoutes<RouteRecord>> {
  try {
    const routes = await observeRoutes(place, { family, table }, names, options)
    return await routes.filter((route) => route.table === table)
  } catch (error) {
    // A table that nobody has put anything into does not exist.
    if (error instanceof NetworkError && error.code === 'ENOENT') return PackedRoutes.empty()
    throw error
  }
}

const listedRoutes = recollections<ListedRoute | undefined>()

/** Reads the routes that a filter lets through. */
export async function observeRoutes(
  place: Place,
  filter: RouteFilter,
  names: DecodeContext,
  options: RequestOptions,
): Promise<PackedRoutes<RouteRecord>> {
  const recollection = new Recollection(listedRoutes, place, `${filter.family} ${filter.table}`)
  const reader = new RouteReader(names, (first) => recollection.decode(first, names, decodeRoute))
  const message = dumpRoutes(filter)
  await untilConsistent(message, () => place.connection.dumpInto(message, reader, options))
  const own = await (await reader.finish()).filter(({ cloned }) => !cloned)
  recollection.keep()
  if (filter.family === 'inet') place.nexthopsWithMetrics.noteAll(own.ways)
  return await own.map(recordOf)
}

/** Routes that were listed before are the same objects, and so are their records. */
const records = new WeakMap<ListedRoute, RouteRecord>()

function recordOf(listed: ListedRoute): RouteRecord {
  const known = records.get(listed)
  if (known) return known
  const record = routeOf(listed)
  records.set(listed, record)
  return record
}

const listedRules = recollections<ListedRule | undefined>()

/** The rules of a family, in the kernel's order. */
export async function observeRules(place: Place, family: Family, options: RequestOptions): Promise<ListedRule[]> {
  const recollection = new Recollection(listedRules, place, family)
  const decode = (body: Payload): ListedRule | undefined => recollection.decode(body, withoutNames, decodeRule)
  const rules = await dump(place, dumpRules(family), decode, options)
  recollection.keep()
  return rules
}
