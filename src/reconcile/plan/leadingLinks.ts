import { addToGroup } from '../../grouped.js'
import { covers } from '../../rtnetlink/packed/covers.js'
import type { PackedRoutes } from '../../rtnetlink/packed/packedRoutes.js'
import type { Nexthop, Route } from '../../rtnetlink/route.js'
import type { DesiredNetwork, DesiredRoute } from '../../state/desired.js'
import type { NetworkState } from '../../state/model.js'
import { kernelProtocol, type RouteRecord } from '../../state/route.js'
import { eachInTurns, mapInTurns } from '../../system/inTurns.js'
import { vrfOf } from '../diff/lookup.js'
import { isOpen, openHops } from '../reach/openHops.js'
import type { Wish } from '../reach/pairs.js'
import { leadsToLink, reachedByLinks } from '../reach/reachable.js'

/** Tells the link by which a gateway must be reached from now on; `undefined` where the kernel has found it already. */
type FindLink = (gateway: string) => string | number | undefined

/**
 * Names the link for routes that name a gateway alone, where the kernel once found another one that reaches it no longer:
 * it looks for it when a route is made, and keeps the route when the address moves to another link
 * (net/ipv4/fib_semantics.c, fib_check_nh; net/ipv6/route.c, ip6_route_check_nh).
 *
 * @returns the very same network where none is concerned
 */
export async function withLeadingLinks({ desired, actual }: Wish): Promise<DesiredNetwork> {
  const ways = (await desired.bulk?.used()) ?? []
  const gateways = new Set<string>()
  await eachInTurns([...desired.routes, ...ways], (wanted) => {
    for (const { via } of openHops(wanted)) gateways.add(via)
  })
  if (gateways.size === 0) return desired
  const links = await linksOfGateways(gateways, desired, actual)
  if (links.size === 0) return desired
  const find: FindLink = (gateway) => links.get(gateway)
  return {
    ...desired,
    routes: await mapInTurns(desired.routes, (wanted) => withLinks(wanted, find)),
    ...(desired.bulk ? { bulk: await desired.bulk.map((wanted) => withLinks(wanted, find)) } : {}),
  }
}

/** The link for each of some gateways that a route leads to by one that reaches it no longer. */
async function linksOfGateways(
  gateways: ReadonlySet<string>,
  desired: DesiredNetwork,
  actual: NetworkState,
): Promise<Map<string, string | number>> {
  const devices = new Map<string, string[]>()
  await eachInTurns([...actual.routes, ...((await actual.bulk?.used()) ?? [])], ({ nexthops, ...route }) => {
    for (const { via, dev, onlink } of nexthops ?? [route]) {
      if (via === undefined || typeof dev !== 'string' || onlink || !gateways.has(via)) continue
      if (devices.get(via)?.includes(dev) !== true) addToGroup(devices, via, dev)
    }
  })
  const links = new Map<string, string | number>()
  if (devices.size === 0) return links
  const { networks } = await reachedByLinks(desired.links, desired, actual)
  const network = { desired, actual }
  const strayed = new Map<string, string>()
  await eachInTurns(devices, ([gateway, former]) => {
    const dev = former.find((one) => networks.lengthAt(gateway, one) < 0)
    if (dev !== undefined) strayed.set(gateway, dev)
  })
  if (strayed.size === 0) return links
  const isOwn = (route: RouteRecord): boolean => route.protocol !== kernelProtocol && leadsToLink(route)
  const many = await actual.bulk?.parted((route) => (isOwn(route) ? route.dev : undefined))
  await eachInTurns(strayed, ([gateway, former]) => {
    if (many && mayReach(former, gateway, many, actual)) return
    const vrf = vrfOf(network, former)
    const [link, ...others] = networks.linksAt(gateway).filter((dev) => vrfOf(network, String(dev)) === vrf)
    // Of several the kernel takes one.
    if (link !== undefined && others.length === 0) links.set(gateway, link)
  })
  return links
}

/** Whether a link reaches a gateway by one of many routes, as far as these tell: of prefix routes nobody knows whose they are. */
function mayReach(
  dev: string,
  gateway: string,
  many: ReadonlyMap<unknown, PackedRoutes<RouteRecord>>,
  { links }: NetworkState,
): boolean {
  if (links.get(dev)?.addresses.some(({ noPrefixRoute }) => noPrefixRoute)) return true
  const own = many.get(dev)
  return own !== undefined && covers(own, gateway)
}

function withLinks(wanted: DesiredRoute, find: FindLink): DesiredRoute {
  if (!openHops(wanted).some(({ via }) => find(via) !== undefined)) return wanted
  const named = <Way extends Partial<Route>>(way: Way): Way => {
    if (!way.nexthops) return withLink(way, find)
    return { ...way, nexthops: way.nexthops.map((hop) => withLink(hop, find)) }
  }
  return { ...wanted, route: named(wanted.route), stated: named(wanted.stated) }
}

function withLink<Hop extends Nexthop>(hop: Hop, find: FindLink): Hop {
  const dev = isOpen(hop) ? find(hop.via) : undefined
  return dev === undefined ? hop : { ...hop, dev }
}
