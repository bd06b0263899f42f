import type { Payload } from '../netlink/bytes.js'
import { type DecodeContext, type EncodeContext, withoutNames } from '../netlink/codec.js'
import {
  buildMessage,
  decodeMessage,
  type NetlinkMessage,
  NLM_F_CREATE,
  NLM_F_EXCL,
  NLM_F_REPLACE,
} from '../netlink/message.js'
import { AF_BRIDGE, RTM_DELMDB, RTM_GETMDB, RTM_NEWMDB } from './constants.js'
import { defined } from './defined.js'
import {
  MDB_FLAGS_BLOCKED,
  MDB_FLAGS_FAST_LEAVE,
  MDB_FLAGS_OFFLOAD,
  MDB_FLAGS_STAR_EXCL,
  MDB_PERMANENT,
  type MdbSetAttributes,
  type MulticastFilterMode,
  mdbChangeLayout,
  mdbListLayout,
} from './mdbAttributes.js'

/** An entry of the multicast database of a bridge, or of a VXLAN since Linux 6.4: `bridge mdb`, man bridge(8). */
export interface MdbEntry {
  /** The bridge or the VXLAN, by name or index. */
  readonly dev: string | number
  /** The port that members are behind, or the bridge itself for the host; of a VXLAN itself; by name or index. */
  readonly port: string | number
  /**
   * The group: an IPv4, IPv6 or link-layer multicast address; on a VXLAN an IP address, where `0.0.0.0` or `::` is for
   * whatever has no entry.
   */
  readonly group: string
  /** The VLAN, 1 to 4094. Default: on a bridge with VLAN filtering all that the port has, else none. */
  readonly vlan?: number
  /** The only source that is meant: (S, G). */
  readonly source?: string
  /** `permanent`, or `temporary`, which times out like a learned one. Default `permanent`. */
  readonly state?: 'permanent' | 'temporary'
  /** Whether frames only from {@link sourceList} are let through, or from all others. Since Linux 6.3. */
  readonly filterMode?: MulticastFilterMode
  /** The sources that {@link filterMode} is about. Since Linux 6.3. */
  readonly sourceList?: readonly string[]
  /** Who made it, RTPROT_*, from 4, `static`, the default. Of a learned one 2, `kernel`, is told. Since Linux 6.3. */
  readonly protocol?: number
  /** VXLAN: the remote end, which is needed; a group can have several. */
  readonly dst?: string
  /** VXLAN: the UDP port of the remote end. Default: that of the device. */
  readonly dstPort?: number
  /** VXLAN: the network identifier of the remote end. Default: that of the device. */
  readonly vni?: number
  /** VXLAN: the link that leads to the remote end, by name or index. */
  readonly via?: string | number
  /** VXLAN: the network identifier that packets come from, on a device with `collectMetadata`. */
  readonly sourceVni?: number
}

/** An entry as the kernel lists it. */
export interface ListedMdbEntry extends MdbEntry {
  readonly state: 'permanent' | 'temporary'
  /** The index of the bridge or the VXLAN. */
  readonly index: number
  /** Seconds until a temporary entry ends. */
  readonly timer?: number
  /** Whether hardware has it. */
  readonly offloaded?: boolean
  /** Whether its port acts on a leave at once. */
  readonly fastLeave?: boolean
  /** Whether the kernel added it since another group excludes sources. */
  readonly addedByStarExclude?: boolean
  /** Whether frames are not let through. */
  readonly blocked?: boolean
}

/** RTM_NEWMDB that creates: `bridge mdb add`. */
export function newMdbEntry(entry: MdbEntry, context?: EncodeContext): NetlinkMessage {
  return entryMessage(RTM_NEWMDB, NLM_F_CREATE | NLM_F_EXCL, 'create', entry, context)
}

/** RTM_NEWMDB that creates or changes: `bridge mdb replace`. Before Linux 6.3 an entry that is there is an error. */
export function replaceMdbEntry(entry: MdbEntry, context?: EncodeContext): NetlinkMessage {
  return entryMessage(RTM_NEWMDB, NLM_F_CREATE | NLM_F_REPLACE, 'replace', entry, context)
}

/** RTM_DELMDB: `bridge mdb delete`. */
export function deleteMdbEntry(entry: MdbEntry, context?: EncodeContext): NetlinkMessage {
  const { dev, port, group, vlan, source, dst, sourceVni } = entry
  const named: MdbEntry = { dev, port, group, state: 'temporary', ...defined({ vlan, source, dst, sourceVni }) }
  return entryMessage(RTM_DELMDB, 0, 'delete', named, context)
}

/** RTM_GETMDB of all entries of all bridges and VXLANs: `bridge mdb show`. */
export function dumpMdb(): NetlinkMessage {
  return buildMessage({
    layout: mdbListLayout,
    type: RTM_GETMDB,
    flags: 0,
    subject: 'MDB: list',
    header: { family: AF_BRIDGE, index: 0 },
    context: withoutNames,
  })
}

const RTPROT_KERNEL = 2
const RTPROT_STATIC = 4

function entryMessage(
  type: number,
  flags: number,
  verb: string,
  entry: MdbEntry,
  context: EncodeContext = withoutNames,
): NetlinkMessage {
  const { dev, port, group, vlan = 0, source, state = 'permanent', filterMode, sourceList, protocol } = entry
  const { dst, dstPort, vni, via, sourceVni } = entry
  const indexOf = (link: string | number): number => (typeof link === 'number' ? link : context.linkIndex(link))
  const isListed = 'index' in entry
  // Before Linux 6.3 the kernel tells what it takes by itself, and refuses to be told so.
  const defaultMode = source === undefined ? 'exclude' : 'include'
  const attributes = defined<MdbSetAttributes>({
    source,
    sourceList: sourceList?.map((address) => ({ address })),
    filterMode: filterMode === defaultMode && !sourceList?.length ? undefined : filterMode,
    protocol: protocol === RTPROT_STATIC || (isListed && protocol === RTPROT_KERNEL) ? undefined : protocol,
    dst,
    dstPort,
    vni,
    via,
    sourceVni,
  })
  return buildMessage({
    layout: mdbChangeLayout,
    type,
    flags,
    subject: `MDB entry ${group} dev ${dev} port ${port}: ${verb}`,
    header: { family: AF_BRIDGE, index: indexOf(dev) },
    attributes: {
      entry: { port: indexOf(port), state: state === 'permanent' ? MDB_PERMANENT : 0, flags: 0, vlan, group },
      ...(Object.keys(attributes).length > 0 ? { attributes } : {}),
    },
    context,
  })
}

/** Reads the entries of a body of RTM_GETMDB, RTM_NEWMDB or RTM_DELMDB. */
export function decodeMdb(body: Payload, context: DecodeContext = withoutNames): ListedMdbEntry[] {
  const { header, attributes } = decodeMessage(mdbListLayout, body, context)
  const dev = context.linkName(header.index)
  return (attributes.entries ?? []).flat().map(({ entry, timer, sourceList, ...others }) => ({
    dev,
    port: context.linkName(entry.port),
    group: entry.group,
    state: entry.state === MDB_PERMANENT ? 'permanent' : 'temporary',
    ...defined({
      vlan: entry.vlan || undefined,
      ...others,
      sourceList: sourceList?.flatMap(({ address }) => address ?? []),
      // In USER_HZ, as all of a bridge's times.
      timer: timer ? timer / 100 : undefined,
    }),
    ...(entry.flags & MDB_FLAGS_OFFLOAD ? { offloaded: true } : {}),
    ...(entry.flags & MDB_FLAGS_FAST_LEAVE ? { fastLeave: true } : {}),
    ...(entry.flags & MDB_FLAGS_STAR_EXCL ? { addedByStarExclude: true } : {}),
    ...(entry.flags & MDB_FLAGS_BLOCKED ? { blocked: true } : {}),
    index: header.index,
  }))
}
