import { internetChecksum, transportChecksum } from './checksum.js'
import { type Carrier, setWord, word } from './header.js'
import { ipProtocol } from './protocol.js'

const headerSize = 8

/** Types of ICMP (RFC 792). */
export const icmpType = {
  echoReply: 0,
  destinationUnreachable: 3,
  redirect: 5,
  echoRequest: 8,
  timeExceeded: 11,
  parameterProblem: 12,
} as const

/** Types of ICMPv6 (RFC 4443, RFC 4861). */
export const icmpv6Type = {
  destinationUnreachable: 1,
  packetTooBig: 2,
  timeExceeded: 3,
  parameterProblem: 4,
  echoRequest: 128,
  echoReply: 129,
  routerSolicitation: 133,
  routerAdvertisement: 134,
  neighborSolicitation: 135,
  neighborAdvertisement: 136,
  redirect: 137,
} as const

/** What the messages of ICMP and ICMPv6 have in common. */
class Message {
  /** The message up to the end of its packet. */
  readonly bytes: Uint8Array

  protected constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  /** What the message is. */
  get type(): number {
    return this.bytes[0] ?? 0
  }
  set type(value: number) {
    this.bytes[0] = value
  }

  /** More about the type. */
  get code(): number {
    return this.bytes[1] ?? 0
  }
  set code(value: number) {
    this.bytes[1] = value
  }

  /** As it stands in the message. */
  get checksum(): number {
    return word(this.bytes, 2)
  }
  set checksum(value: number) {
    setWord(this.bytes, 2, value)
  }

  /** Which program an echo belongs to. */
  get identifier(): number {
    return word(this.bytes, 4)
  }
  set identifier(value: number) {
    setWord(this.bytes, 4, value)
  }

  /** Which echo it is. */
  get sequence(): number {
    return word(this.bytes, 6)
  }
  set sequence(value: number) {
    setWord(this.bytes, 6, value)
  }

  /** What follows the first 8 bytes: an echo's data, the packet that an error is about, … */
  get body(): Uint8Array {
    return this.bytes.subarray(headerSize)
  }
}

/** A view of a message of ICMP for IPv4 (RFC 792). */
export class IcmpMessage extends Message {
  /** `undefined` where the bytes are too short. */
  static parse(bytes: Uint8Array): IcmpMessage | undefined {
    return bytes.length < headerSize ? undefined : new IcmpMessage(bytes)
  }

  /** Whether the checksum is right. */
  get checksumIsValid(): boolean {
    return internetChecksum(this.bytes) === 0
  }

  /** Computes the checksum anew. */
  setChecksum(): void {
    setWord(this.bytes, 2, 0)
    setWord(this.bytes, 2, internetChecksum(this.bytes))
  }
}

/** A view of a message of ICMPv6 (RFC 4443), whose checksum covers the addresses of its packet. */
export class Icmpv6Message extends Message {
  /** `undefined` where the bytes are too short. */
  static parse(bytes: Uint8Array): Icmpv6Message | undefined {
    return bytes.length < headerSize ? undefined : new Icmpv6Message(bytes)
  }

  /** Whether the checksum is right, in a packet with these addresses. */
  checksumIsValid(carrier: Carrier): boolean {
    return transportChecksum(this.bytes, carrier, ipProtocol.icmpv6) === 0
  }

  /** Computes the checksum anew, for a packet with these addresses. */
  setChecksum(carrier: Carrier): void {
    setWord(this.bytes, 2, 0)
    setWord(this.bytes, 2, transportChecksum(this.bytes, carrier, ipProtocol.icmpv6))
  }
}
