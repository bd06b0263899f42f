import type { FixedMemory } from '../system/memory.js'

/**
 * Packets that were read at once. The bytes belong to the device: they are valid, and may be changed in place, until
 * the next batch is asked for. Copy what you keep.
 */
export class PacketBatch implements Iterable<Uint8Array> {
  readonly #memory: FixedMemory
  readonly #bounds: readonly number[]

  /** @internal @param bounds where each packet starts and ends in the memory, one after the other */
  constructor(memory: FixedMemory, bounds: readonly number[]) {
    this.#memory = memory
    this.#bounds = bounds
  }

  /** How many packets there are. */
  get length(): number {
    return this.#bounds.length / 2
  }

  /** Bytes of all packets together. */
  get byteLength(): number {
    let sum = 0
    this.eachRange((_memory, start, end) => {
      sum += end - start
    })
    return sum
  }

  /** A view of one packet; `undefined` behind the last. */
  packet(index: number): Uint8Array | undefined {
    const end = this.#bounds[2 * index + 1]
    return end === undefined ? undefined : this.#memory.bytes.subarray(this.#bounds[2 * index], end)
  }

  /** Views of all packets, in order. */
  [Symbol.iterator](): IterableIterator<Uint8Array> {
    // V8 walks through an array faster than through a generator.
    const views: Uint8Array[] = []
    this.eachRange((memory, start, end) => views.push(memory.bytes.subarray(start, end)))
    return views.values()
  }

  /** The packets as copies, which stay valid. */
  copy(): Uint8Array[] {
    return Array.from(this, (packet) => packet.slice())
  }

  /** @internal The packets for a system call, without a view of each. */
  eachRange(take: (memory: FixedMemory, start: number, end: number) => void): void {
    const bounds = this.#bounds
    for (let index = 0; index < bounds.length; index += 2) {
      take(this.#memory, bounds[index] ?? 0, bounds[index + 1] ?? 0)
    }
  }
}
