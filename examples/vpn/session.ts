import { createCipheriv, createDecipheriv } from 'node:crypto'
import { ReplayWindow } from './replayWindow.js'

const algorithm = 'chacha20-poly1305'
const tagSize = 16
/** The type, the session's number and the counter stand in front of the ciphertext, and are authenticated too. */
const headerSize = 16
const typeOfData = 4

/** Encrypts with a nonce of its counter; a key must never meet a counter twice. */
export function seal(key: Uint8Array, counter: number, header: Uint8Array, text: Uint8Array): Buffer {
  const cipher = createCipheriv(algorithm, key, nonce(counter), { authTagLength: tagSize })
  cipher.setAAD(header, { plaintextLength: text.length })
  const body = cipher.update(text)
  cipher.final()
  return Buffer.concat([header, body, cipher.getAuthTag()])
}

/** Decrypts what {@link seal} made; `undefined` where a bit of it, or of the key, is another one. */
export function unseal(key: Uint8Array, counter: number, message: Uint8Array, header: number): Buffer | undefined {
  if (message.length < header + tagSize) return undefined
  const decipher = createDecipheriv(algorithm, key, nonce(counter), { authTagLength: tagSize })
  decipher.setAAD(message.subarray(0, header), { plaintextLength: message.length - header - tagSize })
  decipher.setAuthTag(message.subarray(message.length - tagSize))
  const text = decipher.update(message.subarray(header, message.length - tagSize))
  try {
    decipher.final()
    return text
  } catch {
    // Node's way of saying that the tag is not that of the message.
    return undefined
  }
}

/** The keys of one handshake. */
export class Session {
  /** By which both sides know it. */
  readonly id: number
  /** When it was made, by `performance.now()`. */
  readonly since = performance.now()
  readonly #sending: Uint8Array
  readonly #receiving: Uint8Array
  readonly #window = new ReplayWindow()
  #counter = 0

  constructor(id: number, keys: { readonly sending: Uint8Array; readonly receiving: Uint8Array }) {
    this.id = id
    this.#sending = keys.sending
    this.#receiving = keys.receiving
  }

  /** How many packets it sent; the keys are to be changed long before it gets to 2^48. */
  get sent(): number {
    return this.#counter
  }

  /** Encrypts a packet; an empty one only shows that this side lives. */
  seal(packet: Uint8Array): Buffer {
    const header = Buffer.alloc(headerSize)
    const counter = this.#counter++
    header[0] = typeOfData
    header.writeUInt32LE(this.id, 4)
    header.writeUIntLE(counter, 8, 6)
    return seal(this.#sending, counter, header, packet)
  }

  /** Decrypts a packet; `undefined` where it is not authentic, or came before. */
  unseal(message: Buffer): Buffer | undefined {
    const counter = message.readUIntLE(8, 6)
    const packet = unseal(this.#receiving, counter, message, headerSize)
    return packet && this.#window.accept(counter) ? packet : undefined
  }
}

/** Which session a message of data belongs to; `undefined` for other messages. */
export function sessionOf(message: Buffer): number | undefined {
  return message.length >= headerSize + tagSize && message[0] === typeOfData ? message.readUInt32LE(4) : undefined
}

function nonce(counter: number): Buffer {
  const bytes = Buffer.alloc(12)
  bytes.writeUIntLE(counter, 4, 6)
  return bytes
}
