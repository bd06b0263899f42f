import { writeAttribute } from '../../netlink/attributeWriter.js'
import type { Writer } from '../../netlink/bytes.js'
import { withoutNames } from '../../netlink/codec.js'
import { text } from '../../netlink/scalars.js'
import { RTM_NEWLINK } from '../../rtnetlink/constants.js'
import type { AnyLinkKind } from '../../rtnetlink/kinds/kind.js'
import { linkKind } from '../../rtnetlink/kinds/registry.js'
import { type LinkAttributes, linkLayout, type OperationalState } from '../../rtnetlink/linkAttributes.js'
import { isPairKind } from '../../rtnetlink/pair.js'
import { encodeBody, type Outgoing } from './kernelMessage.js'
import { toldOptions } from './pairOptions.js'

// include/uapi/linux/if.h
export const IFF_UP = 0x1
export const IFF_BROADCAST = 0x2
export const IFF_LOOPBACK = 0x8
export const IFF_POINTOPOINT = 0x10
export const IFF_RUNNING = 0x40
export const IFF_NOARP = 0x80
export const IFF_MULTICAST = 0x1000
export const IFF_LOWER_UP = 0x10000
// include/uapi/linux/if_arp.h
export const ARPHRD_ETHER = 1
export const ARPHRD_LOOPBACK = 772
export const ARPHRD_NONE = 65534

/** A link as the fake kernel keeps it. */
export interface FakeLink {
  readonly index: number
  /** Changed by {@link LinkTable.place}, as are `master`, `lower` and `altNames`. */
  readonly name: string
  readonly kind: string | undefined
  readonly hardwareType: number
  /** IFF_* but for those that follow from the carrier. */
  flags: number
  /** What the cable says; whether the link runs depends on the peer and the ports too. */
  carrier: boolean
  attributes: LinkAttributes
  options: Record<string, unknown>
  readonly status: Record<string, unknown>
  portOptions: Record<string, unknown>
  readonly master: number | undefined
  /** The device below, or the other end of a pair. */
  readonly lower: number | undefined
  readonly altNames: readonly string[]
  /** Whether MTU and MAC were set by hand, so that a bridge no longer takes them from its ports. */
  mtuFixed: boolean
  macFixed: boolean
}

/** What a message about a link says. */
export function describeLink(
  link: FakeLink,
  running: boolean,
  masterKind: string | undefined,
  type: number = RTM_NEWLINK,
): Outgoing {
  const up = (link.flags & IFF_UP) !== 0
  const flags = link.flags | (up && running ? IFF_RUNNING | IFF_LOWER_UP : 0)
  const header = { family: 0, type: link.hardwareType, index: link.index, flags, change: 0 }
  const attributes: LinkAttributes = {
    ...link.attributes,
    name: link.name,
    operationalState: operationalState(link, up, running),
    carrier: (up && running) || link.hardwareType === ARPHRD_LOOPBACK,
    ...(link.master === undefined ? {} : { master: link.master }),
    ...(link.lower === undefined ? {} : { link: link.lower }),
    ...(link.altNames.length === 0 ? {} : { altNames: link.altNames }),
  }
  return { type, body: encodeBody(linkLayout, header, attributes, (writer) => writeInfo(writer, link, masterKind)) }
}

function operationalState(link: FakeLink, up: boolean, running: boolean): OperationalState {
  if (!up) return 'down'
  if (!running) return isPairKind(link.kind) ? 'lowerlayerdown' : 'down'
  return link.hardwareType === ARPHRD_LOOPBACK ? 'unknown' : 'up'
}

// enum of IFLA_INFO_*: include/uapi/linux/if_link.h
const IFLA_LINKINFO = 18
const IFLA_INFO_KIND = 1
const IFLA_INFO_DATA = 2
const IFLA_INFO_SLAVE_KIND = 4
const IFLA_INFO_SLAVE_DATA = 5

function writeInfo(writer: Writer, link: FakeLink, masterKind: string | undefined): void {
  if (link.kind === undefined && masterKind === undefined) return
  const kind = link.kind === undefined ? undefined : linkKind(link.kind)
  const master = masterKind === undefined ? undefined : linkKind(masterKind)
  const writeText = (type: number, value: string): void =>
    writeAttribute(writer, type, () => text(32).encode(value, writer, withoutNames))
  writeAttribute(writer, IFLA_LINKINFO, () => {
    if (kind) {
      writeText(IFLA_INFO_KIND, kind.kernelKind ?? kind.kind)
      writeAttribute(writer, IFLA_INFO_DATA, () => writeOptions(writer, link, kind))
    }
    if (!master) return
    writeText(IFLA_INFO_SLAVE_KIND, master.kernelKind ?? master.kind)
    writeAttribute(writer, IFLA_INFO_SLAVE_DATA, () => master.port?.encode(link.portOptions, writer, withoutNames))
  })
}

function writeOptions(writer: Writer, link: FakeLink, kind: AnyLinkKind): void {
  kind.options.encode(toldOptions(kind, link.options), writer, withoutNames)
  kind.status?.encode(link.status, writer, withoutNames)
}
