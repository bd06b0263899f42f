import { createCipheriv, createDecipheriv } from 'node:crypto'
import { type PacketCipher, tagSize } from './cipher.js'

const algorithm = 'chacha20-poly1305'

/** Encrypts behind a header, with a nonce of the counter; a key must never meet a counter twice. */
export function seal(key: Uint8Array, counter: number, header: Uint8Array, text: Uint8Array): Buffer {
  const cipher = createCipheriv(algorithm, key, nonce(counter), { authTagLength: tagSize })
  cipher.setAAD(header, { plaintextLength: text.length })
  const body = cipher.update(text)
  cipher.final()
  return Buffer.concat([header, body, cipher.getAuthTag()])
}

/** Decrypts what {@link seal} put behind a header; `undefined` where a bit of it, or of the key, is another one. */
export function unseal(key: Uint8Array, counter: number, header: Uint8Array, sealed: Uint8Array): Buffer | undefined {
  const length = sealed.length - tagSize
  if (length < 0) return undefined
  const decipher = createDecipheriv(algorithm, key, nonce(counter), { authTagLength: tagSize })
  decipher.setAAD(header, { plaintextLength: length })
  decipher.setAuthTag(sealed.subarray(length))
  const text = decipher.update(sealed.subarray(0, length))
  try {
    decipher.final()
    return text
  } catch {
    // Node's way of saying that the tag is not that of the message.
    return undefined
  }
}

/** {@link PacketCipher} by node:crypto, which makes an object for each message. */
export class NodeCipher implements PacketCipher {
  readonly #key: Uint8Array

  constructor(key: Uint8Array) {
    this.#key = key
  }

  seal(counter: number, header: Uint8Array, text: Uint8Array, into: Uint8Array): void {
    into.set(seal(this.#key, counter, header, text).subarray(header.length))
  }

  unseal(counter: number, header: Uint8Array, sealed: Uint8Array, into: Uint8Array): boolean {
    const text = unseal(this.#key, counter, header, sealed)
    if (text) into.set(text)
    return text !== undefined
  }
}

function nonce(counter: number): Buffer {
  const bytes = Buffer.alloc(12)
  bytes.writeUIntLE(counter, 4, 6)
  return bytes
}
