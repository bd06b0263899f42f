import { Handshakes, type Hello } from './handshake.js'
import type { Identity } from './keys.js'
import { type Session, sessionOf } from './session.js'

/** When keys change, and when the other side counts as gone; times in milliseconds. */
export interface PeerOptions {
  readonly identity: Identity
  /** Default two minutes; after three times as long without new ones the keys open and seal nothing any more. */
  readonly rekeyAfter?: number | undefined
  /** Or after about so many packets. Default 2^32. */
  readonly rekeyAfterPackets?: number | undefined
  /** Without any packet of the other side for so long, it is asked for new keys. Default five seconds. */
  readonly deadAfter?: number | undefined
  readonly clock?: () => number
}

/** What a message of a handshake leads to. */
export interface Greeted {
  /** Goes back to where it came from. */
  readonly reply: Buffer
  /** Whether the other side has shown that it holds the keys now: a hello may be an old one. */
  readonly isFresh: boolean
}

const empty = new Uint8Array()
const helloAgainAfter = 1000
// Whoever answered changes the keys only when the other side has not done it.
const patienceOfAnswerer = 1.2
// The one that this side sealed by, and the one that the other side may still.
const mostFormer = 2

/** What is shared with the other side: handshakes, and the sessions that they gave. No packets are sent here. */
export class Peer {
  readonly #handshakes: Handshakes
  readonly #rekeyAfter: number
  readonly #rekeyAfterPackets: number
  readonly #deadAfter: number
  readonly #clock: () => number
  /** In use. */
  #current: Session | undefined
  /** What is still on its way is of these, the newest first: where both sides asked at once, each seals by another one. */
  #former: readonly Session[] = []
  /** Answered here, and not used by the other side yet. */
  #next: Session | undefined
  #hello: Hello | undefined
  #lastHeard = -Infinity
  #lastSealed = -Infinity

  constructor(options: PeerOptions) {
    this.#handshakes = new Handshakes(options.identity)
    this.#rekeyAfter = options.rekeyAfter ?? 120_000
    this.#rekeyAfterPackets = options.rekeyAfterPackets ?? 2 ** 32
    this.#deadAfter = options.deadAfter ?? 5000
    this.#clock = options.clock ?? (() => performance.now())
  }

  /** The number of the session in use. */
  get session(): number | undefined {
    return this.#current?.id
  }

  /** Encrypts a packet; without keys it is lost, as on a line that is cut. */
  seal(packet: Uint8Array): Buffer | undefined {
    if (this.#current) this.#lastSealed = this.#clock()
    return this.#current?.seal(packet)
  }

  /** Decrypts a message of data: empty where it only shows life, `undefined` where it is none, forged or an old one. */
  unseal(message: Buffer): Buffer | undefined {
    const id = sessionOf(message)
    if (id === undefined) return undefined
    const session = [this.#current, ...this.#former, this.#next].find((one) => one?.id === id)
    const packet = session?.unseal(message)
    if (!packet) return undefined
    // Only now it is sure that the other side has the keys that were answered with.
    if (session === this.#next) {
      this.#next = undefined
      this.#use(session)
    }
    this.#lastHeard = this.#clock()
    return packet
  }

  /** Takes a hello or an answer; `undefined` for any other message, and for forged and old ones, which change nothing. */
  greeted(message: Buffer): Greeted | undefined {
    const now = this.#clock()
    const answer = this.#handshakes.answer(message, now)
    if (answer) {
      this.#next = answer.session
      return { reply: answer.message, isFresh: false }
    }
    const session = this.#hello && this.#handshakes.finish(message, this.#hello, now)
    if (!session) return undefined
    this.#hello = undefined
    this.#lastHeard = now
    this.#use(session)
    // The other side waits for a first packet before it uses the keys itself.
    return { reply: session.seal(empty), isFresh: true }
  }

  /** What is to be sent without being asked: a hello, a sign of life or nothing. To be called every now and then. */
  due(): Buffer | undefined {
    const now = this.#clock()
    this.#forget(now)
    if (this.#wantsKeys(now)) {
      if (this.#hello && now - this.#hello.since < helloAgainAfter) return undefined
      // The same hello would be refused as a replay of itself, were it only its answer that was lost.
      this.#hello = this.#handshakes.hello(now)
      return this.#hello.message
    }
    return now - this.#lastSealed > this.#deadAfter / 4 ? this.seal(empty) : undefined
  }

  #wantsKeys(now: number): boolean {
    const current = this.#current
    if (!current || now - this.#lastHeard > this.#deadAfter) return true
    const patience = current.initiated ? 1 : patienceOfAnswerer
    return now - current.since > this.#rekeyAfter * patience || current.sent > this.#rekeyAfterPackets * patience
  }

  #forget(now: number): void {
    const isFresh = (session: Session): boolean => now - session.since < 3 * this.#rekeyAfter
    const keep = (session: Session | undefined): Session | undefined =>
      session && isFresh(session) ? session : undefined
    this.#current = keep(this.#current)
    this.#former = this.#former.filter(isFresh)
    this.#next = keep(this.#next)
  }

  #use(session: Session | undefined): void {
    if (this.#current) this.#former = [this.#current, ...this.#former].slice(0, mostFormer)
    this.#current = session
  }
}
