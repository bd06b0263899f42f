import { type Family, familyOf } from '../ip/address.js'
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
import { RTM_DELNEIGH, RTM_GETNEIGH, RTM_NEWNEIGH } from './constants.js'
import { defined } from './defined.js'
import { familyName, familyNumber } from './family.js'
import {
  type NeighborCacheInfo,
  NTF_EXT_LEARNED,
  NTF_EXT_MANAGED,
  NTF_PROXY,
  NTF_ROUTER,
  neighborLayout,
} from './neighborAttributes.js'

/** How an entry of the neighbor table lives: `nud` of `ip neighbor`. */
export type NeighborState =
  | 'none'
  | 'incomplete'
  | 'reachable'
  | 'stale'
  | 'delay'
  | 'probe'
  | 'failed'
  | 'noarp'
  | 'permanent'

/** An entry of the neighbor table: `ip neighbor`, man ip-neighbour(8). */
export interface Neighbor {
  /** The link, by name or index. */
  readonly dev: string | number
  /** The IP address. */
  readonly address: string
  /** The link-layer address. */
  readonly mac?: string
  /** How the entry lives. Default `permanent`, or `none` where it is {@link managed}. */
  readonly state?: NeighborState
  /** Whether the host answers for the address instead of knowing it. */
  readonly proxy?: boolean
  /** IPv6 only: whether the neighbor is a router. */
  readonly router?: boolean
  /** Whether another program learned it and keeps it. */
  readonly externallyLearned?: boolean
  /** Whether the kernel keeps it resolved. Since Linux 5.16. */
  readonly managed?: boolean
  /** Who made it, RTPROT_*. */
  readonly protocol?: number
}

/** An entry as the kernel lists it. */
export interface ListedNeighbor extends Neighbor {
  readonly family: Family
  /** The index of the link. */
  readonly index: number
  /** The kernel's NTF_* flags. */
  readonly flags: number
  /** Seconds since it was last known to be right. */
  readonly confirmed?: number
  /** Seconds since it was last used. */
  readonly used?: number
  /** Seconds since it last changed. */
  readonly updated?: number
  /** How many requests for its link-layer address are out. */
  readonly probes?: number
  /** Attributes that this version of the SDK does not know. */
  readonly unknown?: readonly UnknownAttribute[]
}

/** RTM_NEWNEIGH that creates: `ip neighbor add`. */
export function newNeighbor(neighbor: Neighbor, context: EncodeContext = withoutNames): NetlinkMessage {
  return neighborMessage(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_EXCL, 'create', neighbor, context)
}

/** RTM_NEWNEIGH that creates or changes: `ip neighbor replace`. */
export function replaceNeighbor(neighbor: Neighbor, context: EncodeContext = withoutNames): NetlinkMessage {
  return neighborMessage(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, 'replace', neighbor, context)
}

/** RTM_DELNEIGH: `ip neighbor delete`. */
export function deleteNeighbor(neighbor: Neighbor, context: EncodeContext = withoutNames): NetlinkMessage {
  const { dev, address, proxy } = neighbor
  const named = { dev, address, ...(proxy === undefined ? {} : { proxy }) }
  return neighborMessage(RTM_DELNEIGH, 0, 'delete', named, context)
}

/** What {@link dumpNeighbors} asks the kernel to leave out. */
export interface NeighborFilter {
  readonly family?: Family
  /** Only entries of this link. */
  readonly dev?: string | number
  /** True lists the addresses that the host answers for, instead of the neighbors that it knows. */
  readonly proxy?: boolean
}

/** RTM_GETNEIGH of all entries: `ip neighbor`. */
export function dumpNeighbors(filter: NeighborFilter = {}, context: EncodeContext = withoutNames): NetlinkMessage {
  const { family, dev, proxy } = filter
  return buildMessage({
    layout: neighborLayout,
    type: RTM_GETNEIGH,
    flags: 0,
    subject: 'neighbors: list',
    header: {
      family: family === undefined ? 0 : familyNumber(family),
      index: 0,
      state: 'none',
      flags: proxy ? NTF_PROXY : 0,
      type: 0,
    },
    attributes: dev === undefined ? {} : { link: dev },
    context,
  })
}

function neighborMessage(
  type: number,
  flags: number,
  verb: string,
  neighbor: Neighbor,
  context: EncodeContext,
): NetlinkMessage {
  const { dev, address, mac: linkAddress, protocol, managed } = neighbor
  return buildMessage({
    layout: neighborLayout,
    type,
    flags,
    subject: `neighbor ${address} dev ${dev}: ${verb}`,
    header: {
      family: familyNumber(familyOf(address)),
      index: typeof dev === 'number' ? dev : context.linkIndex(dev),
      // What the kernel keeps resolved cannot be permanent.
      // What is managed and not resolved yet, or again, cannot be told to be so.
      state: managed && linkAddress === undefined ? 'none' : (neighbor.state ?? (managed ? 'none' : 'permanent')),
      flags: flagsOf(neighbor),
      type: 0,
    },
    attributes: {
      address,
      ...defined({ mac: linkAddress, protocol, extendedFlags: managed ? NTF_EXT_MANAGED : undefined }),
    },
    context,
  })
}

function flagsOf({ proxy, router, externallyLearned }: Neighbor): number {
  return (proxy ? NTF_PROXY : 0) | (router ? NTF_ROUTER : 0) | (externallyLearned ? NTF_EXT_LEARNED : 0)
}

/** Reads the body of an RTM_NEWNEIGH or RTM_DELNEIGH; `undefined` for what is no IP neighbor, such as a bridge's. */
export function decodeNeighbor(body: Payload, context: DecodeContext = withoutNames): ListedNeighbor | undefined {
  const unknown: UnknownAttribute[] = []
  const { header: head, attributes: read } = decodeMessage(neighborLayout, body, noting(context, unknown))
  const family = familyName(head.family)
  if (family === undefined || read.address === undefined) return undefined
  return {
    dev: context.linkName(head.index),
    address: read.address,
    ...(read.mac === undefined ? {} : { mac: read.mac }),
    ...(head.flags & NTF_PROXY ? { proxy: true } : { state: head.state }),
    ...(head.flags & NTF_ROUTER ? { router: true } : {}),
    ...(head.flags & NTF_EXT_LEARNED ? { externallyLearned: true } : {}),
    ...((read.extendedFlags ?? 0) & NTF_EXT_MANAGED ? { managed: true } : {}),
    ...defined({ protocol: read.protocol, probes: read.probes, ...agesOf(read.cacheInfo) }),
    family,
    index: head.index,
    flags: head.flags,
    ...(unknown.length > 0 ? { unknown } : {}),
  }
}

function agesOf(info: NeighborCacheInfo | undefined): Pick<ListedNeighbor, 'confirmed' | 'used' | 'updated'> {
  return info ? { confirmed: info.confirmed, used: info.used, updated: info.updated } : {}
}
