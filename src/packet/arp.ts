import { setField, setWord, word } from './header.js'
import { etherType } from './protocol.js'

const size = 28

/** What an ARP packet asks or says. */
export const arpOperation = { request: 1, reply: 2 } as const

/** A view of an ARP packet for IPv4 over Ethernet (RFC 826). */
export class ArpPacket {
  /** The packet's 28 bytes, without padding. */
  readonly bytes: Uint8Array

  private constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  /** `undefined` where the bytes are too short or for other protocols. */
  static parse(bytes: Uint8Array): ArpPacket | undefined {
    if (bytes.length < size || word(bytes, 0) !== 1 || word(bytes, 2) !== etherType.ipv4) return undefined
    return bytes[4] === 6 && bytes[5] === 4 ? new ArpPacket(bytes.subarray(0, size)) : undefined
  }

  /** Writes a packet into the first 28 bytes of `bytes`, or of new ones. */
  static create(
    fields: {
      readonly operation: number
      readonly senderMac: Uint8Array
      readonly senderAddress: Uint8Array
      readonly targetMac?: Uint8Array
      readonly targetAddress: Uint8Array
    },
    bytes: Uint8Array = new Uint8Array(size),
  ): ArpPacket {
    if (bytes.length < size) throw new TypeError(`an ARP packet takes ${size} bytes, not ${bytes.length}`)
    bytes.set([0, 1, etherType.ipv4 >> 8, etherType.ipv4 & 0xff, 6, 4])
    const packet = new ArpPacket(bytes.subarray(0, size))
    packet.operation = fields.operation
    packet.senderMac = fields.senderMac
    packet.senderAddress = fields.senderAddress
    packet.targetMac = fields.targetMac ?? new Uint8Array(6)
    packet.targetAddress = fields.targetAddress
    return packet
  }

  /** 1 asks, 2 answers: {@link arpOperation}. */
  get operation(): number {
    return word(this.bytes, 6)
  }
  set operation(value: number) {
    setWord(this.bytes, 6, value)
  }

  /** The sender's MAC address: 6 bytes. */
  get senderMac(): Uint8Array {
    return this.bytes.subarray(8, 14)
  }
  set senderMac(mac: Uint8Array) {
    setField(this.bytes, 8, 6, mac)
  }

  /** The sender's IPv4 address: 4 bytes. */
  get senderAddress(): Uint8Array {
    return this.bytes.subarray(14, 18)
  }
  set senderAddress(address: Uint8Array) {
    setField(this.bytes, 14, 4, address)
  }

  /** The MAC address of the one that is asked for or told: 6 bytes, zeros in a request. */
  get targetMac(): Uint8Array {
    return this.bytes.subarray(18, 24)
  }
  set targetMac(mac: Uint8Array) {
    setField(this.bytes, 18, 6, mac)
  }

  /** The IPv4 address that is asked for or told: 4 bytes. */
  get targetAddress(): Uint8Array {
    return this.bytes.subarray(24, 28)
  }
  set targetAddress(address: Uint8Array) {
    setField(this.bytes, 24, 4, address)
  }
}
