import type { Payload } from '../netlink/bytes.js'
import { type DecodeContext, type EncodeContext, withoutNames } from '../netlink/codec.js'
import { buildMessage, decodeMessage, type NetlinkMessage } from '../netlink/message.js'
import { AF_BRIDGE, RTM_DELTUNNEL, RTM_GETTUNNEL, RTM_NEWTUNNEL } from './constants.js'
import { formatVlans } from './vlanRange.js'
import { vnisOf } from './vniRange.js'
import { type VniAttributes, type VniEntry, vniLayout } from './vxlanVniAttributes.js'

/** A network that a VXLAN with `vnifilter` takes, or several that are alike: `bridge vni`, man bridge(8). */
export interface VxlanVni {
  /** The VNI, 1 to 16777215, or a range such as `100-200`. */
  readonly id: number | string
  /** The multicast group of its hosts, IPv4 or IPv6; the VXLAN needs a `link`. Excludes {@link remote}. Default: the VXLAN's. */
  readonly group?: string
  /** The host that frames to unknown addresses go to. Excludes {@link group}. Default: the VXLAN's. */
  readonly remote?: string
}

/** A {@link VxlanVni} with the VXLAN that takes it. */
export interface VniOfVxlan extends VxlanVni {
  /** The VXLAN, by name or index. */
  readonly dev: string | number
}

/** VNIs as the kernel lists them. */
export interface ListedVni extends VniOfVxlan {
  /** The index of the VXLAN. */
  readonly index: number
}

// A message of as many entries, each with an IPv6 address, stays below 64 KiB.
const entriesInMessage = 1000

/**
 * RTM_NEWTUNNEL: lets a VXLAN take VNIs: `bridge vni add`. One that is there gets another group or host, but the kernel
 * keeps its entry for the former one: delete it first. Since Linux 5.18.
 */
export function addVnis(dev: string | number, vnis: readonly VxlanVni[], context?: EncodeContext): NetlinkMessage[] {
  return vniMessages(RTM_NEWTUNNEL, 'add', dev, vnis, context)
}

/** RTM_DELTUNNEL: `bridge vni delete`. All of a range must be there. Since Linux 5.18. */
export function deleteVnis(
  dev: string | number,
  vnis: readonly Pick<VxlanVni, 'id'>[],
  context?: EncodeContext,
): NetlinkMessage[] {
  const bare = vnis.map(({ id }) => ({ id }))
  return vniMessages(RTM_DELTUNNEL, 'delete', dev, bare, context)
}

/** RTM_GETTUNNEL of the VNIs of all VXLANs with `vnifilter`: `bridge vni show`. Since Linux 5.18. */
export function dumpVnis(): NetlinkMessage {
  return vniMessage(RTM_GETTUNNEL, 'VNIs: list', 0, {}, withoutNames)
}

/** Reads the VNIs of an RTM_NEWTUNNEL or RTM_DELTUNNEL. */
export function decodeVnis(body: Payload, context: DecodeContext = withoutNames): ListedVni[] {
  const { header, attributes } = decodeMessage(vniLayout, body, context)
  const { index } = header
  const dev = context.linkName(index)
  return (attributes.entries ?? []).flatMap(({ start, end = start, group, remote }) => {
    if (start === undefined || end === undefined) return []
    const addresses = { ...(group === undefined ? {} : { group }), ...(remote === undefined ? {} : { remote }) }
    return [{ dev, id: formatVlans({ first: start, last: end }), ...addresses, index }]
  })
}

function entryOf({ id, group, remote }: VxlanVni): VniEntry {
  const { first, last } = vnisOf(id)
  return {
    start: first,
    ...(last > first ? { end: last } : {}),
    ...(group === undefined ? {} : { group }),
    ...(remote === undefined ? {} : { remote }),
  }
}

function vniMessages(
  type: number,
  verb: string,
  dev: string | number,
  vnis: readonly VxlanVni[],
  context: EncodeContext = withoutNames,
): NetlinkMessage[] {
  const index = typeof dev === 'number' ? dev : context.linkIndex(dev)
  const name = typeof dev === 'number' ? `#${dev}` : dev
  const messages: NetlinkMessage[] = []
  for (let start = 0; start < vnis.length; start += entriesInMessage) {
    const some = vnis.slice(start, start + entriesInMessage)
    const shown = some.slice(0, 10).map(({ id }) => id)
    const subject = `link ${name}: ${verb} VNIs ${shown.join(', ')}${some.length > shown.length ? ' …' : ''}`
    messages.push(vniMessage(type, subject, index, { entries: some.map(entryOf) }, context))
  }
  return messages
}

function vniMessage(
  type: number,
  subject: string,
  index: number,
  attributes: VniAttributes,
  context: EncodeContext,
): NetlinkMessage {
  return buildMessage({
    layout: vniLayout,
    type,
    flags: 0,
    subject,
    header: { family: AF_BRIDGE, flags: 0, index },
    attributes,
    context,
  })
}
