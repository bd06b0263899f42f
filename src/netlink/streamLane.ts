import { answersAnEcho, bytesASend } from './batch.js'
import { littleEndian } from './bytes.js'
import { assertWanted, receiveArrived, receiveUntil, sendLong } from './exchange.js'
import { acknowledgementError, decodeErrorMessage } from './extendedAck.js'
import { headerSize, NLM_F_ACK, NLM_F_ECHO, NLMSG_ERROR, NLMSG_MIN_TYPE, type ReceivedMessage } from './message.js'
import type { StreamFailure, StreamProgress, Written } from './stream.js'
import type { Transport } from './transports/transport.js'

/** Below the send buffer that every socket has, of 212,992 bytes. */
const mostBytes = 3 * bytesASend
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
}

/** What one socket sends of a stream, a datagram at a time; it writes the next one while the kernel works. */
export class StreamLane {
  readonly progress: StreamProgress
  readonly #isOneOfMany: boolean
  readonly #memory = [newMemory(), newMemory()] as const
  #prepared: Prepared | undefined
  #turn = 0

  constructor(progress: StreamProgress, isOneOfMany: boolean) {
    this.progress = progress
    this.#isOneOfMany = isOneOfMany
  }

  /** Whether there is something for it to send. */
  get hasMore(): boolean {
    const { stopped, hasMore } = this.progress
    return !stopped && (this.#prepared !== undefined || hasMore)
  }

  /**
   * Sends one datagram and waits for the kernel's answer.
   * @param reserve gives the first of a number of consecutive sequence numbers
   */
  async send(transport: Transport, reserve: (count: number) => number): Promise<void> {
    const { stream, options } = this.progress
    const { subject } = stream
    const { echo } = options
    assertWanted(transport, options, subject)
    const prepared = this.#prepared ?? this.#prepare(transport, reserve)
    const { sequence, messages } = prepared
    const sent = sendLong(transport, prepared.datagram)
    this.#prepared = this.progress.hasMore ? this.#prepare(transport, reserve) : undefined
    await sent
    const isOurs = (candidate: number): boolean => candidate >= sequence && candidate < sequence + messages
    let failure: StreamFailure | undefined
    await receiveUntil(transport, options, subject, isOurs, (received) => {
      if (received.type >= NLMSG_MIN_TYPE) echo?.(received)
      if (received.type !== NLMSG_ERROR) return false
      const position = received.sequence - sequence
      failure ??= this.#failureOf(received, prepared, position)
      return position === messages - 1
    })
    if (echo) {
      receiveArrived(transport, subject, isOurs, (received) => {
        if (received.type >= NLMSG_MIN_TYPE) echo(received)
        return false
      })
    }
    this.progress.answered(prepared.next - prepared.item, failure)
  }

  #prepare(transport: Transport, reserve: (count: number) => number): Prepared {
    const { stream, options } = this.progress
    const turn = this.#turn++
    const { bytes, view, itemOf } = this.#memory[turn % 2 === 0 ? 0 : 1]
    // Going to another thread and back for each takes as long as some twenty routes. But where several threads are in the
    // kernel, the event loop may wait for one of them to come back.
    const part = turn < shortDatagrams || this.#isOneOfMany ? new DataView(view.buffer, 0, bytesASend) : view
    const answers = Math.floor(transport.answerCapacity / (options.echo ? 1 + answersAnEcho : 1))
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
    return { ...written, datagram: bytes.subarray(0, written.bytes), item, sequence, itemOf }
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

function newMemory(): { bytes: Uint8Array; view: DataView; itemOf: Uint32Array } {
  const bytes = new Uint8Array(mostBytes)
  return { bytes, view: new DataView(bytes.buffer), itemOf: new Uint32Array(mostBytes / headerSize) }
}
