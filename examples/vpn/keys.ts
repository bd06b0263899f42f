import {
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
} from 'node:crypto'

// The DER wrapping of a raw key of 32 bytes (RFC 8410).
const privatePrefix = Buffer.from('302e020100300506032b656e04220420', 'hex')
const publicPrefix = Buffer.from('302a300506032b656e032100', 'hex')

/** A key pair of X25519. */
export interface KeyPair {
  readonly privateKey: KeyObject
  /** 32 bytes. */
  readonly publicKey: Uint8Array
}

/** One side's long-lived secrets. */
export interface Identity {
  readonly own: KeyPair
  /** The other side's public key. */
  readonly peer: Uint8Array
}

/** Makes a new pair. */
export function newKeyPair(): KeyPair {
  return pairOf(generateKeyPairSync('x25519').privateKey)
}

/** The pair of a private key in Base64. */
export function keyPair(base64: string): KeyPair {
  return pairOf(createPrivateKey({ key: Buffer.concat([privatePrefix, key32(base64)]), format: 'der', type: 'pkcs8' }))
}

/** The private key in Base64. */
export function privateText({ privateKey }: KeyPair): string {
  return privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32).toString('base64')
}

/** The 32 bytes of a key in Base64. */
export function key32(base64: string): Buffer {
  const bytes = Buffer.from(base64, 'base64')
  if (bytes.length !== 32 || bytes.toString('base64') !== base64) throw new TypeError('a key has 32 bytes in Base64')
  return bytes
}

/**
 * What both sides can compute, each with its own private and the other's public key. `undefined` for the few public keys
 * with which everybody would compute the same (RFC 7748 §6.1): OpenSSL refuses them.
 */
export function shared(own: KeyPair, other: Uint8Array): Buffer | undefined {
  const publicKey = createPublicKey({ key: Buffer.concat([publicPrefix, other]), format: 'der', type: 'spki' })
  try {
    return diffieHellman({ privateKey: own.privateKey, publicKey })
  } catch {
    return undefined
  }
}

/** Derives two keys of 32 bytes each: HKDF of RFC 5869. */
export function derive(secret: Uint8Array, salt: Uint8Array, purpose = ''): [Buffer, Buffer] {
  const bytes = Buffer.from(hkdfSync('sha256', secret, salt, purpose, 64))
  return [bytes.subarray(0, 32), bytes.subarray(32)]
}

function pairOf(privateKey: KeyObject): KeyPair {
  const publicKey = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-32)
  return { privateKey, publicKey }
}
