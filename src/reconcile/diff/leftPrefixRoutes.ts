import { familyOf } from '../../ip/address.js'
import type { Address } from '../../rtnetlink/address.js'
import { subnetOf } from '../../state/address.js'
import { prefixMetricOf } from '../../state/prefixRoutes.js'
import { kernelProtocol, mainTable, type RouteRecord } from '../../state/route.js'
import { eachInTurns } from '../../system/inTurns.js'
import type { DiffContext } from './context.js'
import { findLink } from './lookup.js'

/**
 * The prefix routes that stay without an address that they belong to: the kernel deletes an IPv6 address alone where
 * another one of its subnet is there, whatever metric that one's route has, or none; so it does with one that is not
 * permanent; and with the last one goes the first route that it meets (net/ipv6/addrconf.c, ipv6_del_addr,
 * check_cleanup_prefix_route, cleanup_prefix_route).
 *
 * @param left the addresses that the link has afterwards
 */
export async function leftPrefixRoutes(
  context: DiffContext,
  name: string,
  removed: readonly Address[],
  left: Iterable<Address>,
): Promise<RouteRecord[]> {
  const claimed = new Set<string>()
  /** Subnets of which the last address does not take its route along. */
  const outliving = new Set<string>()
  await eachInTurns(left, (address) => {
    outliving.add(subnetOf(address))
    if (hasPrefixRoute(address)) claimed.add(routeOfAddress(address))
  })
  const firstOf = new Map<string, string>()
  await eachInTurns(removed, (address) => {
    const subnet = subnetOf(address)
    const route = hasPrefixRoute(address) ? routeOfAddress(address) : ''
    if ((firstOf.get(subnet) ?? route) !== route || !isPermanent(address)) outliving.add(subnet)
    firstOf.set(subnet, route)
  })
  const orphans = new Map<string, Address>()
  await eachInTurns(removed, (address) => {
    if (!hasPrefixRoute(address) || !outliving.has(subnetOf(address))) return
    const route = routeOfAddress(address)
    if (!claimed.has(route)) orphans.set(route, address)
  })
  const table = tableOfPrefixRoutes(context, name)
  return [...orphans.values()].map((address): RouteRecord => {
    const to = subnetOf(address)
    return { family: 'inet6', to, dev: name, table, metric: prefixMetricOf(address), tos: 0, protocol: kernelProtocol }
  })
}

/** Whether the kernel makes a route for the prefix of an address that may outlive it. */
export function hasPrefixRoute({ address, peer, noPrefixRoute }: Address): boolean {
  return familyOf(address) === 'inet6' && peer === undefined && !noPrefixRoute
}

function isPermanent({ validLifetime = 'forever' }: Address): boolean {
  return validLifetime === 'forever'
}

function routeOfAddress(address: Address): string {
  return `${subnetOf(address)} ${prefixMetricOf(address)}`
}

/** The table of the prefix routes that are there: that of the VRF that the link is in. */
function tableOfPrefixRoutes(context: DiffContext, name: string): number {
  const master = findLink(context, name)?.link.master
  const link = typeof master === 'string' ? findLink(context, master)?.link : undefined
  return link?.vrf?.table ?? mainTable
}
