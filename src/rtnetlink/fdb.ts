import { formatMac } from '../ip/mac.js'
import { findAttribute } from '../netlink/attribute.js'
import type { Payload } from '../netlink/bytes.js'
import { type DecodeContext, type EncodeContext, withoutNames } from '../netlink/codec.js'
import {
  buildMessage,
  decodeMessage,
  type NetlinkMessage,
  NLM_F_APPEND,
  NLM_F_CREATE,
  NLM_F_EXCL,
  NLM_F_REPLACE,
} from '../netlink/message.js'
import { AF_BRIDGE, RTM_DELNEIGH, RTM_GETNEIGH, RTM_NEWNEIGH } from './constants.js'
import { defined } from './defined.js'
import {
  fdbLayout,
  NTF_EXT_LOCKED,
  NTF_MASTER,
  NTF_OFFLOADED,
  NTF_SELF,
  NTF_STICKY,
  NUD_NOARP,
  NUD_PERMANENT,
  NUD_REACHABLE,
  NUD_STALE,
} from './fdbAttributes.js'
import { NTF_EXT_LEARNED, NTF_ROUTER } from './neighborAttributes.js'

/**
 * How an entry lives: `permanent` (which `bridge` also calls `local`) is an address of this host, whose frames are
 * received here; `static` leads out of the port for ever; `reachable` (`dynamic`) and `stale` age.
 */
export type FdbState = 'permanent' | 'static' | 'reachable' | 'stale'

/** An entry of a forwarding database: `bridge fdb`, man bridge(8). */
export interface FdbEntry {
  /** The port that the address is behind, the bridge itself, or a VXLAN; by name or index. */
  readonly dev: string | number
  /** The link-layer address; `00:00:00:00:00:00` on a VXLAN is for whatever has no entry. */
  readonly mac: string
  /**
   * Whether the entry is in the link's own table instead of that of its bridge. Default: true where something of VXLAN
   * is said (`dst`, `vni`, `port`, `via`, `sourceVni`, `nexthopId`), else false. For a bridge itself say `true`.
   */
  readonly self?: boolean
  /**
   * How it lives. Default: `static` in the table of a bridge, `permanent` in a link's own. `bridge fdb` takes
   * `permanent` for both.
   */
  readonly state?: FdbState
  /** The VLAN, 1 to 4094; without one, frames without a VLAN, and all VLANs that the port has when it is added. */
  readonly vlan?: number
  /** VXLAN: the remote end. */
  readonly dst?: string
  /** VXLAN: the UDP port of the remote end. Default: that of the device. */
  readonly port?: number
  /** VXLAN: the network identifier of the remote end. Default: that of the device. */
  readonly vni?: number
  /** VXLAN: the network identifier that frames come from, on a device with `external`. */
  readonly sourceVni?: number
  /** VXLAN: the link that leads to the remote end, by name or index. */
  readonly via?: string | number
  /** VXLAN: the nexthop group that frames go to, instead of `dst`. Since Linux 5.8. */
  readonly nexthopId?: number
  /** Whether the address may not move to another port. Default false. */
  readonly sticky?: boolean
  /** Whether another program learned it and keeps it. Default false. */
  readonly externallyLearned?: boolean
  /** VXLAN: whether the host is a router. Default false. */
  readonly router?: boolean
}

/** An entry as the kernel lists it. */
export interface ListedFdbEntry extends FdbEntry {
  readonly self: boolean
  readonly state: FdbState
  /** The index of the link. */
  readonly index: number
  /** The bridge that has it, where it is not in the link's own table. */
  readonly master?: string | number
  /** Whether hardware has it. */
  readonly offloaded?: boolean
  /** Whether it was learned by a locked port with `macAuthenticationBypass`, and lets nobody pass. */
  readonly locked?: boolean
  /** Seconds since a frame last went there. */
  readonly used?: number
  /** Seconds since a frame last came from there. */
  readonly updated?: number
}

/** RTM_NEWNEIGH that creates: `bridge fdb add`. */
export function newFdbEntry(entry: FdbEntry, context?: EncodeContext): NetlinkMessage {
  return entryMessage(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_EXCL, 'create', entry, context)
}

/** RTM_NEWNEIGH that creates or changes: `bridge fdb replace`. In a bridge it also moves an address to another port. */
export function replaceFdbEntry(entry: FdbEntry, context?: EncodeContext): NetlinkMessage {
  return entryMessage(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, 'replace', entry, context)
}

/** RTM_NEWNEIGH that adds a further remote end to a VXLAN's group or all-zero address: `bridge fdb append`. */
export function appendFdbEntry(entry: FdbEntry, context?: EncodeContext): NetlinkMessage {
  return entryMessage(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_APPEND, 'append', entry, context)
}

/** RTM_DELNEIGH: `bridge fdb delete`. Without a VLAN the kernel deletes it in all VLANs of the port. */
export function deleteFdbEntry(entry: FdbEntry, context?: EncodeContext): NetlinkMessage {
  return entryMessage(RTM_DELNEIGH, 0, 'delete', entry, context)
}

/** What {@link dumpFdb} asks the kernel to leave out. */
export interface FdbFilter {
  /** Only entries of this bridge and of the links that are its ports, by name or index. */
  readonly master?: string | number
  /** Only entries of this link. */
  readonly port?: string | number
}

/** RTM_GETNEIGH of all entries of all forwarding databases: `bridge fdb show`. */
export function dumpFdb({ master, port }: FdbFilter = {}, context: EncodeContext = withoutNames): NetlinkMessage {
  return buildMessage({
    layout: fdbLayout,
    type: RTM_GETNEIGH,
    flags: 0,
    subject: 'FDB: list',
    header: { family: AF_BRIDGE, index: 0, state: 0, flags: 0 },
    // NDA_IFINDEX is the port here: net/core/rtnetlink.c, valid_fdb_dump_strict.
    attributes: { ...(master === undefined ? {} : { master }), ...(port === undefined ? {} : { via: port }) },
    context,
  })
}

/** Whether an entry is in the link's own table. */
export function isSelf({ self, dst, vni, port, via, sourceVni, nexthopId }: Omit<FdbEntry, 'dev' | 'mac'>): boolean {
  return self ?? (dst ?? vni ?? port ?? via ?? sourceVni ?? nexthopId) !== undefined
}

/** The state that an entry gets where none is given. */
export function defaultFdbState(entry: Omit<FdbEntry, 'dev' | 'mac'>): FdbState {
  return isSelf(entry) ? 'permanent' : 'static'
}

// iproute2, bridge/fdb.c: fdb_modify
const stateMasks: Readonly<Record<FdbState, number>> = {
  permanent: NUD_NOARP | NUD_PERMANENT,
  static: NUD_NOARP | NUD_REACHABLE,
  reachable: NUD_REACHABLE,
  stale: NUD_REACHABLE,
}

function entryMessage(
  type: number,
  flags: number,
  verb: string,
  entry: FdbEntry,
  context: EncodeContext = withoutNames,
): NetlinkMessage {
  const { dev, mac, vlan, dst, port, vni, via, sourceVni, nexthopId } = entry
  return buildMessage({
    layout: fdbLayout,
    type,
    flags,
    subject: `FDB entry ${mac} dev ${dev}: ${verb}`,
    header: {
      family: AF_BRIDGE,
      index: typeof dev === 'number' ? dev : context.linkIndex(dev),
      state: stateMasks[entry.state ?? defaultFdbState(entry)],
      flags: flagsOf(entry),
    },
    attributes: { mac, ...defined({ dst, vlan, port, vni, via, sourceVni, nexthopId }) },
    context,
  })
}

function flagsOf(entry: FdbEntry): number {
  return (
    (isSelf(entry) ? NTF_SELF : NTF_MASTER) |
    (entry.sticky ? NTF_STICKY : 0) |
    (entry.externallyLearned ? NTF_EXT_LEARNED : 0) |
    (entry.router ? NTF_ROUTER : 0)
  )
}

/** Reads the body of an RTM_NEWNEIGH or RTM_DELNEIGH; `undefined` for what is in no forwarding database. */
export function decodeFdbEntry(body: Payload, context: DecodeContext = withoutNames): ListedFdbEntry | undefined {
  const { header, attributes } = decodeMessage(fdbLayout, body, context)
  const { mac, cacheInfo, extendedFlags = 0, protocol: _protocol, ...others } = attributes
  if (header.family !== AF_BRIDGE || mac === undefined) return undefined
  const { flags, state, index } = header
  return {
    dev: context.linkName(index),
    mac,
    ...others,
    // A bridge tells by NDA_MASTER of what is in its table, also of what it has itself (br_fdb.c, fdb_fill_info).
    self: others.master === undefined || others.master === context.linkName(index),
    state: stateOf(state),
    ...(flags & NTF_STICKY ? { sticky: true } : {}),
    ...(flags & NTF_EXT_LEARNED ? { externallyLearned: true } : {}),
    ...(flags & NTF_ROUTER ? { router: true } : {}),
    ...(flags & NTF_OFFLOADED ? { offloaded: true } : {}),
    ...(extendedFlags & NTF_EXT_LOCKED ? { locked: true } : {}),
    ...(cacheInfo ? { used: cacheInfo.used, updated: cacheInfo.updated } : {}),
    index,
  }
}

const NDA_LLADDR = 2

/** What is enough to know whether an entry is one of the many that the kernel keeps for its own addresses. */
export function peekFdbEntry(body: Payload): {
  readonly index: number
  readonly mac: string
  readonly state: FdbState
} {
  const { index, state } = fdbLayout.header.decode(body, withoutNames)
  const mac = findAttribute(body.slice(body.start + fdbLayout.header.size), NDA_LLADDR)
  return { index, mac: mac ? formatMac(mac.bytes.subarray(mac.start, mac.end)) : '', state: stateOf(state) }
}

function stateOf(mask: number): FdbState {
  if (mask & NUD_PERMANENT) return 'permanent'
  if (mask & NUD_NOARP) return 'static'
  return mask & NUD_STALE ? 'stale' : 'reachable'
}
