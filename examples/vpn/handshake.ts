import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { derive, type Identity, shared } from './keys.js'
import { KkHandshake } from './noise.js'
import { Session } from './session.js'

// A hello is: its type, the number of the session and the time; then the first message of Noise KK, and a code of 16
// bytes that only the two static pairs give. An answer is: its type and the number; then the second message, and a code.
const typeOfHello = 1
const typeOfAnswer = 2
const helloHeader = 16
const answerHeader = 8
const noiseMessage = 32 + 16
const codeSize = 16
const protocol = Buffer.from('linkwright example vpn 2')

/** A handshake that waits for its answer. */
export interface Hello {
  readonly id: number
  readonly message: Buffer
  /** When it was made, in milliseconds of the caller's clock. */
  readonly since: number
  readonly noise: KkHandshake
}

/** What is to be sent back for a hello, and the keys that hold once the other side uses them. */
export interface Answer {
  readonly message: Buffer
  readonly session: Session
}

/** Starts and answers handshakes with one other side. */
export class Handshakes {
  readonly #identity: Identity
  readonly #codeKey: Uint8Array
  #newest = 0

  constructor(identity: Identity) {
    const secret = shared(identity.own, identity.peer)
    if (!secret) throw new TypeError('the public key of the other side is none')
    this.#identity = identity
    ;[this.#codeKey] = derive(secret, new Uint8Array(), 'linkwright example vpn: code')
  }

  /** Starts a handshake. */
  hello(now: number): Hello {
    const header = Buffer.alloc(helloHeader)
    const id = randomBytes(4).readUInt32LE()
    header[0] = typeOfHello
    header.writeUInt32LE(id, 4)
    header.writeDoubleLE(performance.timeOrigin + performance.now(), 8)
    const noise = new KkHandshake('initiator', this.#identity, Buffer.concat([protocol, header]))
    return { id, message: this.#withCode(Buffer.concat([header, noise.write()])), since: now, noise }
  }

  /**
   * Answers a hello; `undefined` where it is not authentic, or not newer than the last one. Since the time of a hello
   * counts, a side whose clock was set back is not heard until the other one has restarted, or its clock caught up.
   */
  answer(message: Buffer, now: number): Answer | undefined {
    if (!this.#isAuthentic(message, typeOfHello, helloHeader)) return undefined
    const time = message.readDoubleLE(8)
    if (!(time > this.#newest)) return undefined
    const header = message.subarray(0, helloHeader)
    const noise = new KkHandshake('responder', this.#identity, Buffer.concat([protocol, header]))
    if (!noise.read(message.subarray(helloHeader, -codeSize))) return undefined
    this.#newest = time
    const id = message.readUInt32LE(4)
    const reply = Buffer.alloc(answerHeader)
    reply[0] = typeOfAnswer
    reply.writeUInt32LE(id, 4)
    const answer = this.#withCode(Buffer.concat([reply, noise.write()]))
    return { message: answer, session: new Session(id, false, now, noise.keys()) }
  }

  /** Ends a handshake by its answer; `undefined` where it is another message, or not authentic. */
  finish(message: Buffer, { id, noise }: Hello, now: number): Session | undefined {
    if (!this.#isAuthentic(message, typeOfAnswer, answerHeader) || message.readUInt32LE(4) !== id) return undefined
    return noise.read(message.subarray(answerHeader, -codeSize)) && new Session(id, true, now, noise.keys())
  }

  /** By the code alone, which takes some microseconds: a flood of forged messages must cost no curve each. */
  #isAuthentic(message: Buffer, type: number, header: number): boolean {
    if (message[0] !== type || message.length !== header + noiseMessage + codeSize) return false
    return timingSafeEqual(this.#codeOf(message.subarray(0, -codeSize)), message.subarray(-codeSize))
  }

  #withCode(message: Buffer): Buffer {
    return Buffer.concat([message, this.#codeOf(message)])
  }

  #codeOf(message: Buffer): Buffer {
    return createHmac('sha256', this.#codeKey).update(message).digest().subarray(0, codeSize)
  }
}
