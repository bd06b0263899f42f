import { setField, setWord, word } from './header.js'
import { etherType } from './protocol.js'

const headerSize = 14
const tagSize = 4

/** A tag of IEEE 802.1Q. */
export interface VlanTag {
  /** 0x8100, or 0x88a8 for the outer of two. */
  readonly protocol: number
  /** 0 (priority only) to 4095. */
  readonly id: number
  /** 0 to 7. */
  readonly priority: number
  /** Whether the frame may be dropped first. */
  readonly dropEligible: boolean
}

/** A view of an Ethernet frame, without preamble and checksum. */
export class EthernetFrame {
  /** The frame; the view's setters write into it. */
  readonly bytes: Uint8Array
  /** Tags from the outermost on. */
  readonly vlans: readonly VlanTag[]
  /** What the payload is, such as 0x0800 for IPv4; below 1,536 it is a length (IEEE 802.3). */
  readonly type: number
  /** Where the payload starts. */
  readonly payloadOffset: number

  private constructor(bytes: Uint8Array, vlans: readonly VlanTag[], payloadOffset: number) {
    this.bytes = bytes
    this.vlans = vlans
    this.payloadOffset = payloadOffset
    this.type = word(bytes, payloadOffset - 2)
  }

  /** `undefined` where the bytes are too short. */
  static parse(bytes: Uint8Array): EthernetFrame | undefined {
    let offset = headerSize
    let vlans: VlanTag[] | undefined
    for (; offset <= bytes.length; offset += tagSize) {
      const type = word(bytes, offset - 2)
      if (type !== etherType.vlan && type !== etherType.serviceVlan) {
        return new EthernetFrame(bytes, vlans ?? noTags, offset)
      }
      if (offset + 2 > bytes.length) return undefined
      const tag = word(bytes, offset)
      vlans ??= []
      vlans.push({ protocol: type, id: tag & 0xfff, priority: tag >> 13, dropEligible: (tag & 0x1000) !== 0 })
    }
    return undefined
  }

  /** A new frame with room for `payloadLength` bytes of payload. */
  static create(header: {
    readonly destination: Uint8Array
    readonly source: Uint8Array
    readonly type: number
    readonly payloadLength: number
  }): EthernetFrame {
    const bytes = new Uint8Array(headerSize + header.payloadLength)
    setWord(bytes, 12, header.type)
    const frame = new EthernetFrame(bytes, noTags, headerSize)
    frame.destination = header.destination
    frame.source = header.source
    return frame
  }

  /** To which MAC address: 6 bytes. */
  get destination(): Uint8Array {
    return this.bytes.subarray(0, 6)
  }
  set destination(mac: Uint8Array) {
    setField(this.bytes, 0, 6, mac)
  }

  /** From which MAC address: 6 bytes. */
  get source(): Uint8Array {
    return this.bytes.subarray(6, 12)
  }
  set source(mac: Uint8Array) {
    setField(this.bytes, 6, 6, mac)
  }

  /** Whether it is for more than one: multicast or broadcast. */
  get isGroup(): boolean {
    return ((this.bytes[0] ?? 0) & 1) === 1
  }

  /** What the frame carries, up to its end; a short frame's padding is part of it. */
  get payload(): Uint8Array {
    return this.bytes.subarray(this.payloadOffset)
  }
}

const noTags: readonly VlanTag[] = []
