import { type Codec, MalformedError } from '../../netlink/codec.js'
import { listOf } from '../../netlink/lists.js'
import { boolean, text, u8, u16, u32, u64, u64AsNumber } from '../../netlink/scalars.js'
import { field, struct } from '../../netlink/struct.js'
import { type AttributeTable, attribute, attributeTable } from '../../netlink/table.js'
import { type GenericLayout, genericLayout } from '../message.js'
import { allowedIp } from './allowedIp.js'
import { endpoint } from './endpoint.js'
import { keyFile, publicKey, secretKey } from './key.js'

/** What can be said of a peer: `wg set DEVICE peer KEY`, man wg(8). Its public key names it. */
export interface WireguardPeer {
  /** The peer's public key, in base64. */
  readonly publicKey: string
  /** A secret key in addition, in base64; `null` is none. Default: none. */
  readonly presharedKey?: string | null
  /** The file that has the preshared key, instead of the key itself. */
  readonly presharedKeyFile?: string
  /**
   * The address and port that the peer is at: `192.0.2.1:51820`, `[2001:db8::1]:51820`. Default: none until the peer
   * is heard of. The kernel follows a peer that moves; see {@link roaming}.
   */
  readonly endpoint?: string
  /**
   * Whether {@link endpoint} only says where to find the peer at first: it is set where the peer has none and is
   * otherwise left to the kernel, which knows where the peer was last heard of. Default false.
   */
  readonly roaming?: boolean
  /** Seconds after which a packet is sent when there was none, so that firewalls remember; 0 is never. Default 0. */
  readonly persistentKeepalive?: number
  /** The prefixes that the peer may send from and that are sent to it: all of them. One belongs to one peer. */
  readonly allowedIps?: readonly string[]
}

/** What a peer tells besides. */
export interface WireguardPeerStatus {
  /** The public key of the peer. */
  readonly publicKey: string
  /** When keys were last agreed on; left out before the first time. */
  readonly lastHandshake?: Date
  /** Bytes that came from the peer. */
  readonly received?: number
  /** Bytes that went to the peer. */
  readonly sent?: number
  /** The version of the protocol, 1. */
  readonly protocolVersion?: number
}

/** A peer as messages have it. */
export interface WireguardPeerAttributes
  extends Omit<WireguardPeer, 'publicKey' | 'roaming'>,
    Omit<WireguardPeerStatus, 'publicKey'> {
  readonly publicKey?: string
  /** Whether the peer is to go. */
  readonly remove?: boolean
  /** Whether the list of prefixes is the whole one, instead of being added. */
  readonly replaceAllowedIps?: boolean
  /** Whether a peer that is not there is left alone, instead of being made. */
  readonly updateOnly?: boolean
}

const timespec = struct<{ readonly seconds: bigint; readonly nanoseconds: bigint }>(16, {
  seconds: field(0, u64),
  nanoseconds: field(8, u64),
})

/** struct __kernel_timespec since 1970; zero is never. */
const time: Codec<Date> = {
  domain: { type: 'bytes' },
  encode() {
    throw new TypeError('the kernel takes no time of a handshake')
  },
  decode(payload, context) {
    const { seconds, nanoseconds } = timespec.decode(payload, context)
    if (seconds === 0n) throw new MalformedError('never')
    return new Date(Number(seconds) * 1000 + Number(nanoseconds / 1_000_000n))
  },
}

const bit = boolean(u8)

const mark: Codec<number | string> = {
  domain: { type: 'mark' },
  encode: (value, writer, context) => u32.encode(Number(value), writer, context),
  decode: u32.decode,
}

// enum wgpeer_attribute, wgpeer_flag: include/uapi/linux/wireguard.h
export const peerAttributes: AttributeTable<WireguardPeerAttributes> = attributeTable<WireguardPeerAttributes>({
  publicKey: attribute(1, publicKey),
  presharedKey: attribute(2, secretKey, { ip: 'preshared-key' }),
  presharedKeyFile: attribute(2, keyFile('presharedKey'), { ip: 'preshared-key' }),
  remove: attribute(3, bit, { bit: 0 }),
  replaceAllowedIps: attribute(3, bit, { bit: 1 }),
  updateOnly: attribute(3, bit, { bit: 2 }),
  endpoint: attribute(4, endpoint),
  persistentKeepalive: attribute(5, u16, { ip: 'persistent-keepalive' }),
  lastHandshake: attribute(6, time),
  received: attribute(7, u64AsNumber),
  sent: attribute(8, u64AsNumber),
  allowedIps: attribute(9, listOf(0, allowedIp), { ip: 'allowed-ips' }),
  protocolVersion: attribute(10, u32),
})

/** A WireGuard device as messages have it. */
export interface WireguardAttributes {
  readonly index?: number
  readonly name?: string
  readonly privateKey?: string | null
  readonly privateKeyFile?: string
  readonly publicKey?: string
  /** Whether the list of peers is the whole one. */
  readonly replacePeers?: boolean
  readonly listenPort?: number
  readonly fwmark?: number | string
  readonly peers?: readonly WireguardPeerAttributes[]
}

// enum wgdevice_attribute, wgdevice_flag: include/uapi/linux/wireguard.h
export const wireguardAttributes: AttributeTable<WireguardAttributes> = attributeTable<WireguardAttributes>({
  index: attribute(1, u32),
  name: attribute(2, text(15)),
  privateKey: attribute(3, secretKey, { ip: 'private-key' }),
  privateKeyFile: attribute(3, keyFile('privateKey'), { ip: 'private-key' }),
  publicKey: attribute(4, publicKey),
  replacePeers: attribute(5, bit, { bit: 0 }),
  listenPort: attribute(6, u16, { ip: 'listen-port' }),
  fwmark: attribute(7, mark),
  peers: attribute(8, listOf(0, peerAttributes)),
})

/** WG_CMD_GET_DEVICE and WG_CMD_SET_DEVICE. */
export const wireguardLayout: GenericLayout<WireguardAttributes> = genericLayout(wireguardAttributes)
