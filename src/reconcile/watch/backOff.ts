const patience = 3
const shortest = 50
const longest = 10_000

/**
 * How long to wait before the next repair. Some in a row are done at once; then, whether they fail or somebody undoes
 * each of them, the wait doubles, from 50 ms to 10 s, until there was quiet for some time.
 */
export class BackOff {
  #level = 0
  #last = Number.NEGATIVE_INFINITY

  /** Milliseconds to wait from now on. */
  delay(now: number): number {
    this.#calmDown(now)
    if (this.#level < patience) return 0
    return Math.max(0, Math.round(this.#last + this.#step() - now))
  }

  /** Takes note of a repair; one that failed is waited for at once. */
  note(now: number, failed: boolean): void {
    this.#calmDown(now)
    this.#level = Math.max(this.#level + 1, failed ? patience : 0)
    this.#last = now
  }

  #calmDown(now: number): void {
    if (now - this.#last > Math.max(1000, 4 * this.#step())) this.#level = 0
  }

  #step(): number {
    return Math.min(longest, shortest * 2 ** Math.max(0, this.#level - patience))
  }
}
