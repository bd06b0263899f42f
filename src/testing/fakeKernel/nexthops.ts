import { parsePrefix } from '../../ip/prefix.js'
import { AF_INET } from '../../rtnetlink/constants.js'
import { type RouteAttributes, type RouteHeader, RTNH_F_ONLINK } from '../../rtnetlink/routeAttributes.js'
import { type FakeLink, IFF_UP } from './fakeLink.js'
import { KernelError } from './kernelMessage.js'
import type { LinkTable } from './linkTable.js'
import type { FakeNexthop, FakeRoute, RouteTable } from './routeTable.js'

const mainTable = 254
const localTable = 255

/** The ways that a message gives; a link of 0 is to be found by the gateway. */
export function nexthopsOf(attributes: RouteAttributes, header: RouteHeader): FakeNexthop[] {
  if (attributes.nexthops) {
    const { realms: ofAll } = attributes
    if (ofAll !== undefined && ofAll !== attributes.nexthops[0]?.realms) {
      throw new KernelError('EINVAL', 'Nexthop class id does not match RTA_FLOW')
    }
    return attributes.nexthops.map(({ dev = 0, weight = 1, gateway, gatewayOfFamily, realms, onlink }) => ({
      dev: Number(dev),
      weight,
      gateway,
      gatewayOfFamily,
      realms,
      onlink,
    }))
  }
  const { dev = 0, gateway, gatewayOfFamily } = attributes
  if (dev === 0 && gateway === undefined && gatewayOfFamily === undefined) return []
  const onlink = header.flags & RTNH_F_ONLINK ? true : undefined
  return [{ dev: Number(dev), weight: 1, gateway, gatewayOfFamily, onlink }]
}

/** Refuses a route whose ways lead nowhere, and finds the links of those that are given by their gateway alone. */
export function checkNexthops(route: FakeRoute, links: LinkTable, table: RouteTable): FakeRoute {
  const ipv4 = route.family === AF_INET
  // A nexthop object was looked at when it was made.
  if (rejects(route) || route.nexthopId !== undefined) return route
  if (route.nexthops.length === 0) {
    throw ipv4 ? new KernelError('ENODEV') : new KernelError('ENODEV')
  }
  const nexthops = route.nexthops.map((nexthop) => checkNexthop(route, nexthop, links, table))
  return { ...route, nexthops }
}

function rejects({ type }: FakeRoute): boolean {
  return type === 'blackhole' || type === 'unreachable' || type === 'prohibit' || type === 'throw'
}

function checkNexthop(route: FakeRoute, nexthop: FakeNexthop, links: LinkTable, table: RouteTable): FakeNexthop {
  const ipv4 = route.family === AF_INET
  const gateway = nexthop.gateway ?? nexthop.gatewayOfFamily
  const link = nexthop.dev === 0 ? undefined : links.byIndex(nexthop.dev)
  if (nexthop.dev !== 0 && !link) throw noDevice(ipv4, gateway, nexthop.onlink === true)
  if (gateway === undefined) {
    if (!ipv4 && route.multipath) {
      throw new KernelError('EINVAL', 'Device only routes can not be added for IPv6 using the multipath API.')
    }
    if (!isUp(link))
      throw new KernelError('ENETDOWN', ipv4 ? 'Device for nexthop is not up' : 'Nexthop device is not up')
    return nexthop
  }
  if (nexthop.onlink) {
    if (!isUp(link)) throw new KernelError('ENETDOWN', 'Nexthop device is not up')
    return nexthop
  }
  const dev = linkTo(gateway, nexthop.dev, ipv4 && nexthop.gatewayOfFamily === undefined, table)
  if (dev === undefined) {
    if (ipv4) throw new KernelError('ENETUNREACH', 'Nexthop has invalid gateway')
    throw new KernelError('EHOSTUNREACH')
  }
  if (!isUp(links.byIndex(dev))) throw new KernelError('ENETDOWN', 'Nexthop device is not up')
  return { ...nexthop, dev }
}

function noDevice(ipv4: boolean, gateway: string | undefined, onlink: boolean): KernelError {
  if (!ipv4) return new KernelError('ENODEV')
  if (onlink) return new KernelError('ENODEV', 'Nexthop device required for onlink')
  return gateway === undefined
    ? new KernelError('ENODEV')
    : new KernelError('ENETUNREACH', 'Nexthop has invalid gateway')
}

function isUp(link: FakeLink | undefined): boolean {
  return ((link?.flags ?? 0) & IFF_UP) !== 0
}

/** The link behind which a gateway is, by a route that leads to the link itself. */
function linkTo(gateway: string, dev: number, ipv4: boolean, table: RouteTable): number | undefined {
  const to = parsePrefix(gateway)
  if (!to) return undefined
  const family = ipv4 ? AF_INET : 10
  const own = table.lookup(family, localTable, to, ({ type }) => type === 'local')
  if (own) return undefined
  const accepts = ({ nexthops: [first], multipath }: FakeRoute): boolean =>
    !multipath && first !== undefined && (dev === 0 || first.dev === dev)
  const found = table.lookup(family, mainTable, to, accepts)
  const [way] = found?.nexthops ?? []
  if (!way || way.gateway !== undefined || found?.type !== 'unicast') return undefined
  return way.dev
}
