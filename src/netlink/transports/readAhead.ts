import { DatagramBlock } from '../../system/aside.js'
import { MSG_DONTWAIT, MSG_TRUNC } from '../../system/constants.js'
import type { Datagram } from './transport.js'

/**
 * How many datagrams come by one call: some milliseconds of the kernel's work, and a megabyte of a dump. Between two calls
 * the other thread stands still until this one has woken up, so that there are more of a dump that has gone on for long:
 * a shorter one would only have its end later.
 */
const datagramsACall = { first: 32, later: 128 } as const
/** Filled blocks after which a dump has gone on for long. */
const manyBlocks = 16

const flags = MSG_DONTWAIT | MSG_TRUNC

interface Filled {
  readonly block: DatagramBlock
  readonly count: number
}

/**
 * Receives many datagrams at a time on another thread, while those before them are decoded: a dump is the kernel's work
 * inside of `recv`, and the end of one can take a tenth of a second (`leaf_walk_rcu` of net/ipv4/fib_trie.c, over the
 * empty places of a large table).
 */
export class ReadAhead {
  readonly #fd: number
  readonly #size: number
  readonly #onError: (errno: number) => void
  readonly #idle: DatagramBlock[] = []
  #blocks = 0
  #filledBlocks = 0
  #current: Filled | undefined
  #next = 0
  #waiting: Filled | undefined
  #underWay: Promise<void> | undefined

  /**
   * @param size bytes of the longest datagram
   * @param onError told of what `recvmmsg` failed with, EAGAIN included
   */
  constructor(fd: number, size: number, onError: (errno: number) => void) {
    this.#fd = fd
    this.#size = size
    this.#onError = onError
  }

  /** Resolves when what is being received is there; `undefined` where nothing is. */
  get underWay(): Promise<void> | undefined {
    return this.#underWay
  }

  /** Whether {@link take} has something to give. */
  get filled(): boolean {
    return this.#current !== undefined || this.#waiting !== undefined
  }

  /** Begins to receive more, where there is room. @returns resolves when it is there; `undefined` where none began */
  start(): Promise<void> | undefined {
    if (this.#underWay || this.#waiting) return undefined
    const block = this.#idle.pop() ?? this.#newBlock()
    if (!block) return undefined
    this.#underWay = this.#fill(block)
    return this.#underWay
  }

  /** Receives what is there already, once all that was received is taken. */
  startNow(): void {
    if (this.#underWay || this.#waiting || (this.#current && this.#next < this.#current.count)) return
    const block = this.#idle.pop() ?? this.#newBlock()
    if (block) this.#filled(block, block.receiveNow(this.#fd, flags))
  }

  async #fill(block: DatagramBlock): Promise<void> {
    const count = await block.receive(this.#fd, flags)
    this.#underWay = undefined
    this.#filled(block, count)
  }

  #filled(block: DatagramBlock, count: number): void {
    if (count > 0) this.#waiting = { block, count }
    else {
      this.#idle.push(block)
      this.#onError(-count)
    }
  }

  /** The next datagram; its bytes are valid until the next call. */
  take(): Datagram | undefined {
    if (this.#current && this.#next === this.#current.count) {
      this.#recycle(this.#current)
      this.#current = undefined
    }
    if (!this.#current) {
      if (!this.#waiting) return undefined
      this.#current = this.#waiting
      this.#waiting = undefined
      this.#next = 0
    }
    const { block } = this.#current
    const index = this.#next++
    const truncated = block.length(index) > this.#size
    return { bytes: block.bytes(index), senderPortId: block.sender(index), truncated }
  }

  /** Where many were filled, a short block gives way to a longer one. */
  #recycle({ block, count }: Filled): void {
    if (count === block.count) this.#filledBlocks++
    const isShort = this.#filledBlocks > manyBlocks && block.count < datagramsACall.later
    if (isShort) this.#blocks--
    else this.#idle.push(block)
  }

  #newBlock(): DatagramBlock | undefined {
    if (this.#blocks === 2) return undefined
    this.#blocks++
    const { first, later } = datagramsACall
    return new DatagramBlock(this.#filledBlocks > manyBlocks ? later : first, this.#size)
  }
}
