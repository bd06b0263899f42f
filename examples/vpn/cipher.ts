/** Bytes that prove a message. */
export const tagSize = 16

/** One direction of a session: ChaCha20-Poly1305 (RFC 8439) with one key. */
export interface PacketCipher {
  /** Writes the text encrypted, and its tag behind it, to `into`; a key must never meet a counter twice. */
  seal(counter: number, header: Uint8Array, text: Uint8Array, into: Uint8Array): void
  /** Decrypts what {@link seal} made into `into`; false where a bit of it, or of the key, is another one. */
  unseal(counter: number, header: Uint8Array, sealed: Uint8Array, into: Uint8Array): boolean
}
