import { setTimeout as sleep, setImmediate as turnOfTheLoop } from 'node:timers/promises'
import { NetworkError } from '../error.js'
import { rest } from '../system/turns.js'
import { type BatchOptions, type BatchResult, sendBatch } from './batch.js'
import { type BodySink, receiveBodies } from './dump.js'
import {
  assertWanted,
  deadlineOf,
  type RequestOptions,
  receiveArrived,
  receiveUntil,
  sendLong,
  untilTurn,
} from './exchange.js'
import { acknowledgementError, decodeDoneMessage, decodeErrorMessage } from './extendedAck.js'
import {
  type NetlinkMessage,
  NLM_F_ACK,
  NLM_F_DUMP,
  NLM_F_DUMP_INTR,
  NLM_F_ECHO,
  NLMSG_DONE,
  NLMSG_ERROR,
  NLMSG_MIN_TYPE,
  type ReceivedMessage,
} from './message.js'
import { stamped } from './stamp.js'
import { type MessageStream, type StreamFailure, type StreamOptions, StreamProgress } from './stream.js'
import { StreamLane } from './streamLane.js'
import { sendTransaction } from './transaction.js'
import type { Transport } from './transports/transport.js'

/** What a dump gave. */
export interface DumpResult<T> {
  readonly items: T[]
  /** False where the kernel's state changed during every attempt: good enough to show, never to delete by. */
  readonly consistent: boolean
}

const dumpAttempts = 10

/**
 * Requests to one netlink socket, one after the other: each waits for the one before.
 *
 * Errors of the kernel reject with a {@link NetworkError} that names the object, the attribute and the kernel's text.
 */
export class Connection implements Disposable {
  readonly #transport: Transport
  /** Begins anywhere, since a port number may have been another socket's a moment ago. */
  #sequence = 1 + Math.floor(Math.random() * 0x7ffffffe)
  #queue: Promise<void> = Promise.resolve()

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** Whether the connection was closed. */
  get closed(): boolean {
    return this.#transport.closed
  }

  /** Sends one message and waits until the kernel has done it. */
  async request(message: NetlinkMessage, options: RequestOptions = {}): Promise<void> {
    await this.ask(message, () => undefined, options)
  }

  /** Sends one message and returns what the kernel replied besides the acknowledgement, decoded. */
  ask<T>(
    message: NetlinkMessage,
    decode: (reply: ReceivedMessage) => T | undefined,
    options: RequestOptions = {},
  ): Promise<T[]> {
    return this.#exclusively(message.subject, options, async () => {
      const isOurs = equals(this.#nextSequence())
      const datagram = stamped(message, this.#sequence, NLM_F_ACK)
      if (message.slow) await sendLong(this.#transport, datagram)
      else this.#transport.send(datagram)
      const replies: T[] = []
      const collect = (received: ReceivedMessage): void => {
        const reply = received.type < NLMSG_MIN_TYPE ? undefined : decode(received)
        if (reply !== undefined) replies.push(reply)
      }
      await receiveUntil(this.#transport, options, message.subject, isOurs, (received) => {
        collect(received)
        if (received.type !== NLMSG_ERROR) return false
        const acknowledgement = decodeErrorMessage(received)
        if (acknowledgement.errno !== 0) throw acknowledgementError(acknowledgement, message)
        return true
      })
      if (message.flags & NLM_F_ECHO && replies.length === 0) {
        receiveArrived(this.#transport, message.subject, isOurs, (received) => {
          collect(received)
          return replies.length > 0
        })
      }
      return replies
    })
  }

  /**
   * Reads all objects of a kind. `decode` runs on each message at once, while its bytes are valid, and leaves out
   * what it returns `undefined` for. An interrupted dump is repeated up to ten times.
   */
  dump<T>(
    message: NetlinkMessage,
    decode: (item: ReceivedMessage) => T | undefined,
    options: RequestOptions = {},
  ): Promise<DumpResult<T>> {
    return this.#repeated(
      message,
      () => this.#dumpOnce(message, decode, options),
      ({ consistent }) => consistent,
      options,
    )
  }

  /**
   * Reads all objects of a kind into a sink, without an object for each.
   * @returns whether the state stood still during the last attempt
   */
  dumpInto(message: NetlinkMessage, sink: BodySink, options: RequestOptions = {}): Promise<boolean> {
    const attempt = (): Promise<boolean> => {
      sink.restart()
      const sequence = this.#nextSequence()
      assertWanted(this.#transport, options, message.subject)
      this.#transport.send(stamped(message, sequence, NLM_F_DUMP))
      return receiveBodies(this.#transport, message, sequence, sink, options)
    }
    return this.#repeated(message, attempt, (consistent) => consistent, options)
  }

  /** Dumps until the state stood still meanwhile, ten times at most. */
  #repeated<R>(
    message: NetlinkMessage,
    attempt: () => Promise<R>,
    isConsistent: (result: R) => boolean,
    options: RequestOptions,
  ): Promise<R> {
    return this.#exclusively(message.subject, options, async () => {
      for (let count = 1; ; count++) {
        const result = await this.#unlessBusy(attempt, options)
        if (isConsistent(result) || count === dumpAttempts) return result
        await sleep(Math.random() * count * 2)
      }
    })
  }

  /**
   * The kernel refuses a dump while the socket has another one running: one that was given up, which goes on as it is
   * read. Each attempt reads what has come of it, so that it ends.
   */
  async #unlessBusy<R>(dump: () => Promise<R>, options: RequestOptions): Promise<R> {
    const deadline = deadlineOf(options)
    for (let attempt = 0; ; attempt++) {
      try {
        return await dump()
      } catch (error) {
        const busy = error instanceof NetworkError && error.code === 'EBUSY'
        if (!busy || performance.now() > deadline) throw error
        await (attempt < 100 ? turnOfTheLoop() : sleep(5))
      }
    }
  }

  async #dumpOnce<T>(
    message: NetlinkMessage,
    decode: (item: ReceivedMessage) => T | undefined,
    options: RequestOptions,
  ): Promise<DumpResult<T>> {
    const isOurs = equals(this.#nextSequence())
    const items: T[] = []
    let consistent = true
    assertWanted(this.#transport, options, message.subject)
    this.#transport.send(stamped(message, this.#sequence, NLM_F_DUMP))
    await receiveUntil(this.#transport, options, message.subject, isOurs, (received) => {
      if (received.flags & NLM_F_DUMP_INTR) consistent = false
      if (received.type === NLMSG_DONE || received.type === NLMSG_ERROR) {
        const decodeEnd = received.type === NLMSG_DONE ? decodeDoneMessage : decodeErrorMessage
        const acknowledgement = decodeEnd(received)
        if (acknowledgement.errno !== 0) throw acknowledgementError(acknowledgement, message)
        return true
      }
      const item = received.type < NLMSG_MIN_TYPE ? undefined : decode(received)
      if (item !== undefined) items.push(item)
      return false
    })
    return { items, consistent }
  }

  /**
   * Sends many messages in few system calls. The kernel does them in order and goes on after an error, so that the
   * result tells of each message by itself.
   */
  batch(messages: readonly NetlinkMessage[], options: BatchOptions = {}): Promise<BatchResult> {
    const subject = messages[0]?.subject ?? 'batch'
    return this.#exclusively(subject, options, () =>
      sendBatch(this.#transport, messages, options, () => this.#nextSequence()),
    )
  }

  /**
   * Sends messages that the kernel does all or none of: those of nf_tables, between the two that bound them.
   * @throws the first error; nothing was changed then
   */
  transaction(
    bounds: { readonly begin: NetlinkMessage; readonly end: NetlinkMessage },
    messages: readonly NetlinkMessage[],
    options: RequestOptions = {},
  ): Promise<void> {
    return this.#exclusively(bounds.begin.subject, options, () =>
      sendTransaction(this.#transport, bounds, messages, options, () => this.#nextSequence()),
    )
  }

  /**
   * Sends messages that are written as they are sent, a datagram at a time: other requests come in between. It ends
   * behind the datagram in which a message failed, or the next one.
   * @param others further connections to the same kernel, where it may do the messages in any order: each sends a part
   */
  async stream(
    stream: MessageStream,
    options: StreamOptions = {},
    others: readonly Connection[] = [],
  ): Promise<StreamFailure | undefined> {
    const progress = new StreamProgress(stream, options)
    // What one of them has on its way is done before anybody is told of what has become of the whole.
    const carriers = [this, ...others].map((connection, index, { length }) =>
      connection.#carry(new StreamLane(progress, index, length)).finally(() => options.trial?.end()),
    )
    const ends = await Promise.allSettled(carriers)
    for (const end of ends) if (end.status === 'rejected') throw end.reason
    return progress.failure
  }

  async #carry(lane: StreamLane): Promise<void> {
    const { progress } = lane
    try {
      while (lane.hasMore) {
        if (!lane.isIn) {
          await progress.options.trial?.untilBoth()
          continue
        }
        await this.#exclusively(progress.stream.subject, progress.options, async (isWaitedFor) => {
          while (lane.hasMore) {
            await lane.send(
              this.#transport,
              (count) => this.#reserveSequences(count),
              () => !isWaitedFor(),
            )
            if (!lane.isUnderWay) return
            await rest()
          }
        })
      }
    } catch (error) {
      progress.stop()
      throw error
    }
  }

  /** Closes the socket; whatever is pending is rejected with the code `CLOSED`. */
  close(): void {
    this.#transport.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  async #exclusively<T>(
    subject: string,
    options: RequestOptions,
    work: (isWaitedFor: () => boolean) => Promise<T>,
  ): Promise<T> {
    const before = this.#queue
    let done = (): void => {}
    const mine = new Promise<void>((resolve) => {
      done = resolve
    })
    const last = before.then(() => mine)
    this.#queue = last
    try {
      await untilTurn(before, options, subject)
      // Requests that are answered at once follow each other without a turn of the event loop.
      await rest()
      assertWanted(this.#transport, options, subject)
      return await work(() => this.#queue !== last)
    } finally {
      done()
    }
  }

  #nextSequence(): number {
    return this.#reserveSequences(1)
  }

  /** The first of consecutive numbers that no other request has. */
  #reserveSequences(count: number): number {
    const first = this.#sequence + count > 0xfffffffe ? 1 : this.#sequence + 1
    this.#sequence = first + count - 1
    return first
  }
}

function equals(sequence: number): (candidate: number) => boolean {
  return (candidate) => candidate === sequence
}
