import { coalescePackets, type SegmentKind, splitPacket, type TunTapDevice } from '../../src/tuntap/index.js'
import { type DatagramSocket, describeSocketAddress, type SocketAddress } from './datagramSocket.js'
import type { Peer } from './peer.js'
import { sessionOf } from './session.js'

/** How a tunnel finds the other side, and what it lets in. */
export interface TunnelOptions {
  /** Where to find the other side; without it, this side waits for it. */
  readonly endpoint?: SocketAddress | undefined
  /** Milliseconds between looks at what is due. Default 250. */
  readonly careEvery?: number | undefined
  /** Whether a packet of the other side is let in. */
  readonly letsIn: (packet: Uint8Array) => boolean
  readonly log?: (line: string) => void
}

const large = [
  ['tso4', 'tcp4'],
  ['tso6', 'tcp6'],
  ['uso4', 'udp'],
] as const

/** Packets between a TUN device, which has a `vnetHeader` for super-packets, and the other side's socket. */
export class Tunnel {
  readonly #device: TunTapDevice
  readonly #socket: DatagramSocket
  readonly #peer: Peer
  readonly #options: TunnelOptions
  #endpoint: SocketAddress | undefined
  #session: number | undefined
  #failure: unknown
  /** Packets of one burst, which go to the device together. */
  #received: Uint8Array[] = []
  /** What the kernel takes in super-packets: the same that it gives. */
  readonly #large: readonly SegmentKind[]

  constructor(device: TunTapDevice, socket: DatagramSocket, peer: Peer, options: TunnelOptions) {
    this.#device = device
    this.#socket = socket
    this.#peer = peer
    this.#options = options
    this.#endpoint = options.endpoint
    this.#large = large.flatMap(([offload, kind]) => (device.offloads.includes(offload) ? [kind] : []))
  }

  /** Carries packets until the device is closed; throws when it was deleted, or the socket failed. */
  async run(): Promise<void> {
    this.#socket.listen({
      each: (message, from) => this.#receive(message, from),
      end: () => this.#deliver(),
      fail: (error) => this.#fail(error),
    })
    const care = (): void => this.#send(this.#peer.due())
    const timer = setInterval(care, this.#options.careEvery ?? 250)
    care()
    try {
      for await (const batch of this.#device) {
        for (const packet of batch) {
          splitPacket(packet, this.#device.vnetHeaderSize, (plain) => this.#append(this.#peer.seal(plain)))
        }
        if (this.#endpoint) this.#socket.flush(this.#endpoint)
      }
    } finally {
      clearInterval(timer)
      this.#socket.close()
    }
    if (this.#failure !== undefined) throw this.#failure
  }

  #receive(message: Buffer, from: SocketAddress): void {
    if (sessionOf(message) === undefined) {
      this.#greeted(message, from)
      return
    }
    const packet = this.#peer.unseal(message)
    if (!packet) return
    this.#heardFrom(from)
    if (packet.length > 0 && this.#options.letsIn(packet)) this.#received.push(packet)
  }

  #greeted(message: Buffer, from: SocketAddress): void {
    const greeted = this.#peer.greeted(message)
    if (!greeted) return
    // A hello may be one that was recorded, and sent by somebody else: who it is for shows only behind it.
    if (greeted.isFresh) this.#heardFrom(from)
    this.#socket.send(greeted.reply, from)
  }

  /** Whoever has the keys may have moved; `address` may be reused. */
  #heardFrom(address: SocketAddress): void {
    const moved = !this.#endpoint || Buffer.compare(this.#endpoint, address) !== 0
    if (moved) this.#endpoint = address
    if (!moved && this.#session === this.#peer.session) return
    this.#session = this.#peer.session
    this.#options.log?.(`session ${this.#session?.toString(16)} with ${describeSocketAddress(address)}`)
  }

  #deliver(): void {
    const packets = this.#received
    this.#received = []
    if (packets.length === 0 || this.#device.closed) return
    try {
      this.#device.writeBatch(coalescePackets(packets, this.#device.vnetHeaderSize, this.#large))
    } catch (error) {
      // The device was deleted: nobody would catch it here.
      this.#fail(error)
    }
  }

  #fail(error: unknown): void {
    this.#failure ??= error
    this.#device.close()
  }

  /** Sends with others of its burst. */
  #append(message: Buffer | undefined): void {
    if (message && this.#endpoint) this.#socket.append(message, this.#endpoint)
  }

  #send(message: Buffer | undefined): void {
    if (message && this.#endpoint) this.#socket.send(message, this.#endpoint)
  }
}
