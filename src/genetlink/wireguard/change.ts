import type { WireguardAttributes, WireguardPeer, WireguardPeerAttributes } from './attributes.js'
import type { WireguardOptions } from './device.js'
import { normalizeWireguard } from './normalize.js'

/** One thing that is said of a device or of a peer and is not so. */
export interface WireguardDifference {
  /** The property, `listenPort`, `peers.KEY.endpoint`; or the whole peer, `peers.KEY`. */
  readonly name: string
  readonly before?: unknown
  readonly after?: unknown
  /** Whether the values are keys, which nobody is to see. */
  readonly secret: boolean
}

/** What a peer is wanted to be; `null` where an endpoint is to go, which takes a new peer. */
export type WantedPeer = Omit<WireguardPeer, 'endpoint'> & { readonly endpoint?: string | null }

/** What a device is wanted to be. */
export type WantedWireguard = Omit<WireguardOptions, 'peers'> & { readonly peers?: readonly WantedPeer[] }

const deviceProperties = ['privateKey', 'listenPort', 'fwmark'] as const
const peerProperties = ['presharedKey', 'endpoint', 'persistentKeepalive', 'allowedIps'] as const
const secrets: ReadonlySet<string> = new Set(['privateKey', 'presharedKey'])

/**
 * What of the stated properties a device does not have. What is left out of a device or a peer is left as it is; the
 * lists of peers and of prefixes are whole.
 * @param isUp a device that is up has chosen a port, where it was left to it
 */
export function wireguardDifferences(
  stated: WantedWireguard,
  actual: WireguardOptions = {},
  isUp = false,
): WireguardDifference[] {
  const wanted = normalizeWireguard(stated)
  const differences = deviceDifferences(wanted, actual, isUp)
  if (!wanted.peers) return differences
  const present = byKey(actual.peers)
  for (const peer of wanted.peers) {
    const had = present.get(peer.publicKey)
    const name = `peers.${peer.publicKey}`
    if (!had) differences.push(difference(name, undefined, withoutSecrets(peer), false))
    else for (const property of differing(peer, had)) differences.push(ofPeer(name, property, peer, had))
  }
  const kept = byKey(wanted.peers)
  for (const peer of actual.peers ?? []) {
    if (!kept.has(peer.publicKey)) {
      differences.push(difference(`peers.${peer.publicKey}`, withoutSecrets(peer), undefined, false))
    }
  }
  return differences
}

function deviceDifferences(wanted: WantedWireguard, actual: WireguardOptions, isUp: boolean): WireguardDifference[] {
  return deviceProperties.flatMap((name) => {
    const after = wanted[name]
    const before = actual[name] ?? (name === 'privateKey' ? null : 0)
    const isChosen = name === 'listenPort' && after === 0 && isUp
    const isSame = after === undefined || after === before || isChosen
    return isSame ? [] : [difference(name, actual[name], after, secrets.has(name))]
  })
}

function difference(name: string, before: unknown, after: unknown, secret: boolean): WireguardDifference {
  return { name, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }), secret }
}

function ofPeer(
  name: string,
  property: (typeof peerProperties)[number],
  peer: WantedPeer,
  had: WireguardPeer,
): WireguardDifference {
  return difference(`${name}.${property}`, had[property], peer[property], secrets.has(property))
}

/** A peer as it is shown; that it has a preshared key is no secret. */
function withoutSecrets({ publicKey: _key, presharedKey, roaming: _roaming, ...others }: WantedPeer): object {
  return presharedKey ? { presharedKey: '(hidden)', ...others } : others
}

function byKey<T extends { readonly publicKey: string }>(peers: readonly T[] = []): Map<string, T> {
  return new Map(peers.map((peer) => [peer.publicKey, peer]))
}

function differing(peer: WantedPeer, had: WireguardPeer): (typeof peerProperties)[number][] {
  return peerProperties.filter((name) => {
    const after = peer[name]
    if (after === undefined) return false
    if (name === 'presharedKey') return after !== (had.presharedKey ?? null)
    if (name === 'endpoint') return after !== (had.endpoint ?? null) && !(peer.roaming && had.endpoint !== undefined)
    if (name === 'persistentKeepalive') return after !== (had.persistentKeepalive ?? 0)
    return missing(peer, had).length > 0 || missing(had, peer).length > 0
  })
}

/** The prefixes of one peer that another has not. */
function missing({ allowedIps = [] }: WantedPeer, from: WantedPeer): string[] {
  const known = new Set(from.allowedIps)
  return allowedIps.filter((prefix) => !known.has(prefix))
}

/**
 * The smallest change that makes a device have the stated properties. Prefixes are first given to those who are to
 * have them, which takes them from whoever had them (drivers/net/wireguard/allowedips.c, add), so that no packet finds
 * a prefix nowhere; then lists are replaced that are to be shorter; then peers go. No other peer is touched.
 */
export function wireguardChange(
  stated: WantedWireguard,
  actual: WireguardOptions = {},
  isUp = false,
): WireguardAttributes {
  const wanted = normalizeWireguard(stated)
  const device = Object.fromEntries(deviceDifferences(wanted, actual, isUp).map(({ name, after }) => [name, after]))
  const peers = wanted.peers ? changedPeers(wanted.peers, actual.peers ?? []) : []
  return { ...device, ...(peers.length > 0 ? { peers } : {}) }
}

function changedPeers(wanted: readonly WantedPeer[], actual: readonly WireguardPeer[]): WireguardPeerAttributes[] {
  const present = byKey(actual)
  const kept = byKey(wanted)
  const owners = new Map(wanted.flatMap(({ publicKey, allowedIps = [] }) => allowedIps.map((one) => [one, publicKey])))
  const given: WireguardPeerAttributes[] = []
  const replaced: WireguardPeerAttributes[] = []
  for (const peer of wanted) {
    const had = present.get(peer.publicKey)
    if (!had) given.push(newPeer(peer))
    else if (peer.endpoint === null && had.endpoint !== undefined) {
      // An endpoint cannot be taken away (drivers/net/wireguard/netlink.c, set_peer).
      replaced.push({ publicKey: peer.publicKey, remove: true }, newPeer({ ...had, ...peer }))
    } else changePeer(peer, had, owners, given, replaced)
  }
  const removed = actual.filter(({ publicKey }) => !kept.has(publicKey))
  return [...given, ...replaced, ...removed.map(({ publicKey }) => ({ publicKey, remove: true }))]
}

function newPeer({ roaming: _roaming, endpoint, presharedKey, allowedIps = [], ...peer }: WantedPeer) {
  return {
    ...peer,
    ...(presharedKey ? { presharedKey } : {}),
    ...(endpoint ? { endpoint } : {}),
    replaceAllowedIps: true,
    allowedIps,
  }
}

function changePeer(
  peer: WantedPeer,
  had: WireguardPeer,
  owners: ReadonlyMap<string, string>,
  given: WireguardPeerAttributes[],
  replaced: WireguardPeerAttributes[],
): void {
  const changed = differing(peer, had)
  if (changed.length === 0) return
  const { publicKey, allowedIps = [] } = peer
  const change: Record<string, unknown> = { publicKey, updateOnly: true }
  for (const name of changed) if (name !== 'allowedIps') change[name] = peer[name]
  if (!changed.includes('allowedIps')) {
    given.push(change as WireguardPeerAttributes)
    return
  }
  const added = missing(peer, had)
  // What another peer is given is taken from this one by that.
  const surplus = missing(had, peer).filter((prefix) => !owners.has(prefix))
  if (surplus.length === 0) {
    if (added.length > 0) change['allowedIps'] = added
    if (Object.keys(change).length > 2) given.push(change as WireguardPeerAttributes)
    return
  }
  if (added.length > 0) given.push({ publicKey, updateOnly: true, allowedIps: added })
  replaced.push({ ...change, replaceAllowedIps: true, allowedIps } as WireguardPeerAttributes)
}
