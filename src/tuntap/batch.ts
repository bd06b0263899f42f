import type { FixedMemory } from '../system/memory.js'

/**
 * Packets that were read at once. The bytes belong to the device: they are valid, and may be changed in place, until
 * the next batch is asked for. Copy what you keep.
 */
export class PacketBatch implements Iterable<Uint8Array> {
  readonly #memory: FixedMemory
  readonly #ends: readonly number[]

  /** @internal @param ends where each packet ends in the memory; it starts where the one before ends */
  constructor(memory: FixedMemory, ends: readonly number[]) {
    this.#memory = memory
    this.#ends = ends
  }

  /** How many packets there are. */
  get length(): number {
    return this.#ends.length
  }

  /** Bytes of all packets together. */
  get byteLength(): number {
    return this.#ends.at(-1) ?? 0
  }

  /** A view of one packet; `undefined` behind the last. */
  packet(index: number): Uint8Array | undefined {
    const end = this.#ends[index]
    return end === undefined ? undefined : this.#memory.bytes.subarray(index === 0 ? 0 : this.#ends[index - 1], end)
  }

  /** Views of all packets, in order. */
  *[Symbol.iterator](): Generator<Uint8Array, void, undefined> {
    let start = 0
    for (const end of this.#ends) {
      yield this.#memory.bytes.subarray(start, end)
      start = end
    }
  }

  /** The packets as copies, which stay valid. */
  copy(): Uint8Array[] {
    return Array.from(this, (packet) => packet.slice())
  }

  /** @internal The packets for a system call, without a view of each. */
  eachRange(take: (memory: FixedMemory, start: number, end: number) => void): void {
    let start = 0
    for (const end of this.#ends) {
      take(this.#memory, start, end)
      start = end
    }
  }
}
