import { littleEndian } from '../netlink/bytes.js'

/** What a packet is that the kernel, or the program, has still to cut up: `virtio_net_hdr.gso_type`. */
export type SegmentKind = 'none' | 'tcp4' | 'tcp6' | 'udp'

// include/uapi/linux/virtio_net.h. The numbers of the header are in the machine's own byte order unless a device was
// told otherwise, which nothing here does.
const needsChecksum = 1
const kinds = new Map<number, SegmentKind>([
  [0, 'none'],
  [1, 'tcp4'],
  [4, 'tcp6'],
  [5, 'udp'],
])
const numbers: Record<SegmentKind, number> = { none: 0, tcp4: 1, tcp6: 4, udp: 5 }
const explicitCongestion = 0x80

/** The header in front of each packet of a device with `vnetHeader`, as a view. */
export class VnetHeader {
  /** Bytes of the header itself, without the count of merged buffers. */
  static readonly size = 10
  readonly #view: DataView

  /** @param packet what was read, or is to be written: the header and the packet behind it */
  constructor(packet: Uint8Array) {
    this.#view = new DataView(packet.buffer, packet.byteOffset, VnetHeader.size)
  }

  /** Whether the checksum at `checksumStart + checksumOffset` holds the pseudo-header only and is to be completed. */
  get needsChecksum(): boolean {
    return (this.#view.getUint8(0) & needsChecksum) !== 0
  }

  /** What the packet is to be cut up into; `undefined` for a kind that is not known here. */
  get kind(): SegmentKind | undefined {
    return kinds.get(this.#view.getUint8(1) & ~explicitCongestion)
  }

  /** Bytes of all headers of the packet; a hint. */
  get headerLength(): number {
    return this.#view.getUint16(2, littleEndian)
  }

  /** Bytes of payload in each segment. */
  get segmentSize(): number {
    return this.#view.getUint16(4, littleEndian)
  }

  /** Where the checksum starts to sum, counted from the packet's start. */
  get checksumStart(): number {
    return this.#view.getUint16(6, littleEndian)
  }

  /** Where the checksum is, counted from `checksumStart`. */
  get checksumOffset(): number {
    return this.#view.getUint16(8, littleEndian)
  }

  /** Says of the packet behind it that the kernel is to complete its checksum and to cut it up. */
  set(fields: {
    readonly kind: SegmentKind
    readonly headerLength: number
    readonly segmentSize: number
    readonly checksumStart: number
    readonly checksumOffset: number
  }): void {
    this.#view.setUint8(0, needsChecksum)
    this.#view.setUint8(1, numbers[fields.kind])
    this.#view.setUint16(2, fields.headerLength, littleEndian)
    this.#view.setUint16(4, fields.segmentSize, littleEndian)
    this.#view.setUint16(6, fields.checksumStart, littleEndian)
    this.#view.setUint16(8, fields.checksumOffset, littleEndian)
  }

  /** Says that there is nothing to do. */
  clear(): void {
    for (let offset = 0; offset < VnetHeader.size; offset++) this.#view.setUint8(offset, 0)
  }
}
