import type { NetworkError } from '../error.js'
import { answersAnEcho, bytesASend } from './batch.js'
import { littleEndian } from './bytes.js'
import { assertWanted, type RequestOptions, receiveArrived, receiveUntil, sendLong } from './exchange.js'
import { acknowledgementError, decodeErrorMessage } from './extendedAck.js'
import {
  headerSize,
  type NetlinkMessage,
  NLM_F_ACK,
  NLM_F_ECHO,
  NLMSG_ERROR,
  NLMSG_MIN_TYPE,
  type ReceivedMessage,
} from './message.js'
import type { Transport } from './transports/transport.js'

/** Messages that are written as they are sent, so that never more than one send of them is in memory. */
export interface MessageStream {
  /** What errors that are about no single message call it. */
  readonly subject: string
  /** How many items there are; an item is one message or a few. */
  readonly count: number
  /** Which errors are none, such as that of deleting what is gone already. */
  isHarmless(error: NetworkError, message: NetlinkMessage): boolean
  /**
   * Writes the messages of further items, from an offset of zero on, with ascending sequence numbers.
   * @param most how many messages may be written
   * @param flags what every message bears besides its own flags
   * @param itemOf takes the number of the item of each message
   * @returns how far it came
   */
  write(view: DataView, item: number, sequence: number, most: number, flags: number, itemOf: Uint32Array): Written
  /** A message again, for naming what the kernel said of it. */
  messageOf(item: number, position: number): NetlinkMessage
}

/** What {@link MessageStream.write} has written. */
export interface Written {
  readonly bytes: number
  readonly messages: number
  /** The next item. */
  readonly next: number
  /** Where the last message begins. */
  readonly last: number
}

/** How a stream is sent. */
export interface StreamOptions extends RequestOptions {
  /** Given what the kernel made of each message, as it tells when asked to; the bytes are valid until it returns. */
  readonly echo?: ((reply: ReceivedMessage) => void) | undefined
  /** Called as items are done. */
  readonly onProgress?: ((done: number) => void) | undefined
}

/** The first message that failed. */
export interface StreamFailure {
  readonly item: number
  readonly error: NetworkError
}

/** A datagram of a stream. */
interface Prepared extends Written {
  readonly datagram: Uint8Array
  /** The first sequence number. */
  readonly sequence: number
  /** The item of each message. */
  readonly itemOf: Uint32Array
}

/** Sends a stream a datagram at a time, and writes the next one while the kernel works. */
export class StreamSender {
  readonly #stream: MessageStream
  readonly #options: StreamOptions
  readonly #memory = [newMemory(), newMemory()] as const
  #prepared: Prepared | undefined
  #turn = 0
  #done = 0

  constructor(stream: MessageStream, options: StreamOptions) {
    this.#stream = stream
    this.#options = options
  }

  /** How many items were sent and answered. */
  get done(): number {
    return this.#done
  }

  /**
   * Sends one datagram and waits for the kernel's answer.
   * @param reserve gives the first of a number of consecutive sequence numbers
   */
  async send(transport: Transport, reserve: (count: number) => number): Promise<StreamFailure | undefined> {
    const { echo } = this.#options
    const { subject } = this.#stream
    assertWanted(transport, this.#options, subject)
    const prepared = this.#prepared ?? this.#prepare(this.#done, transport, reserve)
    const { sequence, messages, next } = prepared
    const sent = sendLong(transport, prepared.datagram)
    this.#prepared = next < this.#stream.count ? this.#prepare(next, transport, reserve) : undefined
    await sent
    const isOurs = (candidate: number): boolean => candidate >= sequence && candidate < sequence + messages
    let failure: StreamFailure | undefined
    await receiveUntil(transport, this.#options, subject, isOurs, (received) => {
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
    this.#done = next
    this.#options.onProgress?.(next)
    return failure
  }

  #prepare(item: number, transport: Transport, reserve: (count: number) => number): Prepared {
    const { echo } = this.#options
    const { bytes, view, itemOf } = this.#memory[this.#turn++ % 2 === 0 ? 0 : 1]
    const answers = Math.floor(transport.answerCapacity / (echo ? 1 + answersAnEcho : 1))
    const most = Math.max(1, Math.min(itemOf.length, answers))
    const sequence = reserve(most)
    const written = this.#stream.write(view, item, sequence, most, echo ? NLM_F_ECHO : 0, itemOf)
    const flagsAt = written.last + 6
    view.setUint16(flagsAt, view.getUint16(flagsAt, littleEndian) | NLM_F_ACK, littleEndian)
    return { ...written, datagram: bytes.subarray(0, written.bytes), sequence, itemOf }
  }

  #failureOf(received: ReceivedMessage, { itemOf }: Prepared, position: number): StreamFailure | undefined {
    const acknowledgement = decodeErrorMessage(received)
    if (acknowledgement.errno === 0) return undefined
    const item = itemOf[position] ?? 0
    const first = itemOf.indexOf(item)
    const message = this.#stream.messageOf(item, position - first)
    const error = acknowledgementError(acknowledgement, message)
    return this.#stream.isHarmless(error, message) ? undefined : { item, error }
  }
}

function newMemory(): { bytes: Uint8Array; view: DataView; itemOf: Uint32Array } {
  const bytes = new Uint8Array(bytesASend)
  return { bytes, view: new DataView(bytes.buffer), itemOf: new Uint32Array(bytesASend / headerSize) }
}
