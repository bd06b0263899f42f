import { align4, type Payload, type Writer } from '../../netlink/bytes.js'
import type { Codec, DecodeContext, EncodeContext } from '../../netlink/codec.js'
import { mac, text, u32 } from '../../netlink/scalars.js'
import { type AttributeTable, attribute, attributeTable } from '../../netlink/table.js'
import { defineLinkKind, type LinkKind } from './kind.js'

/** The other end of a veth pair. */
export interface VethPeer {
  /** Its name. */
  readonly name: string
  /** The named network namespace that it is in. Default: the same. */
  readonly namespace?: string
  /** Its MAC address, at creation only. Default: random. */
  readonly mac?: string
  /** Its MTU, at creation only. Default 1500. */
  readonly mtu?: number
}

/** Options of a veth pair: `ip link add NAME type veth peer name OTHER`, man veth(4). */
export interface VethOptions {
  /** The other end, created and deleted together with this one. */
  readonly peer?: VethPeer
}

const namespaceFd: Codec<string> = {
  domain: { type: 'namespace' },
  encode: (value, writer, context) => u32.encode(context.namespaceFd(value), writer, context),
  decode: (payload, context) => String(u32.decode(payload, context)),
}

// IFLA_* of the peer's own message: include/uapi/linux/if_link.h
const peerAttributes: AttributeTable<VethPeer> = attributeTable<VethPeer>(
  {
    mac: attribute(1, mac, { ip: 'address' }),
    name: attribute(3, text(15)),
    mtu: attribute(4, u32),
    namespace: attribute(28, namespaceFd, { ip: 'netns' }),
  },
  ['name'],
)

// VETH_INFO_PEER holds a whole link message: struct ifinfomsg and then attributes (drivers/net/veth.c).
const ifinfomsgSize = 16
const afterHeader = (payload: Payload): Payload => payload.slice(payload.start + align4(ifinfomsgSize))

const peerMessage: Codec<VethPeer> = {
  domain: peerAttributes.domain,
  nested: true,
  encode(value: VethPeer, writer: Writer, context: EncodeContext) {
    writer.reserve(ifinfomsgSize)
    peerAttributes.encode(value, writer, context)
  },
  decode: (payload: Payload, context: DecodeContext) => peerAttributes.decode(afterHeader(payload), context),
  locate: (payload, offset) => peerAttributes.locate(afterHeader(payload), offset),
}

/** `ip link add NAME type veth peer name OTHER`: two ends of one wire. */
export const veth: LinkKind<'veth', VethOptions> = defineLinkKind({
  kind: 'veth',
  options: attributeTable<VethOptions>({ peer: attribute(1, peerMessage) }, ['peer']),
  immutable: ['peer'],
  ethernet: true,
  // drivers/net/veth.c, veth_setup: GRO costs more than it gives until it is asked for.
  generalDefaults: { features: { 'rx-gro': false } },
})
