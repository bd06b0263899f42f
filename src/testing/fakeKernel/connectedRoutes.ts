import { formatAddress } from '../../ip/address.js'
import { formatPrefix, networkOf, parsePrefix } from '../../ip/prefix.js'
import { settableFlags } from '../../rtnetlink/addressAttributes.js'
import { AF_INET, AF_INET6 } from '../../rtnetlink/constants.js'
import type { FakeAddress } from './addresses.js'
import { type FakeLink, IFF_UP } from './fakeLink.js'
import type { FakeRoute, RouteTable } from './routeTable.js'

// RTPROT_KERNEL, RT_TABLE_MAIN, RT_TABLE_LOCAL: include/uapi/linux/rtnetlink.h
const kernelProtocol = 2
const mainTable = 254
const localTable = 255

/** The routes that the kernel makes of addresses: net/ipv4/fib_frontend.c, net/ipv6/addrconf.c. */
export class ConnectedRoutes {
  readonly #routes: RouteTable

  constructor(routes: RouteTable) {
    this.#routes = routes
  }

  add(address: FakeAddress, link: FakeLink): void {
    const up = (link.flags & IFF_UP) !== 0
    for (const route of routesOf(address, up)) if (!this.#routes.has(route)) this.#routes.insert(route)
  }

  addMulticast({ index }: FakeLink): void {
    const route = kernelRoute(AF_INET6, 'ff00::/8', localTable, index, 'multicast', 'global', 256)
    if (!this.#routes.has(route)) this.#routes.insert(route)
  }

  /** Takes the routes of an address away, but those that another address of the link needs too. */
  remove(address: FakeAddress, others: readonly FakeAddress[]): void {
    const needed = others
      .filter(({ family }) => family === address.family)
      .flatMap((other) => routesOf(other, true))
      .map(keyOf)
    const [own, ...rest] = routesOf(address, true)
    // The local route, which comes first, goes last.
    for (const route of own ? [...rest, own] : []) {
      if (!needed.includes(keyOf(route))) this.#routes.removeConnected(route)
    }
    if (address.family !== AF_INET) return
    this.#routes.removeBySource(address.local)
    if (others.every(({ family }) => family !== AF_INET)) this.#routes.flush(address.index, AF_INET)
  }
}

function keyOf({ to, table, type, src }: FakeRoute): string {
  return `${to} ${table} ${type} ${src}`
}

function routesOf(address: FakeAddress, up: boolean): FakeRoute[] {
  return address.family === AF_INET ? ipv4Routes(address, up) : up ? ipv6Routes(address) : []
}

function ipv4Routes(address: FakeAddress, up: boolean): FakeRoute[] {
  const { index, local, source, prefixLength, flags, scope, attributes } = address
  const loopback = local.startsWith('127.')
  const own = kernelRoute(AF_INET, `${local}/32`, localTable, index, 'local', 'host', 0, source)
  if (!up) return [own]
  const routes = [own]
  const { broadcast, metric = 0 } = attributes
  if (broadcast !== undefined && broadcast !== '255.255.255.255') {
    routes.push(kernelRoute(AF_INET, `${broadcast}/32`, localTable, index, 'broadcast', 'link', 0, source))
  }
  const network = networkText(address)
  const secondary = (flags & 1) !== 0
  if (secondary || network === undefined) return routes
  if (prefixLength < 32 && !(flags & settableFlags.noPrefixRoute)) {
    routes.push(
      loopback
        ? kernelRoute(AF_INET, network, localTable, index, 'local', 'host', metric, source)
        : kernelRoute(
            AF_INET,
            network,
            mainTable,
            index,
            'unicast',
            scope === 'host' ? 'host' : 'link',
            metric,
            source,
          ),
    )
  } else if (prefixLength === 32 && address.peer !== local) {
    routes.push(kernelRoute(AF_INET, network, mainTable, index, 'unicast', 'link', metric, source))
  }
  if (prefixLength < 31) {
    const last = lastAddress(address)
    routes.push(kernelRoute(AF_INET, `${last}/32`, localTable, index, 'broadcast', 'link', 0, source))
  }
  return uniqueOf(routes)
}

function ipv6Routes(address: FakeAddress): FakeRoute[] {
  const { index, local, peer, flags, attributes } = address
  const routes = [kernelRoute(AF_INET6, `${local}/128`, localTable, index, 'local', 'global', 0)]
  const metric = attributes.metric ?? 256
  const network = networkText(address)
  if (peer !== local) routes.push(kernelRoute(AF_INET6, `${peer}/128`, mainTable, index, 'unicast', 'global', metric))
  else if (network !== undefined && local !== '::1' && !(flags & settableFlags.noPrefixRoute)) {
    routes.push(kernelRoute(AF_INET6, network, mainTable, index, 'unicast', 'global', metric))
  }
  return routes
}

function uniqueOf(routes: readonly FakeRoute[]): FakeRoute[] {
  return [...new Map(routes.map((route) => [keyOf(route), route])).values()]
}

function networkText({ peer, prefixLength }: FakeAddress): string | undefined {
  const prefix = parsePrefix(`${peer}/${prefixLength}`)
  return prefix && formatPrefix(networkOf(prefix))
}

function lastAddress({ peer, prefixLength }: FakeAddress): string {
  const prefix = parsePrefix(`${peer}/${prefixLength}`)
  if (!prefix) return peer
  const bytes = networkOf(prefix).bytes.map((byte, index) => {
    const fixed = Math.min(8, Math.max(0, prefixLength - index * 8))
    return byte | (0xff >> fixed)
  })
  return formatAddress(bytes)
}

function kernelRoute(
  family: number,
  to: string,
  table: number,
  dev: number,
  type: FakeRoute['type'],
  scope: FakeRoute['scope'],
  metric: number,
  src?: string,
): FakeRoute {
  return {
    family,
    to,
    table,
    type,
    scope,
    metric,
    tos: 0,
    protocol: kernelProtocol,
    nexthops: [{ dev, weight: 1 }],
    multipath: false,
    src,
    others: {},
  }
}
