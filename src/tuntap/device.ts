import { setImmediate as nextTurn } from 'node:timers/promises'
import { NetworkError } from '../error.js'
import { errnoName, errnoNumber, errnoText } from '../system/errno.js'
import { lastErrno, libc } from '../system/libc.js'
import { type Watch, watchDescriptor } from '../system/readiness.js'
import { PacketBatch } from './batch.js'
import { describeLink, type TunTapMode } from './configuration.js'

/** What {@link TunTapDevice} is made of. */
export interface DeviceParts {
  readonly fd: number
  readonly name: string
  readonly mode: TunTapMode
  readonly maxPacket: number
}

const EINTR = errnoNumber('EINTR')
const EAGAIN = errnoNumber('EAGAIN')
const EBADFD = errnoNumber('EBADFD')

const packetsABatch = 64
// Batches that are there already never let the event loop turn; timers and other sockets must have their turn too.
const batchesATurn = 16
const slabSize = 1 << 18

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
  /** Bytes of the largest packet that is read whole. */
  readonly maxPacket: number
  readonly #fd: number
  #slab: Uint8Array | undefined
  #scratch: Uint8Array | undefined
  #watch: Watch | undefined
  #wake: (() => void) | undefined
  /** Bytes at the start of the slab that libuv's own read left there while an iteration waited. */
  #taken = 0
  #iterating = false
  #closed = false
  #ref = true
  #writeError: string | undefined

  /** @internal For `openTun` and `openTap`; takes over the descriptor. */
  constructor(parts: DeviceParts) {
    this.#fd = parts.fd
    this.name = parts.name
    this.mode = parts.mode
    this.maxPacket = parts.maxPacket
  }

  /** The descriptor, which is non-blocking and stays the device's own; −1 once it is closed. */
  get fd(): number {
    return this.#closed ? -1 : this.#fd
  }

  /** Whether the device was closed, here or because it was deleted. */
  get closed(): boolean {
    return this.#closed
  }

  /** Why the last {@link write} returned false: `EIO` for a link that is down, `EINVAL` for a malformed packet, … */
  get writeError(): string | undefined {
    return this.#writeError
  }

  /**
   * Sends one packet into the kernel, as if it had come in on the link. It never waits.
   *
   * @returns whether the kernel took it; {@link writeError} says why not
   * @throws NetworkError where the device is closed or deleted
   */
  write(packet: Uint8Array): boolean {
    this.#assertOpen()
    while (libc.write(this.#fd, packet, packet.length) < 0) {
      const errno = lastErrno()
      if (errno === EINTR) continue
      if (errno === EBADFD) throw this.#gone(errno)
      this.#writeError = errnoName(errno)
      return false
    }
    return true
  }

  /**
   * Takes one packet if one waits; the bytes are the caller's.
   *
   * @throws NetworkError where the device is closed or deleted
   */
  read(): Uint8Array | undefined {
    this.#assertOpen()
    this.#scratch ??= new Uint8Array(this.maxPacket)
    const length = this.#readInto(this.#scratch)
    return length < 0 ? undefined : this.#scratch.slice(0, length)
  }

  /** Lets a waiting iteration keep the process alive; the default. */
  ref(): void {
    this.#ref = true
    this.#watch?.setRef(true)
  }

  /** Lets the process end although an iteration waits. */
  unref(): void {
    this.#ref = false
    this.#watch?.setRef(false)
  }

  /** Closes the descriptor; a waiting iteration ends. A device that is not persistent is gone when this returns. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#watch?.stop()
    libc.close(this.#fd)
    this.#wake?.()
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
  async *[Symbol.asyncIterator](): AsyncGenerator<PacketBatch, void, undefined> {
    if (this.#iterating) throw new TypeError(`${describeLink(this.name)}: only one iteration at a time may read`)
    this.#iterating = true
    try {
      this.#slab ??= new Uint8Array(Math.max(slabSize, 2 * this.maxPacket))
      let batches = 0
      while (!this.#closed) {
        const batch = this.#drain(this.#slab)
        if (batch) yield batch
        if (!batch) await this.#readable(this.#slab)
        else if (++batches % batchesATurn === 0) await nextTurn()
      }
    } finally {
      this.#iterating = false
    }
  }

  /** Reads what waits: at most one batch, packed, each packet with room for the largest. */
  #drain(slab: Uint8Array): PacketBatch | undefined {
    const ends: number[] = []
    let position = this.#taken
    this.#taken = 0
    if (position > 0) ends.push(position)
    while (ends.length < packetsABatch && position + this.maxPacket <= slab.length) {
      const length = this.#readInto(slab.subarray(position, position + this.maxPacket), ends.length === 0)
      if (length < 0) break
      position += length
      ends.push(position)
    }
    return ends.length > 0 ? new PacketBatch(slab, ends) : undefined
  }

  /** Reads one packet; −1 where none waits. With packets in hand, a failure is left for the next call to find. */
  #readInto(target: Uint8Array, mayThrow = true): number {
    for (;;) {
      const length = libc.read(this.#fd, target, target.length)
      if (length >= 0) return length
      const errno = lastErrno()
      if (errno === EINTR) continue
      if (errno === EAGAIN || !mayThrow) return -1
      throw this.#gone(errno)
    }
  }

  #readable(slab: Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = undefined
        resolve()
      }
      if (this.#watch) this.#watch.resume()
      else this.#watch = this.#startWatch(slab)
    })
  }

  #startWatch(slab: Uint8Array): Watch {
    const watch = watchDescriptor(this.#fd, slab, {
      onRead: (_slab, length) => {
        this.#taken = length
        this.#wake?.()
        return false
      },
      // The next read of ours says what was wrong.
      onEnd: () => {
        this.#watch = undefined
        this.#wake?.()
      },
    })
    watch.setRef(this.#ref)
    return watch
  }

  #gone(errno: number): NetworkError {
    this.close()
    const code = errnoName(errno)
    const object = describeLink(this.name)
    const reason = errno === EBADFD ? 'the device was deleted' : `read: ${errnoText(errno)}`
    return new NetworkError(code, `${object}: ${reason} (${code})`, { errno, object })
  }

  #assertOpen(): void {
    const object = describeLink(this.name)
    if (this.#closed) throw new NetworkError('CLOSED', `${object}: the device is closed`, { object })
  }
}
