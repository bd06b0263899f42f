/**
 * Packets that were read at once. The bytes belong to the device: they are valid, and may be changed in place, until
 * the next batch is asked for. Copy what you keep.
 */
export class PacketBatch implements Iterable<Uint8Array> {
  readonly #slab: Uint8Array
  readonly #ends: readonly number[]

  /** @param ends where each packet ends in the slab; it starts where the one before ends */
  constructor(slab: Uint8Array, ends: readonly number[]) {
    this.#slab = slab
    this.#ends = ends
  }

  /** How many packets there are. */
  get length(): number {
    return this.#ends.length
  }

  /** A view of one packet; `undefined` behind the last. */
  packet(index: number): Uint8Array | undefined {
    const end = this.#ends[index]
    return end === undefined ? undefined : this.#slab.subarray(index === 0 ? 0 : this.#ends[index - 1], end)
  }

  /** Views of all packets, in order. */
  *[Symbol.iterator](): Generator<Uint8Array, void, undefined> {
    let start = 0
    for (const end of this.#ends) {
      yield this.#slab.subarray(start, end)
      start = end
    }
  }

  /** The packets as copies, which stay valid. */
  copy(): Uint8Array[] {
    return Array.from(this, (packet) => packet.slice())
  }
}
