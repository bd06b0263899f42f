import { transportChecksum } from './checksum.js'
import { type Carrier, setWord, word } from './header.js'
import { WithPorts } from './ports.js'
import { ipProtocol } from './protocol.js'

const headerSize = 8

/** A view of a UDP datagram (RFC 768). */
export class UdpDatagram extends WithPorts {
  /** `undefined` where the bytes are shorter than the datagram says. Bytes behind its end are left out. */
  static parse(bytes: Uint8Array): UdpDatagram | undefined {
    if (bytes.length < headerSize) return undefined
    const length = word(bytes, 4)
    if (length < headerSize || length > bytes.length) return undefined
    return new UdpDatagram(length === bytes.length ? bytes : bytes.subarray(0, length))
  }

  /** Writes a header over the first 8 bytes; the datagram ends where `bytes` do. The checksum is 0, which means none. */
  static create(
    bytes: Uint8Array,
    ports: { readonly sourcePort: number; readonly destinationPort: number },
  ): UdpDatagram {
    if (bytes.length < headerSize || bytes.length > 0xffff) throw new TypeError('a datagram has 8 to 65,535 bytes')
    setWord(bytes, 0, ports.sourcePort)
    setWord(bytes, 2, ports.destinationPort)
    setWord(bytes, 4, bytes.length)
    setWord(bytes, 6, 0)
    return new UdpDatagram(bytes)
  }

  /** Bytes of header and payload. */
  get length(): number {
    return word(this.bytes, 4)
  }

  /** As it stands in the datagram; 0 says that there is none, which IPv6 does not allow. */
  get checksum(): number {
    return word(this.bytes, 6)
  }
  set checksum(value: number) {
    setWord(this.bytes, 6, value)
  }

  /** What the datagram carries. */
  get payload(): Uint8Array {
    return this.bytes.subarray(headerSize)
  }

  /** Whether the checksum is right, in a packet with these addresses; over IPv4 a missing one is. */
  checksumIsValid(carrier: Carrier): boolean {
    if (this.checksum === 0) return carrier.source.length === 4
    return transportChecksum(this.bytes, carrier, ipProtocol.udp) === 0
  }

  /** Computes the checksum anew, for a packet with these addresses. */
  setChecksum(carrier: Carrier): void {
    setWord(this.bytes, 6, 0)
    // 0 would mean that there is none; the other spelling of zero is sent instead (RFC 768).
    setWord(this.bytes, 6, transportChecksum(this.bytes, carrier, ipProtocol.udp) || 0xffff)
  }
}
