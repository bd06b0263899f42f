import type { Codec } from '../../netlink/codec.js'
import type { MessageLayout } from '../../netlink/message.js'
import { binary, flag, i32, text, u8, u32 } from '../../netlink/scalars.js'
import { field, type Struct, struct } from '../../netlink/struct.js'
import { attribute, attributeTable } from '../../netlink/table.js'
import { handle } from './handle.js'

/** struct tcmsg: include/uapi/linux/rtnetlink.h */
export interface TrafficHeader {
  readonly family: number
  readonly index: number
  readonly handle: string
  readonly parent: string
  readonly info: number
}

/** TCA_*: the attributes of qdiscs and classes. */
export interface TrafficAttributes<Options> {
  readonly kind?: string
  readonly options?: Options
  /** A table of sizes; an empty one is refused once the kind is known. */
  readonly sizeTable?: Uint8Array
  /** Whether a dump has the qdiscs, too, that the kernel keeps to itself. */
  readonly invisible?: boolean
}

const header: Struct<TrafficHeader> = struct<TrafficHeader>(20, {
  family: field(0, u8),
  index: field(4, i32),
  handle: field(8, handle),
  parent: field(12, handle),
  info: field(16, u32),
})

/** The layout of messages whose options are what a codec writes. */
export function trafficLayout<Options>(
  options: Codec<Options>,
): MessageLayout<TrafficHeader, TrafficAttributes<Options>> {
  return {
    header,
    attributes: attributeTable<TrafficAttributes<Options>>({
      kind: attribute(1, text(15)),
      options: attribute(2, options),
      sizeTable: attribute(8, { ...binary, nested: true }),
      invisible: attribute(10, flag),
    } as never),
  }
}

/** The layout of messages whose kind is still to be learned. */
export const rawTrafficLayout: MessageLayout<TrafficHeader, TrafficAttributes<Uint8Array>> = trafficLayout(binary)
