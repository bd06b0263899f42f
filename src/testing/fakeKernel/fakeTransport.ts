import { NetworkError } from '../../error.js'
import { messagesOf, type ReceivedMessage } from '../../netlink/message.js'
import type { Datagram, Received, Transport } from '../../netlink/transports/transport.js'
import { Waiters } from '../../netlink/transports/waiters.js'

// About what an skb costs besides its bytes.
const datagramOverhead = 768

/** What a socket needs of its kernel. */
export interface KernelSide {
  process(socket: FakeTransport, message: ReceivedMessage): void
  forget(socket: FakeTransport): void
}

/** A socket to a {@link FakeKernel}. */
export class FakeTransport implements Transport {
  readonly portId: number
  readonly answerCapacity: number
  /** The multicast groups that were joined. */
  readonly groups = new Set<number>()
  readonly #kernel: KernelSide
  readonly #capacity: number
  readonly #waiters = new Waiters(() => {})
  #queue: Datagram[] = []
  #queuedBytes = 0
  #overrun = false
  #closed = false
  #dump: Iterator<Uint8Array> | undefined

  /** Use `FakeKernel.transport()`. */
  constructor(kernel: KernelSide, portId: number, receiveBuffer: number) {
    this.#kernel = kernel
    this.portId = portId
    this.#capacity = receiveBuffer
    this.answerCapacity = Math.max(16, Math.floor(receiveBuffer / 2048))
  }

  get closed(): boolean {
    return this.#closed
  }

  send(datagram: Uint8Array): void {
    this.#assertOpen()
    for (const message of messagesOf(datagram.slice())) this.#kernel.process(this, message)
  }

  receive(): Received {
    this.#assertOpen()
    if (this.#overrun) {
      this.#overrun = false
      return { kind: 'overrun' }
    }
    const datagram = this.#queue.shift()
    if (!datagram) return { kind: 'empty' }
    this.#queuedBytes -= datagram.bytes.length + datagramOverhead
    // As the kernel does it: reading makes room, into which the running dump continues.
    this.#continueDump()
    return { kind: 'datagram', datagram }
  }

  readable(signal?: AbortSignal): Promise<void> {
    if (this.#closed || this.#overrun || this.#queue.length > 0) return Promise.resolve()
    return this.#waiters.wait(signal)
  }

  join(group: number): void {
    this.#assertOpen()
    this.groups.add(group)
  }

  leave(group: number): void {
    this.#assertOpen()
    this.groups.delete(group)
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#kernel.forget(this)
    this.#waiters.wake()
  }

  /** Puts a datagram into the receive buffer, or loses it where that is full. */
  deliver(bytes: Uint8Array, senderPortId = 0, truncated = false): void {
    if (this.#queuedBytes + bytes.length + datagramOverhead > this.#capacity) this.#overrun = true
    else {
      this.#queue.push({ bytes, senderPortId, truncated })
      this.#queuedBytes += bytes.length + datagramOverhead
    }
    this.#waiters.wake()
  }

  /** Tells the reader that something was lost. */
  overrun(): void {
    this.#overrun = true
    this.#waiters.wake()
  }

  /** Whether a dump is under way, so that another one is refused. */
  get dumping(): boolean {
    return this.#dump !== undefined
  }

  /** Begins a dump, whose parts are made as the reader takes those before. */
  startDump(parts: Iterator<Uint8Array>): void {
    this.#dump = parts
    this.#continueDump()
  }

  #continueDump(): void {
    if (!this.#dump || this.#queuedBytes > this.#capacity / 2) return
    const part = this.#dump.next()
    if (part.done) this.#dump = undefined
    else this.deliver(part.value)
  }

  #assertOpen(): void {
    if (this.#closed) throw new NetworkError('CLOSED', 'the netlink socket is closed')
  }
}
