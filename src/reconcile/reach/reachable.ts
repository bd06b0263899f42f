import { familyOf, parseAddress } from '../../ip/address.js'
import { isLinkLocal } from '../../ip/linkLocal.js'
import { formatPrefix, networkOf, parsePrefix } from '../../ip/prefix.js'
import type { Address } from '../../rtnetlink/address.js'
import { covers } from '../../rtnetlink/packed/covers.js'
import type { Nexthop, Route } from '../../rtnetlink/route.js'
import type { DesiredLink, DesiredNetwork, DesiredNexthop } from '../../state/desired.js'
import type { NetworkState } from '../../state/model.js'
import { kernelProtocol, linksOfRoute } from '../../state/route.js'
import { eachInTurns } from '../../system/inTurns.js'

/** Whether what it leads to is on a link, and no gateway. */
function leadsToLink({
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

/** Networks of both families, in which addresses are looked for: once for each length that any has. */
class Networks {
  readonly #known = new Set<string>()
  readonly #lengths = { inet: new Set<number>(), inet6: new Set<number>() }

  add(network: string): void {
    const prefix = parsePrefix(network)
    if (!prefix) return
    this.#known.add(formatPrefix(networkOf(prefix)))
    this.#lengths[familyOf(prefix.bytes)].add(prefix.length)
  }

  /** Whether an address is within any of them. */
  contain(address: string): boolean {
    const bytes = parseAddress(address)
    if (!bytes) return false
    for (const length of this.#lengths[familyOf(bytes)]) {
      if (this.#known.has(formatPrefix(networkOf({ bytes, length })))) return true
    }
    return false
  }
}

/** What of a route, or of a nexthop object, tells where it leads. */
type Way = Pick<Route, 'via' | 'dev' | 'onlink' | 'nexthops' | 'nexthopId' | 'src'> & {
  readonly group?: unknown
  readonly fdb?: boolean
}

/**
 * Whether the kernel would take a route once everything that is wanted, if anything is, is there: its links are up, its source is
 * somewhere, its gateways are on a link by the prefix of an address or by a route without a gateway.
 */
export async function reachability(
  links: readonly DesiredLink[],
  { routes, bulk }: Pick<DesiredNetwork, 'routes' | 'bulk'>,
  actual: NetworkState,
  nexthops: readonly DesiredNexthop[] = [],
): Promise<(route: Way) => boolean> {
  const wanted = new Map(links.map((link) => [link.name, link]))
  const names = new Set([...wanted.keys(), ...actual.links.keys()])
  const isUp = (name: string): boolean => {
    const link = wanted.get(name)
    if (link?.absent) return false
    // One that is to be made comes up, unless the spec says otherwise.
    return link?.properties.up ?? actual.links.get(name)?.link.up ?? link !== undefined
  }
  const addresses: readonly Address[] = [...names]
    .filter(isUp)
    .flatMap((name) => wanted.get(name)?.addresses ?? actual.links.get(name)?.addresses ?? [])
  const sources = new Set(addresses.map(({ address }) => address.split('/')[0]))
  const networks = new Networks()
  await eachInTurns(addresses, ({ noPrefixRoute, peer, address }) => {
    if (!noPrefixRoute) networks.add(peer ?? address)
  })
  // The prefix routes of the kernel come and go with the addresses.
  const there = actual.routes.filter(({ protocol }) => protocol !== kernelProtocol)
  const added = routes.filter(({ absent }) => !absent).map(({ route }) => route)
  await eachInTurns([...there, ...added], ({ to, via, nexthops: hops, nexthopId }) => {
    if (leadsToLink({ via, nexthops: hops, nexthopId })) networks.add(to)
  })
  const many = [
    await actual.bulk?.filter((route) => route.protocol !== kernelProtocol && leadsToLink(route)),
    await bulk?.filter(({ absent, route }) => !absent && leadsToLink(route)),
  ]
  const isOnLink = (gateway: string): boolean =>
    isLinkLocal(parseAddress(gateway) ?? new Uint8Array(0)) ||
    networks.contain(gateway) ||
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
      (route.src === undefined || sources.has(route.src)) &&
      hops.every(({ via, onlink }) => via === undefined || onlink === true || isOnLink(via))
    )
  }
}
