import type { Payload } from '../netlink/bytes.js'
import { type DecodeContext, type EncodeContext, withoutNames } from '../netlink/codec.js'
import { buildMessage, decodeMessage, type NetlinkMessage } from '../netlink/message.js'
import {
  BRIDGE_VLAN_INFO_ONLY_OPTS,
  BRIDGE_VLAN_INFO_PVID,
  BRIDGE_VLAN_INFO_UNTAGGED,
  BRIDGE_VLANDB_DUMPF_GLOBAL,
  type BridgeVlanAttributes,
  type BridgeVlanEntry,
  bridgeVlanLayout,
  bridgeVlanQueryLayout,
  type GlobalVlanEntry,
  type StpState,
} from './bridgeVlanAttributes.js'
import { AF_BRIDGE, RTM_DELLINK, RTM_DELVLAN, RTM_GETVLAN, RTM_NEWVLAN, RTM_SETLINK } from './constants.js'
import { defined } from './defined.js'
import type { VlanList } from './kinds/bridgeVlans.js'
import type { MulticastOptions } from './kinds/multicastOptions.js'
import { formatVlans, vlansBesides, vlansOf } from './vlanRange.js'

/** A VLAN of a port, or several that are alike: `bridge vlan`, man bridge(8). */
export interface PortVlan {
  /** The VLAN, 1 to 4094, or a range such as `100-200`. */
  readonly id: number | string
  /** Whether frames that come in without a tag belong to it; for one VLAN of a port at the most. Default false. */
  readonly pvid?: boolean
  /** Whether frames go out without a tag. Default false. */
  readonly untagged?: boolean
  /** The tunnel (VNI) that it is mapped to, of a range that of its first VLAN. The port needs `vlanTunnel`. */
  readonly tunnelId?: number
  /** Its state in the spanning tree; not with the kernel's own STP. Default `forwarding`. */
  readonly state?: StpState
  /** Whether the port leads to a multicast router: 0 never, 1 as learned, 2 always. Default 1. Since Linux 5.15. */
  readonly multicastRouter?: number
  /** Whether ARP and neighbor discovery are kept from the port; it needs `neighborVlanSuppress`. Since Linux 6.4. */
  readonly neighborSuppress?: boolean
  /** With {@link neighborSuppress}: whether unasked announcements of hosts go out nevertheless. Default false. Since Linux 7.1. */
  readonly neighborForwardGratuitous?: boolean
  /**
   * How many multicast groups may be joined, 0 for no limit; only while the bridge has `multicastVlanSnooping`. Since
   * Linux 6.3.
   */
  readonly multicastMaximumGroups?: number
}

/** What VLANs have on the bridge as a whole: `bridge vlan global`, man bridge(8). Since Linux 5.15. */
export interface GlobalVlanOptions extends MulticastOptions {
  /** The VLAN, 1 to 4094, or a range such as `100-200`. It must be there, on a port or on the bridge. */
  readonly id: number | string
  /** Whether IGMP and MLD are watched; it needs `multicastVlanSnooping`. Default true. */
  readonly multicastSnooping?: boolean
  /** The multiple spanning tree instance, 0 to 4094. Default 0. Since Linux 5.18; it needs `mst`. */
  readonly mstInstance?: number
}

/** A {@link PortVlan} with the link that has it: a port, or the bridge itself. */
export interface BridgeVlan extends PortVlan {
  /** The port, or the bridge for what it receives and sends itself, by name or index. */
  readonly dev: string | number
}

/** VLANs as the kernel lists them. */
export interface ListedBridgeVlan extends BridgeVlan {
  /** The index of the link. */
  readonly index: number
  /** How many multicast groups are joined. */
  readonly multicastGroups?: number
}

/** {@link GlobalVlanOptions} with the bridge. */
export interface BridgeGlobalVlanOptions extends GlobalVlanOptions {
  /** The bridge, by name or index. */
  readonly dev: string | number
}

/** Options of VLANs as the kernel lists them. */
export interface ListedGlobalVlanOptions extends BridgeGlobalVlanOptions {
  /** The index of the bridge. */
  readonly index: number
}

// With ranges apart, a message of all 4094 VLANs stays below 64 KiB.
const entriesInMessage = 1000

/** RTM_DELVLAN and RTM_NEWVLAN: gives a port or a bridge those VLANs and no others. Since Linux 5.6. */
export function replaceVlans(dev: string | number, vlans: VlanList, context?: EncodeContext): NetlinkMessage[] {
  const wanted = vlans.map((vlan) => (typeof vlan === 'object' ? vlan : { id: vlan }))
  const others = vlansBesides(wanted.map(({ id }) => id)).map((range) => ({ id: formatVlans(range) }))
  return [...deleteVlans(dev, others, context), ...addVlans(dev, wanted, context)]
}

/**
 * RTM_NEWVLAN: adds VLANs to a port or a bridge, or changes those that are there: `bridge vlan add`. Since Linux 5.6.
 * An option left out stays as it is; `pvid` and `untagged` left out are false; a `tunnelId` of 0 takes the tunnel away.
 */
export function addVlans(dev: string | number, vlans: readonly PortVlan[], context?: EncodeContext): NetlinkMessage[] {
  return vlanMessages(RTM_NEWVLAN, 'add', dev, vlans, (vlan) => entryOf(vlan, 0), context)
}

/** RTM_NEWVLAN that changes nothing but options of VLANs that are there: `bridge vlan set`. Since Linux 5.6. */
export function setVlans(dev: string | number, vlans: readonly PortVlan[], context?: EncodeContext): NetlinkMessage[] {
  return vlanMessages(RTM_NEWVLAN, 'set', dev, vlans, (vlan) => entryOf(vlan, BRIDGE_VLAN_INFO_ONLY_OPTS), context)
}

/** RTM_DELVLAN: `bridge vlan delete`. A VLAN that is not there is no error. Since Linux 5.6. */
export function deleteVlans(
  dev: string | number,
  vlans: readonly Pick<PortVlan, 'id'>[],
  context?: EncodeContext,
): NetlinkMessage[] {
  return vlanMessages(RTM_DELVLAN, 'delete', dev, vlans, ({ id }) => entryOf({ id }, 0), context)
}

/** RTM_NEWVLAN with options of VLANs on the bridge as a whole: `bridge vlan global set`. Since Linux 5.15. */
export function setGlobalVlanOptions(
  dev: string | number,
  options: readonly GlobalVlanOptions[],
  context: EncodeContext = withoutNames,
): NetlinkMessage[] {
  return messagesOfEntries(options, (some) =>
    vlanMessage(RTM_NEWVLAN, 'set options of', dev, some, { globalOptions: some.map(globalEntryOf) }, context),
  )
}

/** RTM_GETVLAN of all VLANs of all ports and bridges: `bridge vlan show`. Since Linux 5.6. */
export function dumpVlans(): NetlinkMessage {
  return query('bridge VLANs: list', 0)
}

/** RTM_GETVLAN of the options that VLANs have on bridges as a whole: `bridge vlan global show`. Since Linux 5.15. */
export function dumpGlobalVlanOptions(): NetlinkMessage {
  return query('options of bridge VLANs: list', BRIDGE_VLANDB_DUMPF_GLOBAL)
}

/** Reads the VLANs of an RTM_NEWVLAN or RTM_DELVLAN. */
export function decodeVlans(body: Payload, context: DecodeContext = withoutNames): ListedBridgeVlan[] {
  const { header, attributes } = decodeMessage(bridgeVlanLayout, body, context)
  const dev = context.linkName(header.index)
  return (attributes.entries ?? []).flatMap((entry) => {
    const { info, range, state, tunnel, multicastRouter, multicastGroups, multicastMaximumGroups } = entry
    if (!info) return []
    return defined<ListedBridgeVlan>({
      dev,
      id: formatVlans({ first: info.id, last: range ?? info.id }),
      pvid: (info.flags & BRIDGE_VLAN_INFO_PVID) !== 0 || undefined,
      untagged: (info.flags & BRIDGE_VLAN_INFO_UNTAGGED) !== 0 || undefined,
      tunnelId: tunnel?.id,
      state,
      multicastRouter,
      multicastGroups,
      multicastMaximumGroups,
      // A bridge's own VLANs have both off, and refuse to be told so.
      neighborSuppress: entry.neighborSuppress || undefined,
      neighborForwardGratuitous: entry.neighborForwardGratuitous || undefined,
      index: header.index,
    })
  })
}

/** Reads the options on the bridge as a whole of an RTM_NEWVLAN. */
export function decodeGlobalVlanOptions(
  body: Payload,
  context: DecodeContext = withoutNames,
): ListedGlobalVlanOptions[] {
  const { header, attributes } = decodeMessage(bridgeVlanLayout, body, context)
  const dev = context.linkName(header.index)
  return (attributes.globalOptions ?? []).flatMap((entry) => {
    const { id, range, multicastRouterPorts: _ports, multicastQuerierState: _state, ...options } = entry
    if (id === undefined) return []
    return { dev, id: formatVlans({ first: id, last: range ?? id }), ...options, index: header.index }
  })
}

function entryOf(vlan: PortVlan, flags: number): BridgeVlanEntry {
  const { first, last } = vlansOf(vlan.id)
  const { state, multicastRouter, multicastMaximumGroups, tunnelId } = vlan
  return defined<BridgeVlanEntry>({
    info: {
      id: first,
      flags: flags | (vlan.pvid ? BRIDGE_VLAN_INFO_PVID : 0) | (vlan.untagged ? BRIDGE_VLAN_INFO_UNTAGGED : 0),
    },
    range: last > first ? last : undefined,
    state,
    multicastRouter,
    multicastMaximumGroups,
    neighborSuppress: vlan.neighborSuppress,
    neighborForwardGratuitous: vlan.neighborForwardGratuitous,
    tunnel:
      tunnelId === undefined
        ? undefined
        : tunnelId === 0
          ? { command: RTM_DELLINK }
          : { id: tunnelId, command: RTM_SETLINK },
  })
}

function globalEntryOf({ id, ...options }: GlobalVlanOptions): GlobalVlanEntry {
  const { first, last } = vlansOf(id)
  const named = Object.entries(options).filter(([name]) => name !== 'dev' && name !== 'index')
  return { ...Object.fromEntries(named), id: first, ...(last > first ? { range: last } : {}) }
}

function vlanMessages<T extends Pick<PortVlan, 'id'>>(
  type: number,
  verb: string,
  dev: string | number,
  vlans: readonly T[],
  entry: (vlan: T) => BridgeVlanEntry,
  context: EncodeContext = withoutNames,
): NetlinkMessage[] {
  return messagesOfEntries(vlans, (some) => vlanMessage(type, verb, dev, some, { entries: some.map(entry) }, context))
}

function messagesOfEntries<T>(all: readonly T[], build: (some: readonly T[]) => NetlinkMessage): NetlinkMessage[] {
  const messages: NetlinkMessage[] = []
  for (let start = 0; start < all.length; start += entriesInMessage) {
    messages.push(build(all.slice(start, start + entriesInMessage)))
  }
  return messages
}

function vlanMessage(
  type: number,
  verb: string,
  dev: string | number,
  vlans: readonly Pick<PortVlan, 'id'>[],
  attributes: BridgeVlanAttributes,
  context: EncodeContext,
): NetlinkMessage {
  return buildMessage({
    layout: bridgeVlanLayout,
    type,
    flags: 0,
    subject: `link ${typeof dev === 'number' ? `#${dev}` : dev}: ${verb} VLANs ${describeVlans(vlans)}`,
    header: { family: AF_BRIDGE, index: typeof dev === 'number' ? dev : context.linkIndex(dev) },
    attributes,
    context,
  })
}

/** The VLANs by number, the first of many. */
export function describeVlans(vlans: readonly Pick<PortVlan, 'id'>[]): string {
  const shown = vlans.slice(0, 10).map(({ id }) => id)
  return `${shown.join(', ')}${vlans.length > shown.length ? ' …' : ''}`
}

function query(subject: string, flags: number): NetlinkMessage {
  return buildMessage({
    layout: bridgeVlanQueryLayout,
    type: RTM_GETVLAN,
    flags: 0,
    subject,
    header: { family: AF_BRIDGE, index: 0 },
    attributes: flags === 0 ? {} : { flags },
    context: withoutNames,
  })
}
