import type { Codec } from '../../netlink/codec.js'
import { u32 } from '../../netlink/scalars.js'
import { field, struct } from '../../netlink/struct.js'
import { defineQdiscKind, option } from './kind.js'

/** First in, first out: man tc-bfifo(8). */
export interface FifoOptions {
  /** What may wait: packets in a pfifo, bytes in a bfifo. The kernel's default follows from the link's `txQueueLength`. */
  readonly limit?: number
}

// struct tc_fifo_qopt: include/uapi/linux/pkt_sched.h
const options: Codec<FifoOptions> = struct<Required<FifoOptions>>(4, { limit: field(0, u32) })
const words = ({ limit }: FifoOptions) => option('limit', limit)

/** `tc qdisc add … pfifo`: counted in packets. */
export const pfifo = defineQdiscKind({ kind: 'pfifo', options, words })
/** `tc qdisc add … bfifo`: counted in bytes. */
export const bfifo = defineQdiscKind({ kind: 'bfifo', options, words })
