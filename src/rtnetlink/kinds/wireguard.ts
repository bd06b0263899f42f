import {
  peerAttributes,
  type WireguardAttributes,
  type WireguardPeer,
  type WireguardPeerAttributes,
  wireguardAttributes,
} from '../../genetlink/wireguard/attributes.js'
import {
  type WantedPeer,
  type WantedWireguard,
  wireguardChange,
  wireguardDifferences,
} from '../../genetlink/wireguard/change.js'
import { readWireguard, type WireguardOptions } from '../../genetlink/wireguard/device.js'
import { setWireguard, WG_GENL_NAME } from '../../genetlink/wireguard/messages.js'
import type { Codec, Domain } from '../../netlink/codec.js'
import { type AttributeTable, attribute, attributeTable } from '../../netlink/table.js'
import type { GenericOptions } from './generic.js'
import { defineLinkKind, type LinkKind } from './kind.js'

export type { WireguardPeer, WireguardPeerStatus } from '../../genetlink/wireguard/attributes.js'
export type { WireguardOptions, WireguardStatus } from '../../genetlink/wireguard/device.js'

const { lines: device } = wireguardAttributes
const { lines: peer } = peerAttributes

const peerDomain: Domain = {
  type: 'object',
  properties: {
    publicKey: peer.publicKey.codec.domain,
    presharedKey: peer.presharedKey.codec.domain,
    presharedKeyFile: peer.presharedKeyFile.codec.domain,
    endpoint: peer.endpoint.codec.domain,
    roaming: { type: 'boolean' },
    persistentKeepalive: peer.persistentKeepalive.codec.domain,
    allowedIps: peer.allowedIps.codec.domain,
  },
  required: ['publicKey'],
}

// What a spec can say of a peer is a part of what messages have.
const peers = { ...device.peers.codec, domain: { type: 'list', item: peerDomain } } as Codec<readonly WireguardPeer[]>

const separate = { separate: true } as const

const options: AttributeTable<WireguardOptions> = attributeTable<WireguardOptions>({
  privateKey: { ...device.privateKey, ...separate },
  privateKeyFile: { ...device.privateKeyFile, ...separate },
  listenPort: { ...device.listenPort, ...separate },
  fwmark: { ...device.fwmark, ...separate },
  peers: attribute(device.peers.type, peers, separate),
})

/** The words of `wg set` for what a change says of a peer. */
function peerWords(change: WireguardPeerAttributes): string[] {
  const { publicKey = '', remove, presharedKey, endpoint, persistentKeepalive, allowedIps, replaceAllowedIps } = change
  if (remove) return ['peer', publicKey, 'remove']
  const prefixes = allowedIps?.map((prefix) => (replaceAllowedIps ? prefix : `+${prefix}`)).join(',')
  return [
    'peer',
    publicKey,
    ...keyWords('preshared-key', presharedKey),
    ...(endpoint === undefined ? [] : ['endpoint', endpoint]),
    ...(persistentKeepalive === undefined ? [] : ['persistent-keepalive', String(persistentKeepalive)]),
    ...(prefixes === undefined ? [] : ['allowed-ips', prefixes || "''"]),
  ]
}

function keyWords(word: string, key: string | null | undefined): string[] {
  if (key === undefined) return []
  return [word, key === null ? '/dev/null' : "'(hidden)'"]
}

function withoutEndpoint(peer: WireguardPeer): WantedPeer {
  return { ...peer, endpoint: null }
}

const generic: GenericOptions = {
  family: WG_GENL_NAME,
  read: (generic, { name }, context, request) => readWireguard(generic, { name }, context, request),
  differences: (wanted: WantedWireguard, actual: WireguardOptions | undefined, isUp) =>
    wireguardDifferences(wanted, actual, isUp),
  change: (wanted: WantedWireguard, actual: WireguardOptions | undefined, isUp) =>
    wireguardChange(wanted, actual, isUp),
  // A peer that is heard of from elsewhere is followed there at once.
  lasting: ({ peers, ...others }: WireguardOptions) => ({
    ...others,
    ...(peers ? { peers: peers.map((one) => ({ ...one, roaming: true })) } : {}),
  }),
  former: ({ peers = [], ...others }: WireguardOptions, changes: readonly WireguardAttributes[]) => {
    const placed = changes.flatMap((change) => change.peers ?? []).filter((one) => one.endpoint !== undefined)
    const keys = new Set(placed.map(({ publicKey }) => publicKey))
    // One that was given an endpoint is to have none again; one that was heard of meanwhile keeps its own.
    const had = peers.map((one) => (one.endpoint === undefined && keys.has(one.publicKey) ? withoutEndpoint(one) : one))
    return { ...others, peers: had }
  },
  messages: (family, name, change: WireguardAttributes, context) => setWireguard(family, { name }, change, context),
  commands(name, { privateKey, listenPort, fwmark, peers: changed = [] }: WireguardAttributes) {
    const words = [
      'wg set',
      name,
      ...keyWords('private-key', privateKey),
      ...(listenPort === undefined ? [] : ['listen-port', listenPort]),
      ...(fwmark === undefined ? [] : ['fwmark', fwmark]),
      ...changed.flatMap(peerWords),
    ]
    return [words.join(' ')]
  },
  toSpec({ privateKey, peers: listed = [], ...others }: WireguardOptions, secrets) {
    return {
      ...(secrets && privateKey ? { privateKey } : {}),
      ...others,
      peers: listed.map(({ presharedKey, persistentKeepalive, ...rest }) => ({
        ...rest,
        ...(secrets && presharedKey ? { presharedKey } : {}),
        ...(persistentKeepalive ? { persistentKeepalive } : {}),
      })),
    }
  },
}

/** `ip link add NAME type wireguard`: an encrypted tunnel to peers, man wg(8). */
export const wireguard: LinkKind<'wireguard', WireguardOptions> = defineLinkKind({
  kind: 'wireguard',
  ethernet: false,
  options,
  generic,
  exclusive: ['privateKey', 'privateKeyFile'],
  // drivers/net/wireguard/device.c, wg_setup and wg_open
  generalDefaults: { mtu: 1420, arp: false, multicast: false, addressGenerationMode: 'none' },
  defaults: { privateKey: null, listenPort: 0, fwmark: 0, peers: [] },
})
