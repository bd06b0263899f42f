import { familyOf } from '../ip/address.js'
import { tellable } from '../rtnetlink/encapsulation/encapsulation.js'
import { mainTable, type RouteRecord } from '../rtnetlink/routeRecord.js'
import { defined, unless } from './omit.js'
import { protocolToSpec } from './protocolToSpec.js'
import type { RouteSpec } from './types.js'

/** A route as a spec would say it. `own` is the protocol that the SDK gives what it creates. */
export function routeToSpec(route: RouteRecord, own: number): RouteSpec {
  const { family, to, table, metric, tos, type, scope, protocol, preference, nexthops, ...others } = route
  const isDefault = to === '0.0.0.0/0' || to === '::/0'
  const { dev, encapsulation, forPrefix: _forPrefix, ...plain } = others
  return {
    to: isDefault ? 'default' : to,
    ...(isDefault && (family === 'inet6' || hasIpv6Gateway(route)) ? { family } : {}),
    ...defined({
      ...plain,
      dev: typeof dev === 'string' ? dev : undefined,
      encapsulation: tellable(encapsulation),
      nexthops: nexthops?.map(({ via, dev: link, weight, realms, onlink, encapsulation: wrapped }) =>
        defined({
          ...{ via, dev: typeof link === 'string' ? link : undefined, weight: unless(1, weight), realms, onlink },
          encapsulation: tellable(wrapped),
        }),
      ),
      type: type === 'nat' ? undefined : unless('unicast', type),
      table: unless(mainTable, table),
      metric: unless(family === 'inet6' ? 1024 : 0, metric),
      tos: unless(0, tos),
      scope: family === 'inet6' ? undefined : unless(derivedScope(route), scope),
      preference: unless('medium', preference),
      protocol: protocolToSpec(protocol, own),
      expires: undefined,
      lockedMetrics: undefined,
      features: undefined,
    }),
  }
}

/** By the gateway a default route would be taken for one of IPv6, which an IPv4 route can have, too (RFC 5549). */
function hasIpv6Gateway({ via, nexthops = [] }: RouteRecord): boolean {
  return [via, ...nexthops.map((hop) => hop.via)].some(
    (gateway) => gateway !== undefined && familyOf(gateway) === 'inet6',
  )
}

/** A way as a set of routes has it. */
export function wayToSpec(route: RouteRecord, own: number): RouteSpec {
  return { ...routeToSpec(route, own), to: 'default', family: route.family }
}

/** The scope that a route without one gets: iproute2, iproute.c. */
function derivedScope(route: RouteRecord): string {
  const type = route.type ?? 'unicast'
  if (type === 'local') return 'host'
  if (['broadcast', 'multicast', 'anycast'].includes(type)) return 'link'
  const leads =
    type === 'unicast' && route.via === undefined && route.nexthops === undefined && route.nexthopId === undefined
  return leads ? 'link' : 'global'
}
