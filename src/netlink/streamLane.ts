import { answersAnEcho, bytesASend } from './batch.js'
import { littleEndian } from './bytes.js'
import { assertWanted, receiveArrived, receiveUntil, sendLong } from './exchange.js'
import { acknowledgementError, decodeErrorMessage } from './extendedAck.js'
import { headerSize, NLM_F_ACK, NLM_F_ECHO, NLMSG_ERROR, NLMSG_MIN_TYPE, type ReceivedMessage } from './message.js'
import type { StreamFailure, StreamProgress, Written } from './stream.js'
import type { Transport } from './transports/transport.js'

/**
 * Below the send buffer that every socket has, of 212,992 bytes: going to another thread and back for each datagram takes
 * as long as some twenty routes.
 */
const mostBytes = 3 * bytesASend
/** Where several threads are in the kernel, the event loop may wait for one of them to come back. */
const mostBytesOfMany = 2 * bytesASend
/** How many datagrams of a stream are shorter, so that the kernel begins soon and what is short gives way often. */
const shortDatagrams = 8

/** A datagram of a stream. */
interface Prepared extends Written {
  readonly datagram: Uint8Array
  /** The first item. */
  readonly item: number
  /** The first sequence number. */
  readonly sequence: number
  /** The item of each message. */
  readonly itemOf: Uint32Array
  /** Whether there is room for the answers to another one beside its own. */
  readonly leavesRoom: boolean
}

/** One on its way to the kernel, or there. */
interface Sent extends Prepared {
  readonly sent: Promise<void>
  failure?: StreamFailure | undefined
  isAnswered: boolean
}

/** What one socket sends of a stream, a datagram at a time; it writes the next one while the kernel works. */
export class StreamLane {
  readonly progress: StreamProgress
  readonly #isFurther: boolean
  readonly #hasOthers: boolean
  readonly #memory = [newMemory(), newMemory()] as const
  #prepared: Prepared | undefined
  #underWay: Sent | undefined
  #turn = 0

  /** @param index which socket of how many it is */
  constructor(progress: StreamProgress, index: number, count: number) {
    this.progress = progress
    this.#isFurther = index > 0
    this.#hasOthers = count > 1
  }

  /** Whether another socket sends now, too. */
  get #isOneOfMany(): boolean {
    return this.#hasOthers && (this.progress.options.trial?.both ?? true)
  }

  /** Whether it has to send, or may take further items. */
  get isIn(): boolean {
    return this.#prepared !== undefined || this.isUnderWay || this.#mayTake
  }

  get #mayTake(): boolean {
    return !this.#isFurther || this.#isOneOfMany
  }

  /** Whether there is something for it to send. */
  get hasMore(): boolean {
    const { stopped, hasMore } = this.progress
    return this.isUnderWay || (!stopped && (this.#prepared !== undefined || hasMore))
  }

  /** Whether the kernel has a datagram whose answer was not waited for: nothing else must read from the socket. */
  get isUnderWay(): boolean {
    return this.#underWay !== undefined
  }

  /**
   * Sends one datagram, unless one is under way, and waits for the kernel's answer.
   * @param reserve gives the first of a number of consecutive sequence numbers
   * @param goesOn whether the kernel may have the next one already while the answer is read
   */
  async send(transport: Transport, reserve: (count: number) => number, goesOn: () => boolean): Promise<void> {
    const { stream, options } = this.progress
    if (!this.#underWay) assertWanted(transport, options, stream.subject)
    const current = this.#underWay ?? begin(transport, this.#prepared ?? this.#prepare(transport, reserve))
    this.#underWay = undefined
    try {
      const isLast = this.progress.stopped || !this.progress.hasMore || !this.#mayTake
      this.#prepared = isLast ? undefined : this.#prepare(transport, reserve)
      await current.sent
      const hasRoom = current.leavesRoom && this.#prepared?.leavesRoom
      if (this.#prepared && hasRoom && !current.failure && !options.signal?.aborted && goesOn()) {
        this.#underWay = begin(transport, this.#prepared)
        this.#prepared = undefined
      }
      await this.#receive(transport, current)
      this.progress.answered(current.next - current.item, current.failure)
    } catch (error) {
      await this.#forget(current)
      throw error
    }
  }

  /** Waits until what is under way is done, and does not look at what became of it. */
  async #forget(current: Sent): Promise<void> {
    await Promise.allSettled([current.sent, this.#underWay?.sent])
    this.#underWay = undefined
  }

  /** Reads the answer to a datagram, and what is there of that to the next. */
  async #receive(transport: Transport, current: Sent): Promise<void> {
    const { stream, options } = this.progress
    const { echo } = options
    const next = this.#underWay
    const of = (sequence: number): Sent | undefined =>
      isIn(current, sequence) ? current : next && isIn(next, sequence) ? next : undefined
    const visit = (received: ReceivedMessage): boolean => {
      if (received.type >= NLMSG_MIN_TYPE) echo?.(received)
      const one = received.type === NLMSG_ERROR ? of(received.sequence) : undefined
      if (!one) return false
      const position = received.sequence - one.sequence
      one.failure ??= this.#failureOf(received, one, position)
      one.isAnswered ||= position === one.messages - 1
      return current.isAnswered
    }
    const isOurs = (sequence: number): boolean => of(sequence) !== undefined
    if (current.isAnswered) return
    const ahead = echo ? 1 : undefined
    await receiveUntil(transport, options, stream.subject, isOurs, visit, ahead)
    if (echo && !next) receiveArrived(transport, stream.subject, isOurs, (received) => visit(received) && false)
  }

  #prepare(transport: Transport, reserve: (count: number) => number): Prepared {
    const { stream, options } = this.progress
    const turn = this.#turn++
    const { bytes, view, itemOf } = this.#memory[turn % 2 === 0 ? 0 : 1]
    const longest = this.#isOneOfMany ? mostBytesOfMany : mostBytes
    const part = new DataView(view.buffer, 0, turn < shortDatagrams ? bytesASend : longest)
    // Where several are in the kernel, the time of each is scarce already: no datagram follows before the answers to one.
    const leavesRoom = !this.#isOneOfMany
    const room = transport.answerCapacity / (leavesRoom ? 2 : 1)
    const answers = Math.floor(room / (options.echo ? 1 + answersAnEcho : 1))
    const most = Math.max(1, Math.min(itemOf.length, answers))
    const sequence = reserve(most)
    const flags = options.echo ? NLM_F_ECHO : 0
    let item = 0
    const written = this.progress.take((first) => {
      item = first
      return stream.write(part, first, sequence, most, flags, itemOf)
    })
    const flagsAt = written.last + 6
    view.setUint16(flagsAt, view.getUint16(flagsAt, littleEndian) | NLM_F_ACK, littleEndian)
    return { ...written, datagram: bytes.subarray(0, written.bytes), item, sequence, itemOf, leavesRoom }
  }

  #failureOf(received: ReceivedMessage, { itemOf }: Prepared, position: number): StreamFailure | undefined {
    const acknowledgement = decodeErrorMessage(received)
    if (acknowledgement.errno === 0) return undefined
    const { stream } = this.progress
    const item = itemOf[position] ?? 0
    const first = itemOf.indexOf(item)
    const message = stream.messageOf(item, position - first)
    const error = acknowledgementError(acknowledgement, message)
    return stream.isHarmless(error, message) ? undefined : { item, error }
  }
}

function isIn({ sequence: first, messages }: Prepared, sequence: number): boolean {
  return sequence >= first && sequence < first + messages
}

function begin(transport: Transport, prepared: Prepared): Sent {
  const sent = sendLong(transport, prepared.datagram)
  // It is looked at later, maybe after it failed.
  sent.catch(() => {})
  return { ...prepared, sent, isAnswered: false }
}

function newMemory(): { bytes: Uint8Array; view: DataView; itemOf: Uint32Array } {
  const bytes = new Uint8Array(mostBytes)
  return { bytes, view: new DataView(bytes.buffer), itemOf: new Uint32Array(mostBytes / headerSize) }
}
