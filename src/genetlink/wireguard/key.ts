import { type Codec, MalformedError } from '../../netlink/codec.js'
import { readSecret } from '../keyFile.js'

/** WG_KEY_LEN: include/uapi/linux/wireguard.h */
export const WG_KEY_LEN = 32

/** Loaded when it is first asked for: it takes longer than the rest of what reads a namespace. */
const crypto = (): typeof import('node:crypto') => process.getBuiltinModule('node:crypto')

const notKey = 'a key is 32 bytes in base64: 44 characters, the last one ='

/** The bytes of a key; `undefined` where the text is none. */
export function parseKey(text: string): Uint8Array | undefined {
  if (!/^[A-Za-z0-9+/]{43}=$/.test(text)) return undefined
  return new Uint8Array(Buffer.from(text, 'base64'))
}

/** The one spelling of a key; text that is none stays. */
export function canonicalKey(text: string): string {
  const bytes = parseKey(text)
  return bytes ? formatKey(bytes) : text
}

function formatKey(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}

// PKCS #8 and SPKI around a raw key of X25519: RFC 8410.
const privatePrefix = Buffer.from('302e020100300506032b656e04220420', 'hex')

/** The public key of a private one: `wg pubkey`. Throws a RangeError for what is no key, without showing it. */
export function publicKeyOf(privateKey: string): string {
  const bytes = parseKey(privateKey)
  if (!bytes) throw new RangeError(notKey)
  const { createPrivateKey, createPublicKey } = crypto()
  const key = createPrivateKey({ key: Buffer.concat([privatePrefix, bytes]), format: 'der', type: 'pkcs8' })
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' })
  return formatKey(spki.subarray(-WG_KEY_LEN))
}

/** A new private key: `wg genkey`. */
export function generatePrivateKey(): string {
  return formatKey(clamped(crypto().randomBytes(WG_KEY_LEN)))
}

/**
 * A private key as the kernel keeps it, with the same public key (include/crypto/curve25519.h,
 * curve25519_clamp_secret); one of zeros is none, and stays, as does text that is no key.
 */
export function clampedKey(text: string): string {
  const bytes = parseKey(text)
  return bytes?.some((byte) => byte !== 0) ? formatKey(clamped(bytes)) : canonicalKey(text)
}

/** RFC 7748 §5: with the bits that the function sets anyway. */
function clamped(bytes: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes)
  copy[0] = (copy[0] ?? 0) & 248
  copy[31] = ((copy[31] ?? 0) & 127) | 64
  return copy
}

/** A new preshared key: `wg genpsk`. */
export function generatePresharedKey(): string {
  return formatKey(crypto().randomBytes(WG_KEY_LEN))
}

/**
 * Reads a key from a file, whose text it is but for white space around. No error shows what the file has.
 * @param directory where a relative path begins; default the working directory
 */
export function readKeyFile(path: string, directory = ''): string {
  return readSecret(path, directory, (text) => parseKey(text) !== undefined, notKey)
}

function keyBytes(text: string): Uint8Array {
  const bytes = parseKey(text)
  // The value is left out: it may be most of a secret.
  if (!bytes) throw new RangeError(notKey)
  return bytes
}

/** A public key. */
export const publicKey: Codec<string> = {
  domain: { type: 'key', length: WG_KEY_LEN, secret: false, nullable: false },
  encode: (value, writer) => writer.append(keyBytes(value)),
  decode(payload) {
    if (payload.length !== WG_KEY_LEN) throw new MalformedError(`${payload.length} bytes of key`)
    return formatKey(payload.copy())
  },
}

/** A private or preshared key; for the kernel one of zeros is none. */
export const secretKey: Codec<string | null> = {
  domain: { type: 'key', length: WG_KEY_LEN, secret: true, nullable: true },
  encode: (value, writer) => writer.append(value === null ? new Uint8Array(WG_KEY_LEN) : keyBytes(value)),
  decode(payload, context) {
    const text = publicKey.decode(payload, context)
    return /^A+=$/.test(text) ? null : text
  },
}

/** A secret key by the file that holds it, which is read when the message is built. */
export function keyFile(property: string): Codec<string> {
  return {
    domain: { type: 'keyFile', property },
    encode: (value, writer) => writer.append(keyBytes(readKeyFile(value))),
    decode() {
      throw new MalformedError('a key is read as such')
    },
  }
}
