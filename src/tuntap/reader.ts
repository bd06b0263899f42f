import { setImmediate as nextTurn } from 'node:timers/promises'
import { errnoNumber } from '../system/errno.js'
import { lastErrno } from '../system/libc.js'
import { FixedMemory } from '../system/memory.js'
import { type Watch, watchDescriptor } from '../system/readiness.js'
import { mostSubmissions, SubmissionList } from '../system/submission.js'
import { PacketBatch } from './batch.js'
import { Counter } from './counters.js'

const EINTR = errnoNumber('EINTR')
const EAGAIN = errnoNumber('EAGAIN')

const packetsABatch = mostSubmissions
// Where few packets wait, a call for each is cheaper than trying for more.
const fewPackets = 4
// Batches that are there already never let the event loop turn; timers and other sockets must have their turn too.
const turnBudget = 1
const cacheLine = 64
// Of address space; only a device for packets far beyond 64 KiB has smaller batches because of it.
const largestSlab = 1 << 23
// What is read at once is to be in the processor's cache still when it is looked at.
const cachedBytes = 1 << 18

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
  #list: SubmissionList | undefined
  /** How many packets the last batch had, and whether there were no more. */
  #previous = 0
  #dry = true
  /** How many packets of the last batch's size fit into the cache. */
  #mostCached = packetsABatch
  /** Bytes at the start of the slab that libuv's own read left there while an iteration waited. */
  #taken = 0
  #stopped = false
  #left = false
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
    const memory = this.#slab()
    const taken = this.#taken
    this.#taken = 0
    if (this.#accept(taken)) return memory.bytes.slice(0, taken)
    const start = this.#places * this.#stride
    for (;;) {
      const length = this.#read(memory, start, this.#maxPacket + 1, true)
      if (length < 0) return undefined
      if (this.#accept(length)) return memory.bytes.slice(start, start + length)
    }
  }

  /** Ends a waiting iteration, too; what it has not taken is there for the next one. */
  leave(): void {
    this.#left = true
    if (!this.#wake) return
    this.#watch?.stop()
    this.#watch = undefined
    this.#wake()
  }

  async *batches(): AsyncGenerator<PacketBatch, void, undefined> {
    this.#left = false
    let turnStart = performance.now()
    while (!this.#stopped && !this.#left) {
      const memory = this.#slab()
      const batch = this.#drain(memory)
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
    this.#memory ??= this.#newSlab()
    return this.#memory
  }

  /**
   * Each packet has a place with room for the largest; pages of it that no packet ever reached cost nothing. One more
   * is for single reads, which leave a batch in hand as it is.
   */
  #newSlab(): FixedMemory {
    const memory = new FixedMemory((this.#places + 1) * this.#stride)
    this.#list = SubmissionList.create(this.#fd, 'read')
    for (let index = 0; index < this.#places; index++) {
      this.#list?.place(index, memory, index * this.#stride, this.#maxPacket + 1)
    }
    return memory
  }

  get #places(): number {
    return Math.max(1, Math.min(packetsABatch, Math.floor(largestSlab / this.#stride)))
  }

  /** Bytes from one place to the next: a packet, one byte that tells of a longer one, and on to a cache line's start. */
  get #stride(): number {
    return Math.ceil((this.#maxPacket + 1) / cacheLine) * cacheLine
  }

  /** Reads what waits: at most one batch. */
  #drain(memory: FixedMemory): PacketBatch | undefined {
    const most = this.#places
    const bounds: number[] = []
    const taken = this.#taken
    this.#taken = 0
    if (this.#accept(taken)) bounds.push(0, taken)
    const list = most > fewPackets && this.#previous >= fewPackets ? this.#list : undefined
    // After a burst there is mostly nothing, which one read finds out.
    if (list && this.#dry && bounds.length === 0) this.#readSingly(memory, 1, bounds)
    else if (!list) this.#readSingly(memory, most, bounds)
    const expected = Math.min(most, 2 * this.#previous, this.#mostCached)
    if (list && (bounds.length > 0 || !this.#dry) && !this.#readTogether(list, expected, bounds)) {
      this.#readSingly(memory, most, bounds)
    }
    if (bounds.length === 0) {
      this.#dry = true
      return undefined
    }
    this.#previous = bounds.length / 2
    this.#dry = this.#previous < expected
    const batch = new PacketBatch(memory, bounds)
    this.#mostCached = Math.max(fewPackets, Math.floor((cachedBytes * batch.length) / batch.byteLength))
    return batch
  }

  #readSingly(memory: FixedMemory, most: number, bounds: number[]): void {
    for (let place = bounds.length / 2; place < most; ) {
      const start = place * this.#stride
      const length = this.#read(memory, start, this.#maxPacket + 1, bounds.length === 0)
      if (length < 0) return
      if (!this.#accept(length)) continue
      bounds.push(start, start + length)
      place++
    }
  }

  /** @returns whether that settled it: otherwise single reads go on, and find what is wrong */
  #readTogether(list: SubmissionList, most: number, bounds: number[]): boolean {
    const first = bounds.length / 2
    if (first >= most) return true
    const done = list.submit(first, most - first)
    let refused = done === 0
    for (let index = first; index < first + done; index++) {
      const length = list.result(index)
      if (length < 0 && length !== -EAGAIN) refused = true
      else if (this.#accept(length)) bounds.push(index * this.#stride, index * this.#stride + length)
    }
    return bounds.length > 0 || !refused
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
