import {
  type WireguardAttributes,
  type WireguardPeerAttributes,
  wireguardLayout,
} from '../../genetlink/wireguard/attributes.js'
import { clampedKey, publicKeyOf } from '../../genetlink/wireguard/key.js'
import { WG_CMD_GET_DEVICE, WG_CMD_SET_DEVICE, WG_GENL_VERSION } from '../../genetlink/wireguard/messages.js'
import type { Payload } from '../../netlink/bytes.js'
import { withoutNames } from '../../netlink/codec.js'
import { decodeMessage } from '../../netlink/message.js'
import { type FakeLink, IFF_UP } from './fakeLink.js'
import { encodeBody, KernelError } from './kernelMessage.js'
import type { LinkTable } from './linkTable.js'

interface FakePeer {
  presharedKey: string | null
  endpoint: string | undefined
  persistentKeepalive: number
  allowedIps: string[]
}

interface FakeDevice {
  privateKey: string | null
  listenPort: number
  fwmark: number
  readonly peers: Map<string, FakePeer>
}

const firstFreePort = 40_000

/** How many peers, and prefixes of a peer, a part of a dump has; the real one goes by bytes. */
const peersAPart = 20
const prefixesAPart = 100

/** The family `wireguard`: drivers/net/wireguard/netlink.c. */
export class FakeWireguard {
  /** The commands that change nothing. */
  readonly reading: readonly number[] = [WG_CMD_GET_DEVICE]
  readonly #links: LinkTable
  readonly #devices = new WeakMap<FakeLink, FakeDevice>()

  constructor(links: LinkTable) {
    this.#links = links
  }

  /** Does what a request asks for, and returns the bodies of a dump. */
  handle(body: Payload): readonly Uint8Array[] {
    const { header, attributes } = decodeMessage(wireguardLayout, body, withoutNames)
    const link = this.#linkOf(attributes)
    const device = this.#devices.get(link) ?? { privateKey: null, listenPort: 0, fwmark: 0, peers: new Map() }
    this.#devices.set(link, device)
    // A device that is up has a port, chosen where none was told: drivers/net/wireguard/socket.c, wg_socket_init.
    if (link.flags & IFF_UP && device.listenPort === 0) device.listenPort = firstFreePort + link.index
    if (header.command === WG_CMD_GET_DEVICE) return describe(link, device)
    if (header.command !== WG_CMD_SET_DEVICE) throw new KernelError('EOPNOTSUPP')
    setDevice(device, attributes)
    return []
  }

  #linkOf({ index, name }: WireguardAttributes): FakeLink {
    const link = index === undefined ? this.#links.byName(name ?? '') : this.#links.byIndex(index)
    if (!link) throw new KernelError('ENODEV')
    if (link.kind !== 'wireguard') throw new KernelError('EOPNOTSUPP')
    return link
  }
}

function setDevice(device: FakeDevice, change: WireguardAttributes): void {
  const { privateKey, listenPort, fwmark, replacePeers, peers = [] } = change
  if (listenPort !== undefined) device.listenPort = listenPort
  if (fwmark !== undefined) device.fwmark = Number(fwmark)
  if (replacePeers) device.peers.clear()
  if (privateKey !== undefined) device.privateKey = privateKey && clampedKey(privateKey)
  const own = device.privateKey === null ? undefined : publicKeyOf(device.privateKey)
  // A device is no peer of its own.
  if (own !== undefined) device.peers.delete(own)
  for (const peer of peers) if (peer.publicKey !== own) setPeer(device, peer)
}

function setPeer({ peers }: FakeDevice, change: WireguardPeerAttributes): void {
  const { publicKey, remove, updateOnly, replaceAllowedIps, allowedIps = [] } = change
  if (publicKey === undefined) throw new KernelError('EINVAL')
  if (remove) peers.delete(publicKey)
  if (remove || (updateOnly && !peers.has(publicKey))) return
  const peer = peers.get(publicKey) ?? newPeer()
  peers.set(publicKey, peer)
  if (change.presharedKey !== undefined) peer.presharedKey = change.presharedKey
  if (change.endpoint !== undefined) peer.endpoint = change.endpoint
  if (change.persistentKeepalive !== undefined) peer.persistentKeepalive = change.persistentKeepalive
  if (replaceAllowedIps) peer.allowedIps = []
  const given = new Set(allowedIps)
  // A prefix belongs to one peer: drivers/net/wireguard/allowedips.c, add.
  for (const other of peers.values()) other.allowedIps = other.allowedIps.filter((prefix) => !given.has(prefix))
  peer.allowedIps.push(...given)
}

function newPeer(): FakePeer {
  return { presharedKey: null, endpoint: undefined, persistentKeepalive: 0, allowedIps: [] }
}

/** The parts of a dump: the device is told in the first, and a long peer goes on in the next one. */
function describe({ index, name }: FakeLink, device: FakeDevice): Uint8Array[] {
  const { privateKey, listenPort, fwmark } = device
  const keys = privateKey === null ? {} : { privateKey, publicKey: publicKeyOf(privateKey) }
  const parts: WireguardPeerAttributes[][] = [[]]
  for (const [publicKey, peer] of device.peers) {
    const { endpoint, allowedIps, ...others } = peer
    const whole = { publicKey, ...others, ...(endpoint === undefined ? {} : { endpoint }), received: 0, sent: 0 }
    if ((parts.at(-1)?.length ?? 0) >= peersAPart) parts.push([])
    parts.at(-1)?.push({ ...whole, allowedIps: allowedIps.slice(0, prefixesAPart) })
    for (let start = prefixesAPart; start < allowedIps.length; start += prefixesAPart) {
      parts.push([{ publicKey, allowedIps: allowedIps.slice(start, start + prefixesAPart) }])
    }
  }
  const header = { command: WG_CMD_GET_DEVICE, version: WG_GENL_VERSION }
  return parts.map((peers, part) => {
    const own = part === 0 ? { index, name, listenPort, fwmark, ...keys } : {}
    return encodeBody(wireguardLayout, header, { ...own, ...(peers.length > 0 ? { peers } : {}) })
  })
}
