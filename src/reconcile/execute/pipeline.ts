import type { NetworkError } from '../../error.js'
import { bytesASend } from '../../netlink/batch.js'
import type { NetlinkMessage } from '../../netlink/message.js'
import type { ApplyOptions } from '../options/options.js'
import type { PlannedStep } from '../steps/step.js'
import type { Place } from '../world/place.js'
import type { Echoes } from './echoes.js'
import { isGone } from './gone.js'

/** Where the execution of a plan stopped. */
export interface Failure {
  readonly step: PlannedStep
  readonly error: NetworkError
}

/** Little is pending at first, so that the kernel has something to do while the rest is written. */
const bytesAtFirst = 1 << 12

/** One message, and the step that it belongs to. */
interface Pending {
  readonly message: NetlinkMessage
  readonly step: PlannedStep
}

/** Messages on their way to the kernel: while it works on what was sent, the next ones are written. */
export class Pipeline {
  readonly #options: ApplyOptions
  readonly #echoes: Echoes | undefined
  #place: Place | undefined
  #pending: Pending[] = []
  #pendingBytes = 0
  /** How much is pending when it is sent. */
  #mostPending = bytesAtFirst
  #sent: Promise<Failure | undefined> = Promise.resolve(undefined)

  constructor(options: ApplyOptions, echoes: Echoes | undefined) {
    this.#options = options
    this.#echoes = echoes
  }

  /** Settles when what was sent is answered; what is pending still is not sent by it. */
  get sent(): Promise<Failure | undefined> {
    return this.#sent
  }

  /** Has the messages that follow go to a namespace, once those for another one are answered. */
  async lead(place: Place): Promise<Failure | undefined> {
    const failure = this.#place && this.#place !== place ? await this.flush() : undefined
    if (!failure) this.#place = place
    return failure
  }

  add(messages: readonly NetlinkMessage[], step: PlannedStep): void {
    for (const message of messages) {
      this.#pending.push({ message, step })
      this.#pendingBytes += message.bytes.length
    }
  }

  /** Sends what is pending if it is much. */
  async sendIfMuch(): Promise<Failure | undefined> {
    return this.#pendingBytes >= this.#mostPending ? await this.#send() : undefined
  }

  /** Sends what is pending and waits for the kernel's answer. */
  async flush(): Promise<Failure | undefined> {
    return (await this.#send()) ?? (await this.#sent)
  }

  /** Sends what is pending, once what was sent before has succeeded. */
  async #send(): Promise<Failure | undefined> {
    const failure = await this.#sent
    if (failure) return failure
    const pending = this.#pending
    this.#pending = []
    this.#pendingBytes = 0
    this.#mostPending = Math.min(2 * this.#mostPending, bytesASend)
    this.#sent = this.#place && pending.length > 0 ? this.#batch(pending, this.#place) : Promise.resolve(undefined)
    // Whoever awaits it next is told.
    this.#sent.catch(() => undefined)
    return undefined
  }

  async #batch(pending: readonly Pending[], place: Place): Promise<Failure | undefined> {
    const { errors } = await place.connection.batch(
      pending.map(({ message }) => message),
      {
        ...this.#options,
        stopAtError: true,
        isHarmless: (error, index) => isGoneAt(pending[index], error),
        echo: this.#echoes?.of(place),
      },
    )
    const [first] = [...errors].sort(([a], [b]) => a - b)
    const failed = first && pending[first[0]]
    return first && failed ? { step: failed.step, error: first[1] } : undefined
  }
}

function isGoneAt(pending: Pending | undefined, error: NetworkError): boolean {
  return pending !== undefined && isGone(pending.message, error)
}
