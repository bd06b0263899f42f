import { randomBytes } from 'node:crypto'
import { derive, type KeyPair, newKeyPair, shared } from './keys.js'
import { Session, seal, unseal } from './session.js'

// A hello is: its type, a number of the session, the sender's ephemeral key; and, encrypted with a key that only the two
// static pairs give, the time. The answer echoes the number. Session keys come of both the ephemeral keys, so that a
// static key that is stolen later opens no old packet, and of the static ones, so that nobody else can make them.
const typeOfHello = 1
const typeOfAnswer = 2
const headerSize = 48

/** One side's long-lived secrets. */
export interface Identity {
  readonly own: KeyPair
  /** The other side's public key. */
  readonly peer: Uint8Array
}

/** A handshake that waits for its answer. */
export interface Hello {
  readonly message: Buffer
  readonly id: number
  readonly ephemeral: KeyPair
}

/** Starts a handshake. */
export function hello(identity: Identity): Hello {
  const ephemeral = newKeyPair()
  const id = randomBytes(4).readUInt32LE()
  return { message: greet(typeOfHello, id, ephemeral, identity), id, ephemeral }
}

/** Answers a hello; `undefined` where it is not authentic, or not newer than `newest`, the time of the last one. */
export function answer(
  message: Buffer,
  identity: Identity,
  newest: number,
): { readonly message: Buffer; readonly session: Session; readonly time: number } | undefined {
  const greeting = read(typeOfHello, message, identity)
  if (!greeting || greeting.time <= newest) return undefined
  const ephemeral = newKeyPair()
  const [theirs, ours] = sessionKeys(identity, ephemeral, greeting.ephemeral, [greeting.ephemeral, ephemeral.publicKey])
  return {
    message: greet(typeOfAnswer, greeting.id, ephemeral, identity),
    session: new Session(greeting.id, { sending: ours, receiving: theirs }),
    time: greeting.time,
  }
}

/** Ends a handshake by its answer; `undefined` where it is another message, or not authentic. */
export function finish(message: Buffer, started: Hello, identity: Identity): Session | undefined {
  const greeting = read(typeOfAnswer, message, identity)
  if (!greeting || greeting.id !== started.id) return undefined
  const order: [Uint8Array, Uint8Array] = [started.ephemeral.publicKey, greeting.ephemeral]
  const [ours, theirs] = sessionKeys(identity, started.ephemeral, greeting.ephemeral, order)
  return new Session(started.id, { sending: ours, receiving: theirs })
}

function greet(type: number, id: number, ephemeral: KeyPair, identity: Identity): Buffer {
  const header = Buffer.alloc(headerSize)
  header[0] = type
  header.writeUInt32LE(id, 4)
  header.set(ephemeral.publicKey, 16)
  const time = Buffer.alloc(8)
  time.writeDoubleLE(performance.timeOrigin + performance.now())
  return seal(greetingKey(identity, header), 0, header, time)
}

function read(type: number, message: Buffer, identity: Identity) {
  if (message.length !== headerSize + 8 + 16 || message[0] !== type) return undefined
  const time = unseal(greetingKey(identity, message.subarray(0, headerSize)), 0, message, headerSize)
  const ephemeral = Buffer.from(message.subarray(16, headerSize))
  return time && { id: message.readUInt32LE(4), ephemeral, time: time.readDoubleLE() }
}

/** A key for one message, since the header, and with it the ephemeral key, is new each time. */
function greetingKey({ own, peer }: Identity, header: Uint8Array): Uint8Array {
  const [key] = derive(shared(own, peer), header, 'linkwright example vpn: greeting', 1)
  return key ?? new Uint8Array()
}

function sessionKeys(identity: Identity, own: KeyPair, other: Uint8Array, order: [Uint8Array, Uint8Array]) {
  const secret = Buffer.concat([shared(own, other), shared(identity.own, identity.peer)])
  const [first, second] = derive(secret, Buffer.concat(order), 'linkwright example vpn: session', 2)
  if (!first || !second) throw new Error('no keys')
  return [first, second] as const
}
