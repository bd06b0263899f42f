import { castOf, familyOf, parseAddress } from '../../ip/address.js'
import { isLinkLocal } from '../../ip/linkLocal.js'
import type { Nexthop } from '../../rtnetlink/route.js'
import type { OwnAddresses } from './ownAddresses.js'

/**
 * Why the kernel takes a gateway from nobody, if it does so: a link-local address is one of each link, and neither a group
 * nor the host itself is any that a packet can be handed to. net/ipv6/route.c, ip6_validate_gw, also for IPv4 routes;
 * net/ipv4/fib_semantics.c, fib_check_nh_v4_gw.
 */
export function whyNoGateway(
  hop: Pick<Nexthop, 'via' | 'dev' | 'onlink'>,
  own: OwnAddresses | undefined,
): string | undefined {
  const { via, dev, onlink = false } = hop
  const gateway = via === undefined ? undefined : parseAddress(via)
  if (!gateway) return undefined
  // Without onlink an IPv4 group is looked up, and taken where a route leads to a link by itself.
  if (castOf(gateway) === 'multicast' && (onlink || familyOf(gateway) === 'inet6'))
    return 'is a group of hosts, which passes nothing on'
  if (dev === undefined && isLinkLocal(gateway)) return 'needs dev: any link may lead to a link-local address'
  const link = own?.linkOfGateway(hop)
  return link === undefined ? undefined : `is an address of this host itself, on ${link}`
}
