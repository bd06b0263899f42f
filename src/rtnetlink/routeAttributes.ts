import { formatAddress, parseAddress } from '../ip/address.js'
import type { UnknownAttribute } from '../netlink/attribute.js'
import { align4, littleEndian } from '../netlink/bytes.js'
import { type Codec, MalformedError, noting } from '../netlink/codec.js'
import type { MessageLayout } from '../netlink/message.js'
import { enumeration, i32, ipAddress, linkReference, u8, u16, u32 } from '../netlink/scalars.js'
import { field, type Struct, struct } from '../netlink/struct.js'
import { type AttributeTable, attribute, attributeTable } from '../netlink/table.js'
import { AF_INET, AF_INET6 } from './constants.js'
import type { RawEncapsulation } from './encapsulation/codec.js'
import { nestedBytes } from './encapsulation/tables.js'
import type { Nexthop, RouteType } from './route.js'
import { type RawMetrics, routeMetrics } from './routeMetrics.js'
import { type Scope, scopeNumbers } from './scope.js'

/** struct rtmsg: include/uapi/linux/rtnetlink.h */
export interface RouteHeader {
  readonly family: number
  readonly toLength: number
  readonly fromLength: number
  readonly tos: number
  readonly table: number
  readonly protocol: number
  readonly scope: Scope
  readonly type: RouteType | 'unspec'
  readonly flags: number
}

/** The kernel's RTN_* by name. */
export const routeTypeNumbers: Readonly<Record<RouteType, number>> = {
  unicast: 1,
  local: 2,
  broadcast: 3,
  anycast: 4,
  multicast: 5,
  blackhole: 6,
  unreachable: 7,
  prohibit: 8,
  throw: 9,
  nat: 10,
}

const routeHeader: Struct<RouteHeader> = struct<RouteHeader>(12, {
  family: field(0, u8),
  toLength: field(1, u8),
  fromLength: field(2, u8),
  tos: field(3, u8),
  table: field(4, u8),
  protocol: field(5, u8),
  scope: field(6, enumeration(u8, scopeNumbers)),
  type: field(7, enumeration(u8, { unspec: 0, ...routeTypeNumbers })),
  flags: field(8, u32),
})

/** struct rta_cacheinfo, the part that tells when a route goes. */
export interface RouteCacheInfo {
  /** Hundredths of a second, 0 for never. */
  readonly expires: number
}

const cacheInfo: Struct<RouteCacheInfo> = struct<RouteCacheInfo>(32, { expires: field(8, i32) })

// struct rtvia: the family and then the address.
const gatewayOfFamily: Codec<string> = {
  domain: { type: 'address' },
  encode(value, writer, context) {
    const bytes = parseAddress(value)
    if (!bytes) throw new RangeError(`${value} is not an IP address`)
    u16.encode(bytes.length === 4 ? AF_INET : AF_INET6, writer, context)
    writer.append(bytes)
  },
  decode(payload) {
    const bytes = payload.slice(payload.start + 2).copy()
    if (bytes.length !== 4 && bytes.length !== 16) throw new MalformedError(`${bytes.length} bytes of address`)
    return formatAddress(bytes)
  },
}

/** Attributes of a next hop, behind its struct rtnexthop. */
export interface NexthopAttributes extends RawEncapsulation {
  readonly gateway?: string
  readonly realms?: number
  readonly gatewayOfFamily?: string
}

const nexthopAttributes: AttributeTable<NexthopAttributes> = attributeTable<NexthopAttributes>({
  gateway: attribute(5, ipAddress),
  realms: attribute(11, u32),
  gatewayOfFamily: attribute(18, gatewayOfFamily),
  encapsulationType: attribute(21, u16),
  encapsulationData: attribute(22, nestedBytes),
})

/** A next hop, told apart by whether its gateway is of the route's family. */
export interface RawNexthop extends Omit<Nexthop, 'via' | 'encapsulation' | 'realms'>, NexthopAttributes {
  readonly flags?: number
}

const nexthopSize = 8
/** RTNH_F_ONLINK: include/uapi/linux/rtnetlink.h */
export const RTNH_F_ONLINK = 4

// RTA_MULTIPATH: struct rtnexthop and attributes, one after another (man rtnetlink(7)).
const multipath: Codec<readonly RawNexthop[]> = {
  domain: { type: 'bytes' },
  encode(nexthops, writer, context) {
    for (const { dev, weight = 1, onlink, ...attributes } of nexthops) {
      const start = writer.reserve(nexthopSize)
      nexthopAttributes.encode(attributes, writer, context)
      const { view } = writer
      view.setUint16(start, writer.length - start, littleEndian)
      view.setUint8(start + 2, onlink ? RTNH_F_ONLINK : 0)
      view.setUint8(start + 3, weight - 1)
      view.setInt32(
        start + 4,
        dev === undefined ? 0 : typeof dev === 'number' ? dev : context.linkIndex(dev),
        littleEndian,
      )
    }
  },
  decode(payload, context) {
    const nexthops: RawNexthop[] = []
    const unknown: UnknownAttribute[] = []
    const inner = noting(context, unknown)
    let position = payload.start
    while (position + nexthopSize <= payload.end) {
      const { view } = payload
      const length = view.getUint16(position, littleEndian)
      if (length < nexthopSize) throw new MalformedError('a next hop shorter than its header')
      const flags = view.getUint8(position + 2)
      const index = view.getInt32(position + 4, littleEndian)
      nexthops.push({
        ...nexthopAttributes.decode(payload.slice(position + nexthopSize, position + length), inner),
        ...(index === 0 ? {} : { dev: context.linkName(index) }),
        weight: view.getUint8(position + 3) + 1,
        flags,
        ...(flags & RTNH_F_ONLINK ? { onlink: true } : {}),
      })
      position += align4(length)
    }
    context.unknown?.push(...unknown.map((entry) => ({ ...entry, path: ['nexthops', ...entry.path] })))
    return nexthops
  },
}

/** The attributes of a route message, as the kernel has them. */
export interface RouteAttributes extends RawEncapsulation {
  readonly to?: string
  readonly from?: string
  readonly iif?: string | number
  readonly dev?: string | number
  readonly gateway?: string
  readonly metric?: number
  readonly src?: string
  readonly metrics?: RawMetrics
  readonly nexthops?: readonly RawNexthop[]
  readonly realms?: number
  readonly cacheInfo?: RouteCacheInfo
  readonly table?: number
  readonly mark?: number
  readonly gatewayOfFamily?: string
  readonly preference?: 'low' | 'medium' | 'high'
  readonly expires?: number
  readonly uid?: number
  readonly nexthopId?: number
}

// enum of RTA_*: include/uapi/linux/rtnetlink.h
const routeAttributes: AttributeTable<RouteAttributes> = attributeTable<RouteAttributes>({
  to: attribute(1, ipAddress),
  from: attribute(2, ipAddress),
  iif: attribute(3, linkReference),
  dev: attribute(4, linkReference),
  gateway: attribute(5, ipAddress),
  metric: attribute(6, u32),
  src: attribute(7, ipAddress),
  metrics: attribute(8, routeMetrics),
  nexthops: attribute(9, multipath),
  realms: attribute(11, u32),
  cacheInfo: attribute(12, cacheInfo),
  table: attribute(15, u32),
  mark: attribute(16, u32),
  gatewayOfFamily: attribute(18, gatewayOfFamily),
  // ICMPV6_ROUTER_PREF_*: include/uapi/linux/icmpv6.h
  preference: attribute(20, enumeration(u8, { medium: 0, high: 1, low: 3 })),
  encapsulationType: attribute(21, u16),
  encapsulationData: attribute(22, nestedBytes),
  expires: attribute(23, u32),
  uid: attribute(25, u32),
  nexthopId: attribute(30, u32),
})

/** RTM_NEWROUTE and its kin. */
export const routeLayout: MessageLayout<RouteHeader, RouteAttributes> = {
  header: routeHeader,
  attributes: routeAttributes,
}
