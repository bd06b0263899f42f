import type { PacketCipher } from './cipher.js'
import { NodeCipher } from './nodeCipher.js'

/** What a cipher is for. */
export type Direction = 'seal' | 'unseal'

// A Node that does not export its OpenSSL goes the long way.
const opensslCipher = await import('./opensslCipher.js').catch(() => undefined)

/** Makes the cipher of a direction, by the fastest way that this Node has. */
export function packetCipher(key: Uint8Array, direction: Direction): PacketCipher {
  return opensslCipher ? new opensslCipher.OpensslCipher(key, direction) : new NodeCipher(key)
}
