const size = 2048

/** Which counters have been seen, of the newest 2,048 (RFC 6479's idea, with one bit a counter). */
export class ReplayWindow {
  readonly #seen = new Uint8Array(size)
  #newest = -1

  /** Whether a counter is new; asked only for packets that are authentic, since it is taken note of. */
  accept(counter: number): boolean {
    if (counter <= this.#newest - size) return false
    if (counter > this.#newest) {
      // What lies between the newest and this one has not come yet; its places may hold counters of a round before.
      for (let next = Math.max(this.#newest + 1, counter - size + 1); next < counter; next++)
        this.#seen[next % size] = 0
      this.#newest = counter
    } else if (this.#seen[counter % size] === 1) return false
    this.#seen[counter % size] = 1
    return true
  }
}
