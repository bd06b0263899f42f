import { coalescePackets, splitPacket, type TunTapDevice } from '../../src/tuntap/index.js'
import { type DatagramSocket, describeSocketAddress, type SocketAddress } from './datagramSocket.js'
import { answer, finish, type Hello, hello, type Identity } from './handshake.js'
import { type Session, sessionOf } from './session.js'

/** How a tunnel behaves; times in milliseconds. */
export interface TunnelOptions {
  readonly identity: Identity
  /** Where to find the other side; without it, this side waits for it. */
  readonly endpoint?: SocketAddress | undefined
  /** After how long the keys change. Default two minutes. */
  readonly rekeyAfter?: number | undefined
  /** Without any packet of the other side for so long, it is asked for anew. Default five seconds. */
  readonly deadAfter?: number | undefined
  readonly log?: (line: string) => void
}

const empty = new Uint8Array()
const retryAfter = 300

/** Packets between a TUN device, which has a `vnetHeader` for super-packets, and the other side's socket. */
export class Tunnel {
  readonly #device: TunTapDevice
  readonly #socket: DatagramSocket
  readonly #options: TunnelOptions
  /** By their numbers: the one in use, one before and one that the other side has not used yet. */
  readonly #sessions = new Map<number, Session>()
  #current: Session | undefined
  #hello: Hello | undefined
  #endpoint: SocketAddress | undefined
  #newestHello = 0
  #lastReceived = 0
  #lastSent = 0
  /** Packets of one burst, which go to the device together. */
  #received: Uint8Array[] = []

  constructor(device: TunTapDevice, socket: DatagramSocket, options: TunnelOptions) {
    this.#device = device
    this.#socket = socket
    this.#options = options
    this.#endpoint = options.endpoint
  }

  /** Carries packets until the device is closed. */
  async run(): Promise<void> {
    const { rekeyAfter = 120_000, deadAfter = 5000 } = this.#options
    this.#socket.listen(
      (message, from) => this.#receive(message, from),
      () => this.#deliver(),
    )
    const timer = setInterval(() => this.#care(rekeyAfter, deadAfter), Math.min(retryAfter, rekeyAfter / 4))
    this.#care(rekeyAfter, deadAfter)
    try {
      for await (const batch of this.#device) {
        // Without keys packets are lost, as on a line that is cut.
        const session = this.#current
        if (!session) continue
        for (const packet of batch) {
          splitPacket(packet, this.#device.vnetHeaderSize, (plain) => this.#send(session.seal(plain)))
        }
      }
    } finally {
      clearInterval(timer)
      this.#socket.close()
    }
  }

  #care(rekeyAfter: number, deadAfter: number): void {
    const now = performance.now()
    const current = this.#current
    const dead = now - this.#lastReceived > deadAfter
    if (!current || dead || now - current.since > rekeyAfter || current.sent > 2 ** 40) {
      if (!this.#endpoint) return
      // The same hello would be refused as a replay of itself, were it only its answer that was lost.
      this.#hello = hello(this.#options.identity)
      this.#send(this.#hello.message)
    } else if (now - this.#lastSent > deadAfter / 4) this.#send(current.seal(empty))
  }

  #receive(message: Buffer, from: SocketAddress): void {
    const id = sessionOf(message)
    if (id === undefined) {
      this.#greeted(message, from)
      return
    }
    const session = this.#sessions.get(id)
    const packet = session?.unseal(message)
    if (!session || !packet) return
    this.#heardFrom(from)
    // Who answered a hello keeps to the old keys until the other side shows that it has the new ones.
    if (this.#current !== session && session.since > (this.#current?.since ?? 0)) this.#use(session)
    if (packet.length > 0) this.#received.push(packet)
  }

  #greeted(message: Buffer, from: SocketAddress): void {
    const { identity } = this.#options
    const reply = answer(message, identity, this.#newestHello)
    if (reply) {
      this.#newestHello = reply.time
      this.#keep(reply.session)
      this.#heardFrom(from)
      this.#send(reply.message)
      return
    }
    const session = this.#hello && finish(message, this.#hello, identity)
    if (!session) return
    this.#hello = undefined
    this.#heardFrom(from)
    this.#keep(session)
    this.#use(session)
    this.#send(session.seal(empty))
  }

  #keep(session: Session): void {
    this.#sessions.set(session.id, session)
    for (const [id, old] of this.#sessions) {
      if (this.#sessions.size <= 4) return
      if (old !== this.#current) this.#sessions.delete(id)
    }
  }

  #use(session: Session): void {
    this.#current = session
    this.#options.log?.(
      `session ${session.id.toString(16)} with ${this.#endpoint && describeSocketAddress(this.#endpoint)}`,
    )
  }

  #deliver(): void {
    if (this.#received.length === 0 || this.#device.closed) return
    this.#device.writeBatch(coalescePackets(this.#received, this.#device.vnetHeaderSize))
    this.#received = []
  }

  #heardFrom(address: SocketAddress): void {
    this.#lastReceived = performance.now()
    // Only who has the keys gets here, so whoever it is may have moved.
    this.#endpoint = address
  }

  #send(message: Buffer): void {
    if (!this.#endpoint) return
    this.#lastSent = performance.now()
    this.#socket.send(message, this.#endpoint)
  }
}
