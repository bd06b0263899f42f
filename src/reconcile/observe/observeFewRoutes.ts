import { NetworkError } from '../../error.js'
import type { DecodeContext } from '../../netlink/codec.js'
import type { RequestOptions } from '../../netlink/exchange.js'
import { decodeAddress, getIpv6Address } from '../../rtnetlink/address.js'
import { PackedRoutes } from '../../rtnetlink/packed/packedRoutes.js'
import type { LinkRecord, NetworkState } from '../../state/model.js'
import { routesOfState } from '../../state/packedState.js'
import type { Place } from '../world/place.js'
import { observeNeighborsOf } from './observeNeighbors.js'
import { observeRules, observeTable } from './observeRoutes.js'
import type { RouteScope } from './scopeOfRoutes.js'

/**
 * Reads the routes, rules and neighbors that a plan is about; those of links that are not among some refer to them by
 * index. Answers `undefined` where it takes all links to tell whether a gateway is one, or by which of them it is
 * reached.
 */
export async function observeFewRoutes(
  place: Place,
  scope: RouteScope,
  links: ReadonlyMap<string, LinkRecord>,
  names: DecodeContext,
  options: RequestOptions,
): Promise<Pick<NetworkState, 'routes' | 'bulk' | 'rules' | 'neighbors'> | undefined> {
  for (const gateway of scope.gateways) if (await hasIpv6Address(place, gateway, options)) return undefined
  const tables = []
  for (const { family, table } of scope.tables) tables.push(await observeTable(place, family, table, names, options))
  const routes = PackedRoutes.joined(tables)
  const hops = (await routes.used()).flatMap((route) => route.nexthops ?? [route])
  if (hops.some(({ via }) => via !== undefined && scope.openGateways.has(via))) return undefined
  const rules = []
  for (const family of scope.rules) rules.push(...(await observeRules(place, family, options)))
  const neighbors = await observeNeighborsOf(place, scope.neighbors, links, names, options)
  return { ...routesOfState(routes), rules, neighbors }
}

async function hasIpv6Address(place: Place, address: string, options: RequestOptions): Promise<boolean> {
  try {
    const found = await place.connection.ask(getIpv6Address(address), ({ body }) => decodeAddress(body), options)
    return found.length > 0
  } catch (error) {
    if (error instanceof NetworkError && error.code === 'EADDRNOTAVAIL') return false
    throw error
  }
}
