import { KernelError } from './kernelMessage.js'

/** What can go wrong between a program and the kernel, to be asked for in tests. Each call adds to those before. */
export class Faults {
  readonly #counts = new Map<string, number>()
  readonly #changes: { countdown: number; error: KernelError }[] = []
  #dumpError: KernelError | undefined
  #interruptedPart = 0
  #midDump: (() => void)[] = []

  /** The next `times` dumps are interrupted (NLM_F_DUMP_INTR) from their part number `part` on, counted from 0. */
  interruptDumps(times = 1, part = 0): this {
    this.#interruptedPart = part
    return this.#add('interrupt', times)
  }

  /** The next `times` dumps fail with an error inside NLMSG_DONE, after their objects. */
  failDumps(errno: string, text = '', times = 1): this {
    this.#dumpError = new KernelError(errno, text)
    return this.#add('failDump', times)
  }

  /** Change number `k` from now on (1 is the next) is refused and not done. Reading is no change. */
  failChange(k: number, errno: string, text = ''): this {
    this.#changes.push({ countdown: k, error: new KernelError(errno, text) })
    return this
  }

  /** The next `times` answers to requests are lost by an overrun of the receive buffer. */
  overrunAnswers(times = 1): this {
    return this.#add('overrunAnswer', times)
  }

  /** The next `times` notifications are lost by an overrun, each for all who listen. */
  overrunNotifications(times = 1): this {
    return this.#add('overrunNotification', times)
  }

  /** Before each of the next `times` answers comes a forged refusal (EPERM) from another program. */
  forgeAnswers(times = 1): this {
    return this.#add('forge', times)
  }

  /** Before each of the next `times` answers comes one of the kernel's with a sequence number nobody asked with. */
  strayAnswers(times = 1): this {
    return this.#add('stray', times)
  }

  /** The next `times` answers are cut off, as if they were longer than the receiver's buffer. */
  truncateAnswers(times = 1): this {
    return this.#add('truncate', times)
  }

  /** The next `times` requests are done, and nothing is answered. */
  silence(times = 1): this {
    return this.#add('silence', times)
  }

  /** The next `times` requests with NLM_F_ECHO are acknowledged before they are echoed. */
  acknowledgeBeforeEcho(times = 1): this {
    return this.#add('ackFirst', times)
  }

  /** `action` runs once in the middle of the next dump, such as a change that interrupts it. */
  duringDump(action: () => void): this {
    this.#midDump.push(action)
    return this
  }

  /** Whether a fault strikes now; it is used up by that. @internal */
  strikes(name: string): boolean {
    const left = this.#counts.get(name) ?? 0
    if (left > 0) this.#counts.set(name, left - 1)
    return left > 0
  }

  /** @internal */
  interruption(): number | undefined {
    return this.strikes('interrupt') ? this.#interruptedPart : undefined
  }

  /** @internal */
  dumpError(): KernelError | undefined {
    return this.strikes('failDump') ? this.#dumpError : undefined
  }

  /** @internal */
  runMidDump(): void {
    const actions = this.#midDump
    this.#midDump = []
    for (const action of actions) action()
  }

  /** Counts a change and throws where it is to fail. @internal */
  countChange(): void {
    let refused: KernelError | undefined
    for (const change of this.#changes) if (--change.countdown === 0) refused ??= change.error
    if (refused) throw refused
  }

  #add(name: string, times: number): this {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + times)
    return this
  }
}
