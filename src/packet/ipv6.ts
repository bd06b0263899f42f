import { type Carrier, setField, setWord, word } from './header.js'
import { ipProtocol } from './protocol.js'

const headerSize = 40

/** A header between that of IPv6 and the transport protocol's. */
export interface Ipv6Extension {
  /** Its number: `ipProtocol`. */
  readonly protocol: number
  /** The whole header. */
  readonly bytes: Uint8Array
}

/** Which part of a packet a fragment is (RFC 8200 §4.5). */
export interface Ipv6Fragment {
  /** Where it belongs in its packet, in bytes. */
  readonly offset: number
  /** Whether more fragments follow. */
  readonly more: boolean
  /** What the fragments of one packet have in common. */
  readonly identification: number
}

/** A view of an IPv6 packet (RFC 8200). */
export class Ipv6Packet implements Carrier {
  /** The packet up to the end that its header states. */
  readonly bytes: Uint8Array
  /** Number of the protocol of the payload, behind all extension headers: `ipProtocol`. */
  readonly protocol: number
  /** Where the payload starts. */
  readonly payloadOffset: number
  /** Always 6. */
  readonly version = 6
  readonly #fragmentAt: number

  private constructor(bytes: Uint8Array, chain: Chain) {
    this.bytes = bytes
    this.protocol = chain.protocol
    this.payloadOffset = chain.offset
    this.#fragmentAt = chain.fragmentAt
  }

  /**
   * `undefined` where it is no IPv6 packet, or shorter than its own lengths say, jumbograms included. Bytes behind its
   * end are left out.
   */
  static parse(bytes: Uint8Array): Ipv6Packet | undefined {
    if (bytes.length < headerSize || (bytes[0] ?? 0) >> 4 !== 6) return undefined
    const end = headerSize + word(bytes, 4)
    if (end > bytes.length) return undefined
    const packet = end === bytes.length ? bytes : bytes.subarray(0, end)
    const chain = chainOf(packet)
    return chain && new Ipv6Packet(packet, chain)
  }

  /** Writes a header without extensions over the first 40 bytes; the packet ends where `bytes` do. */
  static create(
    bytes: Uint8Array,
    fields: {
      readonly source: Uint8Array
      readonly destination: Uint8Array
      readonly protocol: number
      readonly hopLimit?: number
    },
  ): Ipv6Packet {
    const length = bytes.length - headerSize
    if (length < 0 || length > 0xffff) throw new TypeError('an IPv6 packet has 40 to 65,575 bytes')
    bytes.fill(0, 0, headerSize)
    bytes[0] = 0x60
    setWord(bytes, 4, length)
    bytes[6] = fields.protocol
    bytes[7] = fields.hopLimit ?? 64
    const packet = new Ipv6Packet(bytes, { protocol: fields.protocol, offset: headerSize, fragmentAt: -1 })
    packet.source = fields.source
    packet.destination = fields.destination
    return packet
  }

  /** Differentiated services, 0 to 63. */
  get dscp(): number {
    return (word(this.bytes, 0) >> 6) & 0x3f
  }

  /** Congestion notification (RFC 3168), 0 to 3. */
  get ecn(): number {
    return (word(this.bytes, 0) >> 4) & 3
  }

  /** 20 bits. */
  get flowLabel(): number {
    return ((word(this.bytes, 0) & 0xf) << 16) | word(this.bytes, 2)
  }

  /** Bytes behind the first 40. */
  get payloadLength(): number {
    return word(this.bytes, 4)
  }

  /** Number of the first extension header, or of the protocol of the payload. */
  get nextHeader(): number {
    return this.bytes[6] ?? 0
  }

  /** How many more routers may pass it on. */
  get hopLimit(): number {
    return this.bytes[7] ?? 0
  }
  set hopLimit(value: number) {
    this.bytes[7] = value
  }

  /** From whom: 16 bytes. */
  get source(): Uint8Array {
    return this.bytes.subarray(8, 24)
  }
  set source(address: Uint8Array) {
    setField(this.bytes, 8, 16, address)
  }

  /** To whom: 16 bytes. */
  get destination(): Uint8Array {
    return this.bytes.subarray(24, 40)
  }
  set destination(address: Uint8Array) {
    setField(this.bytes, 24, 16, address)
  }

  /** What the packet carries behind all extension headers. */
  get payload(): Uint8Array {
    return this.bytes.subarray(this.payloadOffset)
  }

  /** Which fragment it is; `undefined` for a whole packet. */
  get fragment(): Ipv6Fragment | undefined {
    const at = this.#fragmentAt
    if (at < 0) return undefined
    const field = word(this.bytes, at + 2)
    const identification = word(this.bytes, at + 4) * 0x10000 + word(this.bytes, at + 6)
    return { offset: field & 0xfff8, more: (field & 1) === 1, identification }
  }

  /** Whether it is only a part of a packet: the transport protocol's header may not be in it. */
  get isFragment(): boolean {
    const fragment = this.fragment
    return fragment !== undefined && (fragment.offset > 0 || fragment.more)
  }

  /** The extension headers, in order. */
  *extensions(): Generator<Ipv6Extension, void, undefined> {
    let protocol = this.nextHeader
    for (let offset = headerSize; offset < this.payloadOffset; ) {
      const end = offset + extensionLength(this.bytes, offset, protocol)
      yield { protocol, bytes: this.bytes.subarray(offset, end) }
      protocol = this.bytes[offset] ?? 0
      offset = end
    }
  }
}

interface Chain {
  readonly protocol: number
  readonly offset: number
  readonly fragmentAt: number
}

/** Walks over the extension headers; behind the header of a later fragment there are none to be read. */
function chainOf(bytes: Uint8Array): Chain | undefined {
  let protocol = bytes[6] ?? 0
  let offset = headerSize
  let fragmentAt = -1
  while (isExtension(protocol)) {
    if (offset + 8 > bytes.length) return undefined
    const length = extensionLength(bytes, offset, protocol)
    if (offset + length > bytes.length) return undefined
    const next = bytes[offset] ?? 0
    if (protocol === ipProtocol.fragment) {
      fragmentAt = offset
      if (word(bytes, offset + 2) >> 3 > 0) return { protocol: next, offset: offset + length, fragmentAt }
    }
    protocol = next
    offset += length
  }
  return { protocol, offset, fragmentAt }
}

function isExtension(protocol: number): boolean {
  switch (protocol) {
    case ipProtocol.hopByHop:
    case ipProtocol.routing:
    case ipProtocol.fragment:
    case ipProtocol.authentication:
    case ipProtocol.destinationOptions:
    case ipProtocol.mobility:
      return true
    default:
      return false
  }
}

function extensionLength(bytes: Uint8Array, offset: number, protocol: number): number {
  if (protocol === ipProtocol.fragment) return 8
  const length = bytes[offset + 1] ?? 0
  // RFC 4302 §2.2 counts in units of four bytes.
  return protocol === ipProtocol.authentication ? (length + 2) * 4 : (length + 1) * 8
}
