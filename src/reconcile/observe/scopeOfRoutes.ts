import { type Family, familyOf, parseAddress } from '../../ip/address.js'
import { isLinkLocal } from '../../ip/linkLocal.js'
import { linksOfRoute } from '../../rtnetlink/routeRecord.js'
import type { DesiredLink, DesiredNetwork, DesiredRoute } from '../../state/desired.js'
import { openHops } from '../reach/openHops.js'
import { localTable, mostTables } from '../reach/tables.js'
import type { NeighborsOfLink } from './observeNeighbors.js'

/** What of routes, rules and neighbors a plan is about that only adds some. */
export interface RouteScope {
  /** The tables whose routes are to be known, as each is the order of those of one key. */
  readonly tables: readonly { readonly family: Family; readonly table: number }[]
  /** The families whose rules are to be known. */
  readonly rules: readonly Family[]
  readonly neighbors: readonly NeighborsOfLink[]
  /** The IPv6 gateways, which must be no address of the host itself. */
  readonly gateways: ReadonlySet<string>
  /** The gateways to which no link is named: where a route leads to one already, it counts by which link it still is reached. */
  readonly openGateways: ReadonlySet<string>
}

/** That part of a wish; `undefined` where it takes reading all. */
export function routeScopeOf({ links, routes, rules, neighbors }: DesiredNetwork): RouteScope | undefined {
  const tables = new Map<string, RouteScope['tables'][number]>()
  for (const { route } of routes) {
    const { family, table } = route
    if (table === localTable || route.nexthopId !== undefined) return undefined
    tables.set(`${family} ${table}`, { family, table })
  }
  if (tables.size > mostTables) return undefined
  const gateways = routes.flatMap(gatewaysOf)
  if (gateways.includes(undefined)) return undefined
  return {
    tables: [...tables.values()],
    rules: [...new Set(rules.map(({ rule }) => rule.family))],
    neighbors: [
      ...neighbors.map(({ neighbor: { dev, proxy = false } }) => ({ dev: String(dev), proxy })),
      ...mastersIn(links).map((dev) => ({ dev, proxy: false })),
    ],
    gateways: new Set(gateways.filter((gateway) => gateway !== undefined)),
    openGateways: new Set(routes.flatMap(openHops).map(({ via }) => via)),
  }
}

/** The links that are to have ports: with a new one they may get its MAC address, and lose their neighbors. */
export function mastersIn(links: readonly DesiredLink[]): string[] {
  return links.flatMap(({ properties: { master } }) => (typeof master === 'string' ? [master] : []))
}

/** The links that routes and neighbors refer to. */
export function linksOfRoutes({ routes, neighbors }: DesiredNetwork): (string | number)[] {
  return [...routes.flatMap(({ route }) => linksOfRoute(route)), ...neighbors.map(({ neighbor }) => neighbor.dev)]
}

/** The gateways of which it matters whether the host has them; `undefined` for one that cannot be asked for alone. */
function gatewaysOf({ route }: DesiredRoute): (string | undefined)[] {
  return (route.nexthops ?? [route]).flatMap(({ via, onlink }) => {
    const gateway = via === undefined ? undefined : parseAddress(via)
    if (via === undefined || !gateway) return []
    if (familyOf(gateway) === 'inet') return onlink ? [undefined] : []
    // That of a link is known with the link.
    return isLinkLocal(gateway) ? [] : [via]
  })
}
