import { transportChecksum } from './checksum.js'
import { type Carrier, doubleWord, setDoubleWord, setWord, word } from './header.js'
import { WithPorts } from './ports.js'
import { ipProtocol } from './protocol.js'

const shortest = 20

/** Bits of {@link TcpSegment.flags} (RFC 9293 §3.1). */
export const tcpFlag = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32, ece: 64, cwr: 128 } as const

/** An option of TCP. */
export interface TcpOption {
  /** 2 is the maximum segment size, 3 the window scale, 8 timestamps, … by IANA's list. */
  readonly kind: number
  /** What it says, without kind and length. */
  readonly data: Uint8Array
}

/** A view of a TCP segment (RFC 9293). */
export class TcpSegment extends WithPorts {
  /** Bytes of the header, options included. */
  readonly headerLength: number

  private constructor(bytes: Uint8Array, headerLength: number) {
    super(bytes)
    this.headerLength = headerLength
  }

  /** `undefined` where the bytes are shorter than the header says. */
  static parse(bytes: Uint8Array): TcpSegment | undefined {
    if (bytes.length < shortest) return undefined
    const headerLength = ((bytes[12] ?? 0) >> 4) * 4
    if (headerLength < shortest || headerLength > bytes.length) return undefined
    return new TcpSegment(bytes, headerLength)
  }

  /** Number of the first byte that it carries. */
  get sequence(): number {
    return doubleWord(this.bytes, 4)
  }
  set sequence(value: number) {
    setDoubleWord(this.bytes, 4, value)
  }

  /** Number of the byte that is expected next, with the flag `ack`. */
  get acknowledgment(): number {
    return doubleWord(this.bytes, 8)
  }
  set acknowledgment(value: number) {
    setDoubleWord(this.bytes, 8, value)
  }

  /** Bits of {@link tcpFlag}. */
  get flags(): number {
    return this.bytes[13] ?? 0
  }
  set flags(value: number) {
    this.bytes[13] = value
  }

  /** How much may be sent, before scaling. */
  get window(): number {
    return word(this.bytes, 14)
  }
  set window(value: number) {
    setWord(this.bytes, 14, value)
  }

  /** As it stands in the segment. */
  get checksum(): number {
    return word(this.bytes, 16)
  }
  set checksum(value: number) {
    setWord(this.bytes, 16, value)
  }

  /** Where urgent data ends, with the flag `urg`. */
  get urgentPointer(): number {
    return word(this.bytes, 18)
  }

  /** What the segment carries. */
  get payload(): Uint8Array {
    return this.bytes.subarray(this.headerLength)
  }

  /** The options, in order; they end where one is malformed. */
  *options(): Generator<TcpOption, void, undefined> {
    for (let offset = shortest; offset < this.headerLength; ) {
      const kind = this.bytes[offset] ?? 0
      if (kind === 0) return
      if (kind === 1) {
        offset++
        continue
      }
      const length = offset + 1 < this.headerLength ? (this.bytes[offset + 1] ?? 0) : 0
      if (length < 2 || offset + length > this.headerLength) return
      yield { kind, data: this.bytes.subarray(offset + 2, offset + length) }
      offset += length
    }
  }

  /** Whether the checksum is right, in a packet with these addresses. */
  checksumIsValid(carrier: Carrier): boolean {
    return transportChecksum(this.bytes, carrier, ipProtocol.tcp) === 0
  }

  /** Computes the checksum anew, for a packet with these addresses. */
  setChecksum(carrier: Carrier): void {
    setWord(this.bytes, 16, 0)
    setWord(this.bytes, 16, transportChecksum(this.bytes, carrier, ipProtocol.tcp))
  }
}
