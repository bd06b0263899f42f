/** A part of a trial: who sends, for how many answers before they are counted, and how many are. */
interface Part {
  readonly both: boolean
  readonly settling: number
  readonly counted: number
}

/** At first, what V8 has to compile is in the time, too. The datagrams of one socket are half as long again as those of two. */
const parts: readonly Part[] = [
  { both: false, settling: 8, counted: 0 },
  { both: true, settling: 2, counted: 16 },
  { both: false, settling: 2, counted: 8 },
]

interface Tally {
  items: number
  time: number
}

/**
 * Finds out whether two sockets send a stream faster than one: on some machines they take half the time, on others they
 * wait for each other in the kernel for a quarter more of it. Figures are in docs/routes-at-scale.md.
 */
export class SocketTrial {
  readonly #tallies: readonly [one: Tally, both: Tally] = [
    { items: 0, time: 0 },
    { items: 0, time: 0 },
  ]
  #part = 0
  #answers = 0
  #start = 0
  #both = false
  #ended = false
  #waiting: (() => void)[] = []

  /** Whether the second socket sends now. */
  get both(): boolean {
    return this.#both
  }

  /** Notes that items were sent and answered. */
  note(items: number, now: number = performance.now()): void {
    const part = parts[this.#part]
    if (!part) return
    this.#answers++
    if (this.#answers > part.settling) this.#tallies[part.both ? 1 : 0].items += items
    else this.#start = now
    if (this.#answers < part.settling + part.counted) return
    this.#tallies[part.both ? 1 : 0].time += now - this.#start
    this.#part++
    this.#answers = 0
    const [one, both] = this.#tallies
    this.#both = parts[this.#part]?.both ?? both.items * one.time > one.items * both.time
    if (this.#both) this.#wake()
  }

  /** Waits until the second socket sends, or nothing is left for it. */
  async untilBoth(): Promise<void> {
    if (!this.#both && !this.#ended) await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  /** Has nobody wait any longer. */
  end(): void {
    this.#ended = true
    this.#wake()
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}
