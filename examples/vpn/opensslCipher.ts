import koffi from 'koffi'
import { type PacketCipher, tagSize } from './cipher.js'

// node:crypto makes an object for each message, which takes ten times as long as the encryption itself. Node exports its
// OpenSSL to addons, and so to us: there a context is made once and gets a new nonce for each message.
const node = koffi.load(null)
const newContext = node.func('void *EVP_CIPHER_CTX_new()')
const freeContext = node.func('void EVP_CIPHER_CTX_free(void *)')
const chacha20Poly1305 = node.func('void *EVP_chacha20_poly1305()')
const init = node.func('int EVP_CipherInit_ex(void *, void *, void *, const void *, const void *, int)')
const update = node.func('int EVP_CipherUpdate(void *, void *, void *, const void *, int)')
const finalize = node.func('int EVP_CipherFinal_ex(void *, void *, void *)')
const control = node.func('int EVP_CIPHER_CTX_ctrl(void *, int, int, void *)')
// EVP_CTRL_AEAD_GET_TAG and EVP_CTRL_AEAD_SET_TAG of openssl/evp.h.
const getTag = 0x10
const setTag = 0x11
const keep = -1

const contexts = new FinalizationRegistry<unknown>((context) => freeContext(context))

/** {@link PacketCipher} by the functions that node:crypto calls; the same bytes, ten times as fast. */
export class OpensslCipher implements PacketCipher {
  readonly #context: unknown = newContext()
  readonly #nonce = Buffer.alloc(12)
  readonly #length = new Uint8Array(4)
  readonly #nothing = new Uint8Array(16)

  constructor(key: Uint8Array, direction: 'seal' | 'unseal') {
    if (init(this.#context, chacha20Poly1305(), null, key, this.#nonce, direction === 'seal' ? 1 : 0) !== 1) {
      throw new Error('no ChaCha20-Poly1305')
    }
    contexts.register(this, this.#context)
  }

  seal(counter: number, header: Uint8Array, text: Uint8Array, into: Uint8Array): void {
    this.#start(counter, header)
    this.#pass(text, into)
    must(finalize(this.#context, this.#nothing, this.#length))
    must(control(this.#context, getTag, tagSize, into.subarray(text.length)))
  }

  unseal(counter: number, header: Uint8Array, sealed: Uint8Array, into: Uint8Array): boolean {
    const length = sealed.length - tagSize
    this.#start(counter, header)
    must(control(this.#context, setTag, tagSize, sealed.subarray(length)))
    this.#pass(sealed.subarray(0, length), into)
    return finalize(this.#context, this.#nothing, this.#length) === 1
  }

  #start(counter: number, header: Uint8Array): void {
    this.#nonce.writeUIntLE(counter, 4, 6)
    // A nonce that was not taken would be the last one, which must not be used again.
    must(init(this.#context, null, null, null, this.#nonce, keep))
    must(update(this.#context, null, this.#length, header, header.length))
  }

  #pass(bytes: Uint8Array, into: Uint8Array): void {
    // A message without text has nothing to point at.
    if (bytes.length > 0) must(update(this.#context, into, this.#length, bytes, bytes.length))
  }
}

function must(result: number): void {
  if (result !== 1) throw new Error('OpenSSL failed')
}
