import { parseAddress } from '../../ip/address.js'
import { isLinkLocal } from '../../ip/linkLocal.js'
import type { Address } from '../../rtnetlink/address.js'
import { covers } from '../../rtnetlink/packed/covers.js'
import type { Nexthop, Route } from '../../rtnetlink/route.js'
import { isManageable } from '../../state/address.js'
import type { DesiredLink, DesiredNetwork, DesiredNexthop } from '../../state/desired.js'
import type { LinkRecord, NetworkState } from '../../state/model.js'
import { prefixKey } from '../../state/prefixRoutes.js'
import { kernelProtocol, linksOfRoute, type RouteRecord, routeKey } from '../../state/route.js'
import { eachInTurns } from '../../system/inTurns.js'
import { NetworksOfLinks } from './networksOfLinks.js'

/** Whether what it leads to is on a link, and no gateway. */
export function leadsToLink({
  via,
  nexthops,
  nexthopId,
}: {
  via?: unknown
  nexthops?: unknown
  nexthopId?: unknown
}): boolean {
  return via === undefined && nexthops === undefined && nexthopId === undefined
}

/** What of a route, or of a nexthop object, tells where it leads. */
type Way = Pick<Route, 'via' | 'dev' | 'onlink' | 'nexthops' | 'nexthopId' | 'src'> & {
  readonly group?: unknown
  readonly fdb?: boolean
} & Partial<Pick<RouteRecord, 'to' | 'forPrefix'>>

/** What there is once everything that is wanted, if anything is, is there. */
interface Reached {
  readonly isUp: (link: string) => boolean
  readonly sources: ReadonlySet<string | undefined>
  /** What is on links that are up, by the prefix of an address or by a route without a gateway. */
  readonly networks: NetworksOfLinks
  /** The prefixes of addresses that have no prefix route of the kernel's, with their links. */
  readonly bare: ReadonlySet<string>
}

/** What links reach once everything that is wanted, if anything is, is there; without what is packed. */
export async function reachedByLinks(
  links: readonly DesiredLink[],
  { routes }: Pick<DesiredNetwork, 'routes'>,
  actual: NetworkState,
): Promise<Reached> {
  const wanted = new Map(links.map((link) => [link.name, link]))
  const names = new Set([...wanted.keys(), ...actual.links.keys()])
  const isUp = (name: string): boolean => {
    const link = wanted.get(name)
    if (link?.absent) return false
    // One that is to be made comes up, unless the spec says otherwise.
    return link?.properties.up ?? actual.links.get(name)?.link.up ?? link !== undefined
  }
  const inPlace = new Set(actual.routes.flatMap(({ forPrefix, dev, to }) => (forPrefix ? [`${dev} ${to}`] : [])))
  const sources = new Set<string | undefined>()
  const bare = new Set<string>()
  const networks = new NetworksOfLinks()
  await eachInTurns(names, (name) => {
    if (!isUp(name)) return
    for (const own of addressesOf(wanted.get(name), actual.links.get(name))) {
      const { noPrefixRoute, peer, address } = own
      sources.add(address.split('/')[0])
      if (noPrefixRoute) bare.add(prefixKey(name, own))
      if (!noPrefixRoute || inPlace.has(prefixKey(name, own))) networks.add(peer ?? address, name)
    }
  })
  const led = new Set<string>()
  await eachInTurns(routes, ({ absent, route }) => {
    if (absent || !leadsToLink(route)) return
    networks.add(route.to, route.dev)
    if (route.dev !== undefined) led.add(routeKey(route))
  })
  await eachInTurns(actual.routes, (route) => {
    // The prefix routes of the kernel come and go with the addresses, and what is led elsewhere leads there no longer.
    if (route.protocol === kernelProtocol || !leadsToLink(route) || led.has(routeKey(route))) return
    networks.add(route.to, route.dev)
  })
  return { isUp, sources, networks, bare }
}

/** Those of a link that are listed, and those that no list is about. */
function addressesOf(wanted: DesiredLink | undefined, record: LinkRecord | undefined): readonly Address[] {
  const { addresses = [] } = record ?? {}
  if (!wanted?.addresses) return addresses
  return [...wanted.addresses, ...addresses.filter((address) => !isManageable(address))]
}

/**
 * Whether the kernel would take a route once everything that is wanted, if anything is, is there: its links are up, its
 * source is somewhere, and its gateways are on the links that it leads by, or on any where it names none.
 */
export async function reachability(
  links: readonly DesiredLink[],
  { routes, bulk }: Pick<DesiredNetwork, 'routes' | 'bulk'>,
  actual: NetworkState,
  nexthops: readonly DesiredNexthop[] = [],
): Promise<(route: Way) => boolean> {
  const { isUp, sources, networks, bare } = await reachedByLinks(links, { routes }, actual)
  const many = [
    await actual.bulk?.filter((route) => route.protocol !== kernelProtocol && leadsToLink(route)),
    await bulk?.filter(({ absent, route }) => !absent && leadsToLink(route)),
  ]
  const isOnLink = (gateway: string, dev: string | number | undefined): boolean =>
    isLinkLocal(parseAddress(gateway) ?? new Uint8Array(0)) ||
    networks.lengthAt(gateway, dev) >= 0 ||
    many.some((table) => table !== undefined && covers(table, gateway))
  const objects = new Set(actual.nexthops.map(({ id }) => id))
  for (const { absent, nexthop } of nexthops) {
    if (absent) objects.delete(nexthop.id)
    else objects.add(nexthop.id)
  }
  return (route) => {
    // The far end of a VXLAN may be anywhere.
    if (route.fdb) return true
    const hops: readonly Nexthop[] = route.nexthops ?? [route]
    return (
      linksOfRoute(route).every((dev) => typeof dev === 'number' || isUp(dev)) &&
      (route.nexthopId === undefined || objects.has(route.nexthopId)) &&
      (!route.forPrefix || bare.has(`${route.dev} ${route.to}`)) &&
      (route.src === undefined || sources.has(route.src)) &&
      hops.every(({ via, dev, onlink }) => via === undefined || onlink === true || isOnLink(via, dev))
    )
  }
}
