import { addressBits, type Family, formatAddress } from '../ip/address.js'
import type { UnknownAttribute } from '../netlink/attribute.js'
import type { Payload } from '../netlink/bytes.js'
import { type DecodeContext, noting, withoutNames } from '../netlink/codec.js'
import { decodeMessage } from '../netlink/message.js'
import { defined } from './defined.js'
import { encapsulationOf } from './encapsulation/codec.js'
import { familyName } from './family.js'
import { realmText } from './realms.js'
import type { ListedRoute, Nexthop, Route } from './route.js'
import {
  type RawNexthop,
  type RouteAttributes,
  type RouteHeader,
  RTNH_F_ONLINK,
  routeLayout,
} from './routeAttributes.js'
import { metricsOf } from './routeMetrics.js'

// RTNH_F_*, RTM_F_*: include/uapi/linux/rtnetlink.h
const RTNH_F_DEAD = 1
const RTNH_F_OFFLOAD = 8
const RTNH_F_LINKDOWN = 16
const RTM_F_CLONED = 0x200

/** Reads the body of an RTM_NEWROUTE or RTM_DELROUTE; `undefined` for a family that is neither IPv4 nor IPv6. */
export function decodeRoute(body: Payload, context: DecodeContext = withoutNames): ListedRoute | undefined {
  const unknown: UnknownAttribute[] = []
  const { header, attributes } = decodeMessage(routeLayout, body, noting(context, unknown))
  const family = familyName(header.family)
  if (family === undefined) return undefined
  const { flags } = header
  return {
    to: prefixText(attributes.to, header.toLength, family) ?? 'default',
    family,
    ...propertiesOf(header, attributes, family),
    ...(attributes.metrics ? metricsOf(attributes.metrics) : {}),
    flags,
    linkdown: (flags & RTNH_F_LINKDOWN) !== 0,
    dead: (flags & RTNH_F_DEAD) !== 0,
    offload: (flags & RTNH_F_OFFLOAD) !== 0,
    cloned: (flags & RTM_F_CLONED) !== 0,
    ...(unknown.length > 0 ? { unknown } : {}),
  }
}

function propertiesOf(header: RouteHeader, attributes: RouteAttributes, family: Family): Partial<Route> {
  const { gateway, gatewayOfFamily, nexthops, realms, cacheInfo } = attributes
  const optional = {
    from: prefixText(attributes.from, header.fromLength, family),
    via: gateway ?? gatewayOfFamily,
    dev: attributes.dev,
    nexthops: nexthops?.map(nexthopOf),
    encapsulation: encapsulationOf(attributes),
    nexthopId: attributes.nexthopId,
    type: header.type === 'unspec' ? undefined : header.type,
    table: attributes.table ?? header.table,
    metric: attributes.metric,
    tos: header.tos === 0 ? undefined : header.tos,
    src: attributes.src,
    scope: header.scope,
    protocol: header.protocol,
    onlink: header.flags & RTNH_F_ONLINK ? true : undefined,
    preference: attributes.preference,
    realms: realms === undefined ? undefined : realmText(realms),
    // Hundredths of a second, USER_HZ (net/core/rtnetlink.c, rtnl_put_cacheinfo).
    expires: cacheInfo && cacheInfo.expires > 0 ? cacheInfo.expires / 100 : undefined,
  }
  return defined<Partial<Route>>(optional)
}

/** A prefix; its address may be left out where it is all zeroes. */
function prefixText(address: string | undefined, length: number, family: Family): string | undefined {
  if (length === 0) return undefined
  return `${address ?? formatAddress(new Uint8Array(addressBits(family) / 8))}/${length}`
}

function nexthopOf(raw: RawNexthop): Nexthop {
  const { gateway, gatewayOfFamily, dev, weight, realms, onlink } = raw
  return defined<Nexthop>({
    ...{ via: gateway ?? gatewayOfFamily, dev, weight, onlink },
    realms: realms === undefined ? undefined : realmText(realms),
    encapsulation: encapsulationOf(raw),
  })
}
