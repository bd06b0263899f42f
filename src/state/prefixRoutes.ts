import { familyOf } from '../ip/address.js'
import type { Address } from '../rtnetlink/address.js'
import { subnetOf } from './address.js'
import type { LinkRecord } from './model.js'
import { kernelProtocol, type RouteRecord } from './route.js'

/** IP6_RT_PRIO_ADDRCONF: include/uapi/linux/ipv6_route.h */
const ipv6PrefixMetric = 256

/**
 * Tells a route that somebody made under the kernel's protocol in place of the prefix route of an address, as
 * NetworkManager does, which gives its addresses none (`noprefixroute`) to have a metric of its own. `undefined` where
 * no address is without one.
 */
export function madeForPrefixes(links: ReadonlyMap<string, LinkRecord>): ((route: RouteRecord) => boolean) | undefined {
  const made = new Set<string>()
  const ofKernel = new Set<string>()
  for (const [name, { addresses }] of links) {
    if (!addresses.some(({ noPrefixRoute }) => noPrefixRoute)) continue
    for (const address of addresses) {
      if (address.noPrefixRoute) made.add(prefixKey(name, address))
      else ofKernel.add(`${prefixKey(name, address)} ${prefixMetricOf(address)}`)
    }
  }
  if (made.size === 0) return undefined
  return ({ protocol, type = 'unicast', via, nexthops, nexthopId, dev, to, metric }) => {
    if (protocol !== kernelProtocol || type !== 'unicast') return false
    if (via !== undefined || nexthops !== undefined || nexthopId !== undefined) return false
    return made.has(`${dev} ${to}`) && !ofKernel.has(`${dev} ${to} ${metric}`)
  }
}

/** A link, and the prefix of an address of it. */
export function prefixKey(link: string, address: Pick<Address, 'address' | 'peer'>): string {
  return `${link} ${subnetOf(address)}`
}

/** The metric of the route that the kernel makes for the prefix of an address. */
export function prefixMetricOf({ address, metric }: Pick<Address, 'address' | 'metric'>): number {
  return metric || (familyOf(address) === 'inet6' ? ipv6PrefixMetric : 0)
}
