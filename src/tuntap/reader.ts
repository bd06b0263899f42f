import { setImmediate as nextTurn } from 'node:timers/promises'
import { errnoNumber } from '../system/errno.js'
import { lastErrno } from '../system/libc.js'
import { FixedMemory } from '../system/memory.js'
import { type Watch, watchDescriptor } from '../system/readiness.js'
import { PacketBatch } from './batch.js'
import { Counter } from './counters.js'

const EINTR = errnoNumber('EINTR')
const EAGAIN = errnoNumber('EAGAIN')

const packetsABatch = 64
// Batches that are there already never let the event loop turn; timers and other sockets must have their turn too.
const turnBudget = 1
const slabSize = 1 << 18

/** Reads packets from a descriptor, in batches. */
export class QueueReader {
  readonly counter = new Counter()
  readonly #fd: number
  readonly #maxPacket: number
  /** Closes the device and makes the error of a failed call. */
  readonly #fail: (errno: number) => Error
  #memory: FixedMemory | undefined
  #watch: Watch | undefined
  #wake: (() => void) | undefined
  /** Bytes at the start of the slab that libuv's own read left there while an iteration waited. */
  #taken = 0
  #stopped = false
  #ref = true

  constructor(fd: number, maxPacket: number, fail: (errno: number) => Error) {
    this.#fd = fd
    this.#maxPacket = maxPacket
    this.#fail = fail
  }

  setRef(ref: boolean): void {
    this.#ref = ref
    this.#watch?.setRef(ref)
  }

  /** Ends a waiting iteration; the descriptor is read no more. */
  stop(): void {
    this.#stopped = true
    this.#watch?.stop()
    this.#wake?.()
  }

  /** One packet, as bytes of the caller's. */
  one(): Uint8Array | undefined {
    const batch = this.#drain(this.#slab(), 1)
    return batch?.packet(0)?.slice()
  }

  async *batches(): AsyncGenerator<PacketBatch, void, undefined> {
    let turnStart = performance.now()
    while (!this.#stopped) {
      const memory = this.#slab()
      const batch = this.#drain(memory, packetsABatch)
      if (batch) {
        yield batch
        if (performance.now() - turnStart < turnBudget) continue
        await nextTurn()
      } else await this.#readable(memory)
      turnStart = performance.now()
    }
  }

  #slab(): FixedMemory {
    // A view that was transferred to a worker took the memory with it, and the watch's with it.
    if (this.#memory?.detached) {
      this.#watch?.stop()
      this.#watch = undefined
      this.#memory = undefined
      this.#taken = 0
    }
    this.#memory ??= new FixedMemory(Math.max(slabSize, 2 * (this.#maxPacket + 1)))
    return this.#memory
  }

  /** Reads what waits: at most one batch, packed, each packet with room for the largest and one byte that tells. */
  #drain(memory: FixedMemory, most: number): PacketBatch | undefined {
    const ends: number[] = []
    const room = this.#maxPacket + 1
    let position = this.#accept(this.#taken) ? this.#taken : 0
    this.#taken = 0
    if (position > 0) ends.push(position)
    while (ends.length < most && position + room <= memory.bytes.length) {
      const length = this.#read(memory, position, room, ends.length === 0)
      if (length < 0) break
      if (!this.#accept(length)) continue
      position += length
      ends.push(position)
    }
    return ends.length > 0 ? new PacketBatch(memory, ends) : undefined
  }

  /** Counts a packet; one that was cut is none. */
  #accept(length: number): boolean {
    if (length > this.#maxPacket) this.counter.dropped++
    else if (length > 0) this.counter.add(length)
    return length > 0 && length <= this.#maxPacket
  }

  /** Reads one packet; −1 where none waits. With packets in hand, a failure is left for the next call to find. */
  #read(memory: FixedMemory, offset: number, room: number, mayThrow: boolean): number {
    for (;;) {
      const length = memory.read(this.#fd, offset, room)
      if (length >= 0) return length
      const errno = lastErrno()
      if (errno === EINTR) continue
      if (errno === EAGAIN || !mayThrow) return -1
      throw this.#fail(errno)
    }
  }

  #readable(memory: FixedMemory): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = undefined
        resolve()
      }
      if (this.#watch) this.#watch.resume()
      else this.#watch = this.#startWatch(memory)
    })
  }

  #startWatch(memory: FixedMemory): Watch {
    const watch: Watch = watchDescriptor(this.#fd, memory.bytes.subarray(0, this.#maxPacket + 1), {
      onRead: (_slab, length) => {
        this.#taken = length
        this.#wake?.()
        return false
      },
      // The next read of ours says what was wrong.
      onEnd: () => {
        if (this.#watch !== watch) return
        this.#watch = undefined
        this.#wake?.()
      },
    })
    watch.setRef(this.#ref)
    return watch
  }
}
