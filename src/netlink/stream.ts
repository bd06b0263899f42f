import type { NetworkError } from '../error.js'
import type { RequestOptions } from './exchange.js'
import type { NetlinkMessage, ReceivedMessage } from './message.js'
import type { SocketTrial } from './socketTrial.js'

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
  /** When a further socket sends, too; without it, all do from the beginning on. */
  readonly trial?: SocketTrial | undefined
}

/** The first message that failed. */
export interface StreamFailure {
  readonly item: number
  readonly error: NetworkError
}

/** A stream on its way, over one socket or several: what nobody has taken yet, and what has become of the rest. */
export class StreamProgress {
  readonly stream: MessageStream
  readonly options: StreamOptions
  #taken = 0
  #done = 0
  #stopped = false
  #failure: StreamFailure | undefined

  constructor(stream: MessageStream, options: StreamOptions) {
    this.stream = stream
    this.options = options
  }

  /** Of the items that failed, the first. */
  get failure(): StreamFailure | undefined {
    return this.#failure
  }

  /** Whether nothing more is to be sent. */
  get stopped(): boolean {
    return this.#stopped
  }

  /** Whether there are items that nobody has taken. */
  get hasMore(): boolean {
    return this.#taken < this.stream.count
  }

  /** Takes further items by writing their messages. */
  take(write: (item: number) => Written): Written {
    const written = write(this.#taken)
    this.#taken = written.next
    return written
  }

  /** Notes that items were sent and answered. */
  answered(items: number, failure: StreamFailure | undefined): void {
    this.#done += items
    this.options.trial?.note(items)
    if (failure) {
      this.#stopped = true
      if (!this.#failure || failure.item < this.#failure.item) this.#failure = failure
    }
    this.options.onProgress?.(this.#done)
  }

  /** Has nothing more sent. */
  stop(): void {
    this.#stopped = true
  }
}
