import { familyOf } from '../ip/address.js'
import type { UnknownAttribute } from '../netlink/attribute.js'
import type { Payload } from '../netlink/bytes.js'
import { type DecodeContext, type EncodeContext, noting, withoutNames } from '../netlink/codec.js'
import {
  buildMessage,
  decodeMessage,
  type NetlinkMessage,
  NLM_F_CREATE,
  NLM_F_EXCL,
  NLM_F_REPLACE,
} from '../netlink/message.js'
import { RTM_DELNEXTHOP, RTM_GETNEXTHOP, RTM_NEWNEXTHOP } from './constants.js'
import { defined } from './defined.js'
import { encapsulationOf, rawEncapsulation } from './encapsulation/codec.js'
import { familyName, familyNumber } from './family.js'
import type { ListedNexthopObject, NexthopFilter, NexthopObject } from './nexthop.js'
import {
  type NexthopHeader,
  type NexthopObjectAttributes,
  nexthopLayout,
  type ResilientAttributes,
} from './nexthopAttributes.js'
import { defaultRouteProtocol } from './route.js'
import { RTNH_F_ONLINK } from './routeAttributes.js'

/** RTM_NEWNEXTHOP that creates: `ip nexthop add`. */
export function newNexthop(nexthop: NexthopObject, context: EncodeContext = withoutNames): NetlinkMessage {
  return creation(NLM_F_CREATE | NLM_F_EXCL, 'create', nexthop, context)
}

/**
 * RTM_NEWNEXTHOP that creates or replaces: `ip nexthop replace`. Routes and groups that use it go on with the new one.
 * The kernel replaces no group by what is none, nor by one of another type, and keeps the number of buckets.
 */
export function replaceNexthop(nexthop: NexthopObject, context: EncodeContext = withoutNames): NetlinkMessage {
  return creation(NLM_F_CREATE | NLM_F_REPLACE, 'replace', nexthop, context)
}

/** RTM_DELNEXTHOP: `ip nexthop delete`. The routes that use it go too, and so do groups that have no other member. */
export function deleteNexthop({ id }: Pick<NexthopObject, 'id'>): NetlinkMessage {
  return about(RTM_DELNEXTHOP, id, 'delete')
}

/** RTM_GETNEXTHOP of one: `ip nexthop get`. */
export function getNexthop({ id }: Pick<NexthopObject, 'id'>): NetlinkMessage {
  return about(RTM_GETNEXTHOP, id, 'get')
}

/** RTM_GETNEXTHOP of all: `ip nexthop`. */
export function dumpNexthops(filter: NexthopFilter = {}, context: EncodeContext = withoutNames): NetlinkMessage {
  const { dev, master, groups, fdb } = filter
  return buildMessage({
    layout: nexthopLayout,
    type: RTM_GETNEXTHOP,
    flags: 0,
    subject: 'nexthops: list',
    header: emptyHeader,
    attributes: defined({ dev, master, groups, fdb }),
    context,
  })
}

const emptyHeader: NexthopHeader = { family: 0, scope: 'global', protocol: 0, flags: 0 }

function about(type: number, id: number, verb: string): NetlinkMessage {
  return buildMessage({
    layout: nexthopLayout,
    type,
    flags: 0,
    subject: `nexthop ${id}: ${verb}`,
    header: emptyHeader,
    attributes: { id },
    context: withoutNames,
  })
}

function creation(flags: number, verb: string, nexthop: NexthopObject, context: EncodeContext): NetlinkMessage {
  const { id, group, onlink, protocol = defaultRouteProtocol } = nexthop
  return buildMessage({
    layout: nexthopLayout,
    type: RTM_NEWNEXTHOP,
    flags,
    subject: `nexthop ${id}: ${verb}`,
    header: { ...emptyHeader, family: familyOfNexthop(nexthop), protocol, flags: onlink ? RTNH_F_ONLINK : 0 },
    attributes: group ? groupAttributes(nexthop) : singleAttributes(nexthop),
    context,
  })
}

/** A group has none: its members may be of both. */
function familyOfNexthop({ group, via, family }: NexthopObject): number {
  if (group) return 0
  return familyNumber(via === undefined ? (family ?? 'inet') : familyOf(via))
}

function singleAttributes({ id, via, dev, blackhole, fdb, encapsulation }: NexthopObject): NexthopObjectAttributes {
  return {
    ...defined<NexthopObjectAttributes>({ id, blackhole, dev, gateway: via, fdb }),
    ...rawEncapsulation(encapsulation),
  }
}

function groupAttributes(nexthop: NexthopObject): NexthopObjectAttributes {
  const { id, group, type, fdb, buckets, idleTimer, unbalancedTimer } = nexthop
  const resilient = defined<ResilientAttributes>({ buckets, idleTimer, unbalancedTimer })
  const isResilient = type === 'resilient' && Object.keys(resilient).length > 0
  return defined<NexthopObjectAttributes>({
    ...{ id, group, groupType: type, fdb },
    resilient: isResilient ? resilient : undefined,
  })
}

/** Reads the body of an RTM_NEWNEXTHOP or RTM_DELNEXTHOP. */
export function decodeNexthop(body: Payload, context: DecodeContext = withoutNames): ListedNexthopObject {
  const unknown: UnknownAttribute[] = []
  const { header, attributes } = decodeMessage(nexthopLayout, body, noting(context, unknown))
  const { id = 0, group, groupType, blackhole, dev, gateway, fdb, resilient } = attributes
  return {
    id,
    scope: header.scope,
    protocol: header.protocol,
    flags: header.flags,
    ...defined<Partial<ListedNexthopObject>>({
      family: familyName(header.family),
      via: gateway,
      dev,
      onlink: header.flags & RTNH_F_ONLINK ? true : undefined,
      blackhole: blackhole || undefined,
      fdb: fdb || undefined,
      group,
      type: group && groupType,
      encapsulation: encapsulationOf(attributes),
    }),
    ...resilient,
    ...(unknown.length > 0 ? { unknown } : {}),
  }
}
