import type { NetworkError } from '../../error.js'
import { bytesASend } from '../../netlink/batch.js'
import { type NetlinkMessage, NLM_F_EXCL } from '../../netlink/message.js'
import { RTM_NEWLINK } from '../../rtnetlink/constants.js'
import type { ApplyOptions } from '../options/options.js'
import type { Operation } from '../steps/operation.js'
import type { PlannedStep } from '../steps/step.js'
import type { Place } from '../world/place.js'
import type { Echoes } from './echoes.js'
import { isGone } from './gone.js'

/** Where the execution of a plan stopped. */
export interface Failure {
  readonly step: PlannedStep
  readonly error: NetworkError
  /** The steps of which the kernel has surely done nothing: what is there under their names is somebody else's. */
  readonly untouched?: ReadonlySet<PlannedStep>
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
  readonly #begun: Set<PlannedStep>
  /** How many messages of each step are not answered yet, or failed. */
  readonly #left = new Map<PlannedStep, number>()

  /** @param begun where it is noted of which steps anything was sent */
  constructor(options: ApplyOptions, echoes: Echoes | undefined, begun: Set<PlannedStep>) {
    this.#options = options
    this.#begun = begun
    this.#echoes = echoes
  }

  /** Settles when what was sent is answered; what is pending still is not sent by it. */
  get sent(): Promise<Failure | undefined> {
    return this.#sent
  }

  /** Whether the kernel has told of all that was to be sent of a step that it did it. */
  isAnswered(step: PlannedStep): boolean {
    return (this.#left.get(step) ?? 0) === 0
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
    this.#left.set(step, (this.#left.get(step) ?? 0) + messages.length)
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

  /** What is told to new links by their names goes when all of them are there: it would reach those of somebody else. */
  async #batch(pending: readonly Pending[], place: Place): Promise<Failure | undefined> {
    for (const part of partsOf(pending)) {
      const failure = await this.#sendPart(part, place)
      if (failure) return failure
    }
    return undefined
  }

  async #sendPart(part: readonly Pending[], place: Place): Promise<Failure | undefined> {
    for (const { step } of part) this.#begun.add(step)
    const { errors, sent } = await place.connection.batch(
      part.map(({ message }) => message),
      {
        ...this.#options,
        stopAtError: true,
        isHarmless: (error, index) => isGoneAt(part[index], error),
        echo: this.#echoes?.of(place),
      },
    )
    const failed = [...errors]
      .sort(([a], [b]) => a - b)
      .flatMap(([index, error]) => {
        const one = part[index]
        return one ? [{ ...one, error }] : []
      })
    const [first] = failed
    for (const [index, { step }] of part.slice(0, sent).entries()) {
      if (!errors.has(index)) this.#left.set(step, (this.#left.get(step) ?? 0) - 1)
    }
    if (!first) return undefined
    const untouched = failed.filter(isTaken).map(({ step }) => step)
    return { step: first.step, error: first.error, untouched: new Set(untouched) }
  }
}

/** Messages in parts, each of which is sent when the one before it has succeeded. */
function partsOf(pending: readonly Pending[]): Pending[][] {
  const parts: Pending[][] = []
  let [part, behind]: [Pending[], Pending[]] = [[], []]
  const made = new Set<PlannedStep>()
  const isBehind = ({ step, message }: Pending): boolean => made.has(step) && !isCreation(message)
  for (const one of pending) {
    if (isBehind(one)) {
      behind.push(one)
      continue
    }
    // Whatever does not belong to the making of links comes when they are as they should be.
    if (behind.length > 0 && one.step.operation.type !== 'createLink') {
      parts.push(part)
      part = behind
      behind = []
      made.clear()
    }
    if (isCreation(one.message)) made.add(one.step)
    part.push(one)
  }
  parts.push(part)
  if (behind.length > 0) parts.push(behind)
  return parts
}

/** Whether it makes a link, and is refused where there is one of the name. */
function isCreation({ type, flags }: NetlinkMessage): boolean {
  return type === RTM_NEWLINK && (flags & NLM_F_EXCL) !== 0
}

function isTaken({ message, step, error }: Pending & Failure): boolean {
  return isCreation(message) && isNameTaken(step.operation, error)
}

/** Whether a link was not made since somebody else has made one of its name meanwhile, and nothing else was done. */
export function isNameTaken(operation: Operation, error: NetworkError): boolean {
  return operation.type === 'createLink' && !operation.replaces && error.code === 'EEXIST'
}

function isGoneAt(pending: Pending | undefined, error: NetworkError): boolean {
  return pending !== undefined && isGone(pending.message, error)
}
