import type { DecodeContext } from '../../netlink/codec.js'
import type { RequestOptions } from '../../netlink/exchange.js'
import type { GenericNetlink } from '../genericNetlink.js'
import {
  type WireguardAttributes,
  type WireguardPeer,
  type WireguardPeerAttributes,
  type WireguardPeerStatus,
  wireguardLayout,
} from './attributes.js'
import { getWireguard, WG_GENL_NAME, type WireguardTarget } from './messages.js'

/** What can be said of a WireGuard device: `wg set DEVICE`, man wg(8). */
export interface WireguardOptions {
  /** The private key, in base64; `null` is none, and then nothing is received. Default: none. */
  readonly privateKey?: string | null
  /** The file that has the private key, instead of the key itself. */
  readonly privateKeyFile?: string
  /** The UDP port; with 0 the kernel takes a free one when the link comes up. Default 0. */
  readonly listenPort?: number
  /** The mark of the packets that go out, for policy rules: a number, or its text in hexadecimal. Default 0, none. */
  readonly fwmark?: number | string
  /** All peers of the device. */
  readonly peers?: readonly WireguardPeer[]
}

/** What a WireGuard device tells besides. */
export interface WireguardStatus {
  /** The public key of the private one. */
  readonly publicKey?: string
  /** What each peer tells. */
  readonly peers: readonly WireguardPeerStatus[]
}

/** A WireGuard device as it is. */
export interface WireguardDevice {
  readonly options: WireguardOptions
  readonly status: WireguardStatus
}

/** The options of a device without its private key and the preshared keys of its peers. */
export function withoutSecretKeys({ privateKey: _own, peers, ...others }: WireguardOptions): WireguardOptions {
  return { ...others, ...(peers ? { peers: peers.map(({ presharedKey: _shared, ...peer }) => peer) } : {}) }
}

/** Reads a device: `wg show NAME`. It has the secret keys. */
export async function readWireguard(
  generic: GenericNetlink,
  target: WireguardTarget,
  context: DecodeContext,
  options: RequestOptions = {},
): Promise<WireguardDevice> {
  const family = await generic.family(WG_GENL_NAME, options)
  return joinWireguard(await generic.dump(wireguardLayout, getWireguard(family, target), context, options))
}

/** Puts the parts of a dump together: the device is in the first, and a peer can go on in the next one. */
export function joinWireguard(parts: readonly WireguardAttributes[]): WireguardDevice {
  const [first = {}] = parts
  const { privateKey = null, publicKey, listenPort = 0, fwmark = 0 } = first
  const peers: WireguardPeerAttributes[] = []
  for (const { peers: some = [] } of parts) {
    for (const [index, peer] of some.entries()) {
      const last = peers.at(-1)
      const goesOn = index === 0 && last !== undefined && last.publicKey === peer.publicKey
      if (!goesOn) peers.push(peer)
      else peers[peers.length - 1] = { ...last, allowedIps: [...(last.allowedIps ?? []), ...(peer.allowedIps ?? [])] }
    }
  }
  return {
    options: { privateKey, listenPort, fwmark, peers: peers.map(optionsOf) },
    status: { ...(publicKey === undefined ? {} : { publicKey }), peers: peers.map(statusOf) },
  }
}

function optionsOf(peer: WireguardPeerAttributes): WireguardPeer {
  const { publicKey = '', presharedKey = null, endpoint, persistentKeepalive = 0, allowedIps = [] } = peer
  const prefixes = [...allowedIps].sort()
  const where = endpoint === undefined ? {} : { endpoint }
  return { publicKey, presharedKey, ...where, persistentKeepalive, allowedIps: prefixes }
}

function statusOf(peer: WireguardPeerAttributes): WireguardPeerStatus {
  const { publicKey = '', lastHandshake, received, sent, protocolVersion } = peer
  const known = { lastHandshake, received, sent, protocolVersion }
  return { publicKey, ...Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined)) }
}
