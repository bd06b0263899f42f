import { createCipheriv, createDecipheriv } from 'node:crypto'
import { type PacketCipher, tagSize } from './cipher.js'

const algorithm = 'chacha20-poly1305'
const options = { authTagLength: tagSize }

/** {@link PacketCipher} by node:crypto, which makes an object for each message. */
export class NodeCipher implements PacketCipher {
  readonly #key: Uint8Array
  readonly #nonce = Buffer.alloc(12)

  constructor(key: Uint8Array) {
    this.#key = key
  }

  seal(counter: number, header: Uint8Array, text: Uint8Array, into: Uint8Array): void {
    const cipher = createCipheriv(algorithm, this.#key, this.#nonceOf(counter), options)
    cipher.setAAD(header, { plaintextLength: text.length })
    into.set(cipher.update(text))
    cipher.final()
    into.set(cipher.getAuthTag(), text.length)
  }

  unseal(counter: number, header: Uint8Array, sealed: Uint8Array, into: Uint8Array): boolean {
    const length = sealed.length - tagSize
    const decipher = createDecipheriv(algorithm, this.#key, this.#nonceOf(counter), options)
    decipher.setAAD(header, { plaintextLength: length })
    decipher.setAuthTag(sealed.subarray(length))
    into.set(decipher.update(sealed.subarray(0, length)))
    try {
      decipher.final()
      return true
    } catch {
      // It throws for nothing but a tag that does not match.
      return false
    }
  }

  #nonceOf(counter: number): Buffer {
    this.#nonce.writeUIntLE(counter, 4, 6)
    return this.#nonce
  }
}
