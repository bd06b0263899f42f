import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type BatchResult, sendBatch } from './batch.js'
import { closed, type RequestOptions, receiveUntil } from './exchange.js'
import { acknowledgementError, decodeDoneMessage, decodeErrorMessage } from './extendedAck.js'
import {
  type NetlinkMessage,
  NLM_F_ACK,
  NLM_F_DUMP,
  NLM_F_DUMP_INTR,
  NLMSG_DONE,
  NLMSG_ERROR,
  type ReceivedMessage,
} from './message.js'
import { stamped } from './stamp.js'
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
export class Connection {
  readonly #transport: Transport
  #sequence = randomInt(1, 0x7fffffff)
  #queue: Promise<unknown> = Promise.resolve()

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
    return this.#exclusively(message.subject, async () => {
      const sequence = this.#nextSequence()
      this.#transport.send(stamped(message, sequence, NLM_F_ACK))
      const replies: T[] = []
      await receiveUntil(this.#transport, options, message.subject, ours(sequence), (received) => {
        if (received.type === NLMSG_ERROR) {
          const acknowledgement = decodeErrorMessage(received)
          if (acknowledgement.errno !== 0) throw acknowledgementError(acknowledgement, message)
          return true
        }
        const reply = decode(received)
        if (reply !== undefined) replies.push(reply)
        return false
      })
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
    return this.#exclusively(message.subject, async () => {
      for (let attempt = 1; ; attempt++) {
        const result = await this.#dumpOnce(message, decode, options)
        if (result.consistent || attempt === dumpAttempts) return result
        await sleep(Math.random() * attempt * 2)
      }
    })
  }

  async #dumpOnce<T>(
    message: NetlinkMessage,
    decode: (item: ReceivedMessage) => T | undefined,
    options: RequestOptions,
  ): Promise<DumpResult<T>> {
    const sequence = this.#nextSequence()
    const items: T[] = []
    let consistent = true
    let finished = false
    this.#transport.send(stamped(message, sequence, NLM_F_DUMP))
    try {
      await receiveUntil(this.#transport, options, message.subject, ours(sequence), (received) => {
        if (received.flags & NLM_F_DUMP_INTR) consistent = false
        const ends = received.type === NLMSG_DONE || received.type === NLMSG_ERROR
        if (ends) {
          finished = true
          const decodeEnd = received.type === NLMSG_DONE ? decodeDoneMessage : decodeErrorMessage
          const acknowledgement = decodeEnd(received)
          if (acknowledgement.errno !== 0) throw acknowledgementError(acknowledgement, message)
          return true
        }
        const item = decode(received)
        if (item !== undefined) items.push(item)
        return false
      })
    } finally {
      if (!finished) this.#drain()
    }
    return { items, consistent }
  }

  /** A dump that is given up must still be read to its end, or the kernel refuses the next one with EBUSY. */
  #drain(): void {
    while (!this.#transport.closed && this.#transport.receive().kind !== 'empty');
  }

  /**
   * Sends many messages in few system calls. The kernel does them in order and goes on after an error, so that the
   * result tells of each message by itself.
   */
  batch(messages: readonly NetlinkMessage[], options: RequestOptions = {}): Promise<BatchResult> {
    return this.#exclusively('batch', () => sendBatch(this.#transport, messages, options, () => this.#nextSequence()))
  }

  /** Closes the socket; whatever is pending is rejected with the code `CLOSED`. */
  close(): void {
    this.#transport.close()
  }

  #exclusively<T>(subject: string, work: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(() => {
      if (this.#transport.closed) throw closed(subject)
      return work()
    })
    this.#queue = turn.catch(() => undefined)
    return turn
  }

  #nextSequence(): number {
    this.#sequence = this.#sequence >= 0xfffffffe ? 1 : this.#sequence + 1
    return this.#sequence
  }
}

function ours(sequence: number): (candidate: number) => boolean {
  return (candidate) => candidate === sequence
}
