import { createHash } from 'node:crypto'
import { derive, type Identity, type KeyPair, newKeyPair, shared } from './keys.js'
import { seal, unseal } from './nodeCipher.js'
import type { SessionKeys } from './session.js'

// The Noise protocol framework, revision 34 (noiseprotocol.org), §5 and §7.5, for the pattern KK: both sides know the
// other's static key beforehand.
//   -> e, es, ss
//   <- e, ee, se
// It binds both static and both ephemeral keys: a static key that is stolen later opens no old packet, and with one's
// own that is stolen nobody can be another one towards this side, once the second message is there.
const name = Buffer.from('Noise_KK_25519_ChaChaPoly_SHA256')
const publicKeySize = 32
const hashSize = 32
const empty = new Uint8Array()

/** Who speaks first is the initiator. */
export type Role = 'initiator' | 'responder'

/** One handshake of the pattern KK: each side writes one message and reads one, the initiator writing first. */
export class KkHandshake {
  readonly #role: Role
  readonly #identity: Identity
  readonly #ephemeral: KeyPair
  #peerEphemeral: Uint8Array = empty
  #chainingKey: Uint8Array = name
  #hash: Uint8Array = name
  #key: Uint8Array = empty
  #isFirst = true

  /** @param prologue what both sides must know alike, or nothing of the handshake is authentic */
  constructor(role: Role, identity: Identity, prologue: Uint8Array, ephemeral = newKeyPair()) {
    this.#role = role
    this.#identity = identity
    this.#ephemeral = ephemeral
    const statics = [identity.own.publicKey, identity.peer]
    if (role === 'responder') statics.reverse()
    for (const data of [prologue, ...statics]) this.#mixHash(data)
  }

  /** The next message of this side, with a payload in it. */
  write(payload: Uint8Array = empty): Buffer {
    this.#mixHash(this.#ephemeral.publicKey)
    if (!this.#mixSecrets()) throw new TypeError('the public key of the other side is none')
    const sealed = seal(this.#key, 0, this.#hash, payload).subarray(hashSize)
    this.#mixHash(sealed)
    return Buffer.concat([this.#ephemeral.publicKey, sealed])
  }

  /** The payload of the other side's message; `undefined` where it is not authentic: the handshake is of no more use. */
  read(message: Uint8Array): Buffer | undefined {
    this.#peerEphemeral = Uint8Array.from(message.subarray(0, publicKeySize))
    if (this.#peerEphemeral.length !== publicKeySize) return undefined
    this.#mixHash(this.#peerEphemeral)
    if (!this.#mixSecrets()) return undefined
    const sealed = message.subarray(publicKeySize)
    const payload = unseal(this.#key, 0, this.#hash, sealed)
    this.#mixHash(sealed)
    return payload
  }

  /** The keys for what follows both messages. */
  keys(): SessionKeys {
    const [initiators, responders] = derive(empty, this.#chainingKey)
    return this.#role === 'initiator'
      ? { sending: initiators, receiving: responders }
      : { sending: responders, receiving: initiators }
  }

  /** `es` and `ss` for the first message, `ee` and `se` for the second: each message has a key of its own. */
  #mixSecrets(): boolean {
    const { own, peer } = this.#identity
    // Of `es` the initiator has the ephemeral key, of `se` the responder.
    const ownIsEphemeral = this.#isFirst === (this.#role === 'initiator')
    const crossed = ownIsEphemeral ? shared(this.#ephemeral, peer) : shared(own, this.#peerEphemeral)
    const secrets = this.#isFirst
      ? [crossed, shared(own, peer)]
      : [shared(this.#ephemeral, this.#peerEphemeral), crossed]
    this.#isFirst = false
    for (const secret of secrets) {
      if (!secret) return false
      ;[this.#chainingKey, this.#key] = derive(secret, this.#chainingKey)
    }
    return true
  }

  #mixHash(data: Uint8Array): void {
    this.#hash = createHash('sha256').update(this.#hash).update(data).digest()
  }
}
