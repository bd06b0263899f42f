import { type PacketCipher, tagSize } from './cipher.js'
import { packetCipher } from './packetCipher.js'
import { ReplayWindow } from './replayWindow.js'

/** The type, the session's number and the counter stand in front of the ciphertext, and are authenticated too. */
const headerSize = 16
const typeOfData = 4

/** A key for each direction. */
export interface SessionKeys {
  readonly sending: Uint8Array
  readonly receiving: Uint8Array
}

/** The keys of one handshake, which are new each time: so a counter that starts anew meets none of the old ones. */
export class Session {
  /** By which both sides know it. */
  readonly id: number
  /** Whether this side said hello. */
  readonly initiated: boolean
  /** When it was made, in milliseconds of the clock of whoever made it. */
  readonly since: number
  readonly #sending: PacketCipher
  readonly #receiving: PacketCipher
  readonly #window = new ReplayWindow()
  #sent = 0

  constructor(id: number, initiated: boolean, since: number, keys: SessionKeys) {
    this.id = id
    this.initiated = initiated
    this.since = since
    this.#sending = packetCipher(keys.sending, 'seal')
    this.#receiving = packetCipher(keys.receiving, 'unseal')
  }

  /** How many packets it sent. */
  get sent(): number {
    return this.#sent
  }

  /** Encrypts a packet; an empty one only shows that this side lives. Throws instead of using a counter twice. */
  seal(packet: Uint8Array): Buffer {
    const message = Buffer.allocUnsafe(headerSize + packet.length + tagSize)
    const header = message.subarray(0, headerSize).fill(0)
    const counter = this.#sent++
    header[0] = typeOfData
    header.writeUInt32LE(this.id, 4)
    // A counter of more than 48 bits is a RangeError.
    header.writeUIntLE(counter, 8, 6)
    this.#sending.seal(counter, header, packet, message.subarray(headerSize))
    return message
  }

  /** Decrypts a packet; `undefined` where it is not authentic, or came before. */
  unseal(message: Buffer): Buffer | undefined {
    const counter = message.readUIntLE(8, 6)
    const packet = Buffer.allocUnsafe(message.length - headerSize - tagSize)
    const [header, sealed] = [message.subarray(0, headerSize), message.subarray(headerSize)]
    const authentic = this.#receiving.unseal(counter, header, sealed, packet)
    return authentic && this.#window.accept(counter) ? packet : undefined
  }
}

/** Which session a message of data belongs to; `undefined` for other messages. */
export function sessionOf(message: Buffer): number | undefined {
  return message.length >= headerSize + tagSize && message[0] === typeOfData ? message.readUInt32LE(4) : undefined
}
