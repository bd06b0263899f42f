import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { isUint8Array } from 'node:util/types'
import { NetworkError } from '../error.js'
import { errnoName, errnoNumber, errnoText } from '../system/errno.js'
import { leavable } from '../system/leavable.js'
import { lastErrno, libc } from '../system/libc.js'
import { mostSubmissions, SubmissionList } from '../system/submission.js'
import { PacketBatch } from './batch.js'
import { describeLink, type TunTapMode } from './configuration.js'
import { Counter, type QueueCounters } from './counters.js'
import { explain } from './explain.js'
import { setOffloads } from './offloads.js'
import type { Offload } from './options.js'
import { QueueReader } from './reader.js'

/** What {@link TunTapDevice} is made of. */
export interface DeviceParts {
  readonly fd: number
  /** By the one who opened it: Node keeps account of its own. */
  readonly closeDescriptor: (fd: number) => void
  readonly name: string
  readonly mode: TunTapMode
  readonly maxPacket: number
  readonly vnetHeaderSize: number
  readonly offloads: readonly Offload[]
}

const EINTR = errnoNumber('EINTR')
const EAGAIN = errnoNumber('EAGAIN')
const ENOBUFS = errnoNumber('ENOBUFS')
const EBADFD = errnoNumber('EBADFD')

// A write takes some microseconds: about a millisecond of them, then the event loop has its turn.
const writesATurn = 128
const fullQueueDelay = 1

/**
 * An open queue of a TUN or TAP device.
 *
 * Iterate it for packets: `for await (const batch of device) for (const packet of batch) …`. The iteration ends when
 * the device is closed here and throws a {@link NetworkError} (`EBADFD`) when it was deleted; leaving the loop does not
 * close it. The device keeps the process alive only while an iteration waits for packets.
 */
export class TunTapDevice implements AsyncIterable<PacketBatch>, Disposable, AsyncDisposable {
  /** The name of the link when it was opened. */
  readonly name: string
  /** `tun` for IP packets, `tap` for Ethernet frames. */
  readonly mode: TunTapMode
  /** Bytes of the largest packet that is read; longer ones are dropped and counted. */
  readonly maxPacket: number
  /** Bytes of the `virtio_net_hdr` in front of each packet; 0 without `vnetHeader`. */
  readonly vnetHeaderSize: number
  readonly #fd: number
  readonly #closeDescriptor: (fd: number) => void
  readonly #reader: QueueReader
  readonly #sent = new Counter()
  #offloads: readonly Offload[]
  #iteration: symbol | undefined
  #closed = false
  #writeErrno = 0
  #list: SubmissionList | 'none' | undefined
  /** Why it was closed, where nobody here did it. */
  #failure: NetworkError | undefined

  /** @internal For `openTun` and `openTap`; takes over the descriptor. */
  constructor(parts: DeviceParts) {
    this.#fd = parts.fd
    this.#closeDescriptor = parts.closeDescriptor
    this.name = parts.name
    this.mode = parts.mode
    this.maxPacket = parts.maxPacket
    this.vnetHeaderSize = parts.vnetHeaderSize
    this.#offloads = parts.offloads
    this.#reader = new QueueReader(parts.fd, parts.maxPacket, (errno) => this.#gone(errno))
  }

  /** The descriptor, which is non-blocking and stays the device's own; −1 once it is closed. */
  get fd(): number {
    return this.#closed ? -1 : this.#fd
  }

  /** Whether the device was closed, here or because it was deleted. */
  get closed(): boolean {
    return this.#closed
  }

  /** What went through this queue since it was opened. */
  get counters(): QueueCounters {
    return { received: this.#reader.counter.snapshot(), sent: this.#sent.snapshot() }
  }

  /** What the program takes over from the kernel, as it was granted. */
  get offloads(): readonly Offload[] {
    return this.#offloads
  }

  /**
   * Changes the offloads while packets flow, for all queues of the device. `[]` is the switch for when super-packets
   * make trouble: the kernel then splits them itself. Packets that wait already come as they are.
   *
   * @returns what was granted
   * @throws NetworkError where the kernel refuses, and where the device is closed
   */
  setOffloads(offloads: readonly Offload[] | 'available'): readonly Offload[] {
    this.#assertOpen()
    try {
      this.#offloads = setOffloads(this.#fd, offloads, this.vnetHeaderSize > 0, describeLink(this.name))
    } catch (error) {
      throw explain(error, { name: this.name, mode: this.mode, action: 'attach' }, undefined)
    }
    return this.#offloads
  }

  /** Why the last {@link write} returned false: `EIO` for a link that is down, `EINVAL` for a malformed packet, … */
  get writeError(): string | undefined {
    return this.#writeErrno === 0 ? undefined : errnoName(this.#writeErrno)
  }

  /**
   * Sends one packet into the kernel, as if it had come in on the link. It never waits.
   *
   * @returns whether the kernel took it; {@link writeError} says why not
   * @throws NetworkError where the device is closed or deleted
   */
  write(packet: Uint8Array): boolean {
    this.#assertOpen()
    if (!isUint8Array(packet)) throw this.#noPacket(packet)
    for (;;) {
      if (libc.write(this.#fd, packet, packet.length) >= 0) return this.#wrote(packet.length)
      if (!this.#retry(lastErrno())) return false
    }
  }

  /**
   * {@link write} for many packets, or for a batch as it was read. A packet that the kernel refuses holds nobody up.
   *
   * @returns how many the kernel took
   */
  writeBatch(packets: Iterable<Uint8Array>): number {
    this.#assertOpen()
    this.#checkPackets(packets)
    let taken = 0
    if (packets instanceof PacketBatch) {
      const list = packets.length > 1 ? this.#submissions() : undefined
      if (list && packets.length <= mostSubmissions) return this.#writeTogether(packets, list)
      packets.eachRange((memory, start, end) => {
        do {
          if (memory.write(this.#fd, start, end - start) < 0) continue
          this.#wrote(end - start)
          taken++
          return
        } while (this.#retry(lastErrno()))
      })
    } else for (const packet of packets) if (this.write(packet)) taken++
    return taken
  }

  /**
   * Writes packets with backpressure: waits while the kernel has no room (`sendBuffer`), and lets the event loop turn
   * between many. The packets must stay as they are until it is done.
   *
   * @returns how many the kernel took; the others it refused
   * @throws NetworkError where the device is closed or deleted meanwhile
   */
  async send(packets: Iterable<Uint8Array>): Promise<number> {
    this.#checkPackets(packets)
    let taken = 0
    let tried = 0
    for (const packet of packets) {
      while (!this.write(packet)) {
        if (this.#writeErrno !== EAGAIN && this.#writeErrno !== ENOBUFS) break
        this.#sent.dropped--
        this.#writeErrno = 0
        await sleep(fullQueueDelay)
      }
      if (this.#writeErrno === 0) taken++
      if (++tried % writesATurn === 0) await nextTurn()
    }
    return taken
  }

  /**
   * Takes one packet if one waits; the bytes are the caller's.
   *
   * @throws NetworkError where the device is closed or deleted
   */
  read(): Uint8Array | undefined {
    this.#assertOpen()
    return this.#reader.one()
  }

  /** Lets a waiting iteration keep the process alive; the default. */
  ref(): void {
    this.#reader.setRef(true)
  }

  /** Lets the process end although an iteration waits. */
  unref(): void {
    this.#reader.setRef(false)
  }

  /** Closes the descriptor; a waiting iteration ends. A device that is not persistent is gone when this returns. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#reader.stop()
    this.#closeDescriptor(this.#fd)
  }

  /** Closes it at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.close()
  }

  /** Closes it at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void> {
    this.close()
    return Promise.resolve()
  }

  /** Packets as they come, in batches, until the device is closed. */
  [Symbol.asyncIterator](): AsyncGenerator<PacketBatch, void, undefined> {
    const iteration = Symbol()
    return leavable(this.#batches(iteration), () => {
      if (this.#iteration === iteration) this.#reader.leave()
    })
  }

  async *#batches(iteration: symbol): AsyncGenerator<PacketBatch, void, undefined> {
    if (this.#iteration) throw new TypeError(`${describeLink(this.name)}: only one iteration at a time may read`)
    this.#iteration = iteration
    try {
      yield* this.#reader.batches()
      // A write may have found out first.
      if (this.#failure) throw this.#failure
    } finally {
      this.#iteration = undefined
    }
  }

  #wrote(bytes: number): true {
    this.#sent.add(bytes)
    this.#writeErrno = 0
    return true
  }

  #submissions(): SubmissionList | undefined {
    if (this.#list === undefined) this.#list = SubmissionList.create(this.#fd, 'write') ?? 'none'
    return this.#list === 'none' ? undefined : this.#list
  }

  #writeTogether(batch: PacketBatch, list: SubmissionList): number {
    const lengths: number[] = []
    batch.eachRange((memory, start, end) => {
      list.place(lengths.length, memory, start, end - start)
      lengths.push(end - start)
    })
    const done = list.submit(0, lengths.length)
    let taken = 0
    for (const [index, length] of lengths.entries()) {
      const result = index < done ? list.result(index) : -EAGAIN
      if (result >= 0) {
        this.#wrote(length)
        taken++
      } else this.#retry(-result)
    }
    return taken
  }

  /** Whether a write that failed is to be tried again at once. */
  #retry(errno: number): boolean {
    if (errno === EINTR) return true
    if (errno === EBADFD) throw this.#gone(errno)
    this.#sent.dropped++
    this.#writeErrno = errno
    return false
  }

  #gone(errno: number): NetworkError {
    this.close()
    const code = errnoName(errno)
    const object = describeLink(this.name)
    const reason = errno === EBADFD ? 'the device was deleted' : `read: ${errnoText(errno)}`
    this.#failure = new NetworkError(code, `${object}: ${reason} (${code})`, { errno, object })
    return this.#failure
  }

  #checkPackets(packets: Iterable<Uint8Array>): void {
    if (typeof packets === 'object' && packets !== null && Symbol.iterator in packets) return
    throw this.#noPacket(packets, 'list of packets')
  }

  #noPacket(value: unknown, what = 'packet, a Uint8Array'): NetworkError {
    const object = describeLink(this.name)
    const shown = typeof value === 'object' && value !== null ? 'an object' : String(value)
    return new NetworkError('INVALID_ARGUMENT', `${object}: ${shown} is no ${what}`, { object })
  }

  #assertOpen(): void {
    if (!this.#closed) return
    if (this.#failure) throw this.#failure
    const object = describeLink(this.name)
    throw new NetworkError('CLOSED', `${object}: the device is closed`, { object })
  }
}
