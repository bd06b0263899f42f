import { internetChecksum, updatedChecksum } from './checksum.js'
import { type Carrier, setField, setWord, word } from './header.js'

const shortest = 20

/** A view of an IPv4 packet (RFC 791). */
export class Ipv4Packet implements Carrier {
  /** The packet up to its total length. */
  readonly bytes: Uint8Array
  /** Bytes of the header, options included. */
  readonly headerLength: number
  /** Always 4. */
  readonly version = 4

  private constructor(bytes: Uint8Array, headerLength: number) {
    this.bytes = bytes
    this.headerLength = headerLength
  }

  /** `undefined` where it is no IPv4 packet, or shorter than its own lengths say. Bytes behind its end are left out. */
  static parse(bytes: Uint8Array): Ipv4Packet | undefined {
    const [first = 0] = bytes
    const headerLength = (first & 0xf) * 4
    if (first >> 4 !== 4 || headerLength < shortest || bytes.length < headerLength) return undefined
    const length = word(bytes, 2)
    if (length < headerLength || length > bytes.length) return undefined
    return new Ipv4Packet(length === bytes.length ? bytes : bytes.subarray(0, length), headerLength)
  }

  /** Writes a header without options over the first 20 bytes; the packet ends where `bytes` do. Checksum included. */
  static create(
    bytes: Uint8Array,
    fields: {
      readonly source: Uint8Array
      readonly destination: Uint8Array
      readonly protocol: number
      readonly ttl?: number
      readonly identification?: number
    },
  ): Ipv4Packet {
    if (bytes.length < shortest || bytes.length > 0xffff) throw new TypeError('an IPv4 packet has 20 to 65,535 bytes')
    bytes.fill(0, 0, shortest)
    bytes[0] = 0x45
    setWord(bytes, 2, bytes.length)
    setWord(bytes, 4, fields.identification ?? 0)
    bytes[8] = fields.ttl ?? 64
    bytes[9] = fields.protocol
    const packet = new Ipv4Packet(bytes, shortest)
    packet.source = fields.source
    packet.destination = fields.destination
    packet.setChecksum()
    return packet
  }

  /** Bytes of the whole packet. */
  get totalLength(): number {
    return word(this.bytes, 2)
  }

  /** Differentiated services, 0 to 63. */
  get dscp(): number {
    return (this.bytes[1] ?? 0) >> 2
  }

  /** Congestion notification (RFC 3168), 0 to 3. */
  get ecn(): number {
    return (this.bytes[1] ?? 0) & 3
  }

  /** What the fragments of one packet have in common. */
  get identification(): number {
    return word(this.bytes, 4)
  }

  /** Whether it must not be fragmented. */
  get dontFragment(): boolean {
    return ((this.bytes[6] ?? 0) & 0x40) !== 0
  }

  /** Whether more fragments follow. */
  get moreFragments(): boolean {
    return ((this.bytes[6] ?? 0) & 0x20) !== 0
  }

  /** Where this fragment belongs in its packet, in bytes. */
  get fragmentOffset(): number {
    return (word(this.bytes, 6) & 0x1fff) * 8
  }

  /** Whether it is only a part of a packet: the transport protocol's header may not be in it. */
  get isFragment(): boolean {
    return (word(this.bytes, 6) & 0x3fff) !== 0
  }

  /**
   * Time to live: how many more routers may pass it on. Setting it brings the checksum
   * up to date, which must be right before: change the addresses after it, or call {@link setChecksum}.
   */
  get ttl(): number {
    return this.bytes[8] ?? 0
  }
  set ttl(value: number) {
    const before = word(this.bytes, 8)
    this.bytes[8] = value
    setWord(this.bytes, 10, updatedChecksum(this.checksum, before, word(this.bytes, 8)))
  }

  /** Number of the protocol of the payload: `ipProtocol`. */
  get protocol(): number {
    return this.bytes[9] ?? 0
  }

  /** Of the header, as it stands there. */
  get checksum(): number {
    return word(this.bytes, 10)
  }
  set checksum(value: number) {
    setWord(this.bytes, 10, value)
  }

  /** From whom: 4 bytes. Setting it leaves checksums as they are. */
  get source(): Uint8Array {
    return this.bytes.subarray(12, 16)
  }
  set source(address: Uint8Array) {
    setField(this.bytes, 12, 4, address)
  }

  /** To whom: 4 bytes. Setting it leaves checksums as they are. */
  get destination(): Uint8Array {
    return this.bytes.subarray(16, 20)
  }
  set destination(address: Uint8Array) {
    setField(this.bytes, 16, 4, address)
  }

  /** Options, as bytes. */
  get options(): Uint8Array {
    return this.bytes.subarray(shortest, this.headerLength)
  }

  /** What the packet carries. */
  get payload(): Uint8Array {
    return this.bytes.subarray(this.headerLength)
  }

  /** Whether the header's checksum is right. */
  get checksumIsValid(): boolean {
    return internetChecksum(this.bytes.subarray(0, this.headerLength)) === 0
  }

  /** Computes the header's checksum anew. */
  setChecksum(): void {
    setWord(this.bytes, 10, 0)
    setWord(this.bytes, 10, internetChecksum(this.bytes.subarray(0, this.headerLength)))
  }
}
