import { align4, type Payload, type Writer } from '../../netlink/bytes.js'
import type { Codec, DecodeContext, EncodeContext } from '../../netlink/codec.js'
import { mac, ranged, text, u32 } from '../../netlink/scalars.js'
import { type Attribute, type AttributeTable, attribute, attributeTable } from '../../netlink/table.js'

/** The other end of a pair. */
export interface LinkPeer {
  /** Its name. */
  readonly name: string
  /** The named network namespace that it is in. Default: the same. */
  readonly namespace?: string
  /** Its MAC address, at creation only. Default: random. */
  readonly mac?: string
  /** Its MTU, at creation only. Default 1500. */
  readonly mtu?: number
  /** Its transmit queues, at creation only. Default: as many as there are CPUs. */
  readonly txQueues?: number
  /** Its receive queues, at creation only. Default: as many as there are CPUs. */
  readonly rxQueues?: number
}

/** What the options of every kind have that comes in pairs. */
export interface PairOptions {
  /** The other end, created and deleted together with this one. */
  readonly peer?: LinkPeer
}

/** How the two ends of a kind that comes in pairs are related. */
export interface PairKind {
  /** The options of this end that are of the other one, by the options that these are for this end. */
  readonly mirrored?: Readonly<Record<string, string>>
  /** The property of the status that tells of the only end through which options are set that it is this one. */
  readonly lead?: string
}

const namespaceFd: Codec<string> = {
  domain: { type: 'namespace' },
  encode: (value, writer, context) => u32.encode(context.namespaceFd(value), writer, context),
  decode: (payload, context) => String(u32.decode(payload, context)),
}

// IFLA_* of the peer's own message: include/uapi/linux/if_link.h
const peerAttributes: AttributeTable<LinkPeer> = attributeTable<LinkPeer>(
  {
    mac: attribute(1, mac, { ip: 'address' }),
    name: attribute(3, text(15)),
    mtu: attribute(4, u32),
    namespace: attribute(28, namespaceFd, { ip: 'netns' }),
    txQueues: attribute(31, ranged(u32, 1, 4096), { ip: 'numtxqueues' }),
    rxQueues: attribute(32, ranged(u32, 1, 4096), { ip: 'numrxqueues' }),
  },
  ['name'],
)

// A whole link message: struct ifinfomsg and then attributes (net/core/rtnetlink.c, rtnl_nla_parse_ifinfomsg).
const ifinfomsgSize = 16
const afterHeader = (payload: Payload): Payload => payload.slice(payload.start + align4(ifinfomsgSize))

const peerMessage: Codec<LinkPeer> = {
  domain: peerAttributes.domain,
  nested: true,
  encode(value: LinkPeer, writer: Writer, context: EncodeContext) {
    writer.reserve(ifinfomsgSize)
    peerAttributes.encode(value, writer, context)
  },
  decode: (payload: Payload, context: DecodeContext) => peerAttributes.decode(afterHeader(payload), context),
  locate: (payload, offset) => peerAttributes.locate(afterHeader(payload), offset),
}

/** The line of {@link PairOptions.peer} in a kind's table. The kernel takes it and never tells it. */
export const peerLine = (type: number): Attribute<LinkPeer> => attribute(type, peerMessage)
