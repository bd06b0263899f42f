import type { Codec } from '../../netlink/codec.js'
import { boolean, seconds, u32 } from '../../netlink/scalars.js'
import { attribute, attributeTable } from '../../netlink/table.js'
import { defineQdiscKind, option, timeWord } from './kind.js'

/** Fair queues whose delay is kept low: man tc-fq_codel(8). What is left out is as the kernel has it. */
export interface FqCodelOptions {
  /** Packets that may wait. The kernel's default is 10240. */
  readonly limit?: number
  /** Seconds that a packet may wait in the long run. The kernel's default is 0.005. */
  readonly target?: number
  /** Seconds over which the waiting is watched. The kernel's default is 0.1. */
  readonly interval?: number
  /** Whether packets are marked (ECN) instead of dropped where they can be. The kernel's default is true. */
  readonly ecn?: boolean
  /** How many queues flows are sorted into; only a new one takes it. The kernel's default is 1024. */
  readonly flows?: number
  /** Bytes that a flow may send in its turn. The kernel's default is the MTU with its header. */
  readonly quantum?: number
  /** Seconds of waiting above which packets are marked in any case. */
  readonly ceThreshold?: number
  /** How many packets are dropped at once when all is full. The kernel's default is 64. */
  readonly dropBatch?: number
  /** Bytes of memory that waiting packets may take. The kernel's default is 32 MiB. */
  readonly memoryLimit?: number
}

// CoDel keeps times in units of 1024 ns (include/net/codel.h), and cuts off twice on the way; each unit has one
// microsecond that it can have been.
const microseconds = seconds(u32, 1e6)
const codelTime: Codec<number> = {
  ...microseconds,
  decode(payload, context) {
    const units = Math.ceil((u32.decode(payload, context) * 1000) / 1024)
    return Math.ceil((units * 1024) / 1000) / 1e6
  },
}

/** `tc qdisc add … fq_codel`. */
export const fqCodel = defineQdiscKind({
  kind: 'fq_codel',
  options: attributeTable<FqCodelOptions>({
    target: attribute(1, codelTime),
    limit: attribute(2, u32),
    interval: attribute(3, codelTime),
    ecn: attribute(4, boolean(u32)),
    flows: attribute(5, u32),
    quantum: attribute(6, u32),
    ceThreshold: attribute(7, codelTime),
    dropBatch: attribute(8, u32),
    memoryLimit: attribute(9, u32),
  }),
  immutable: ['flows'],
  words: ({ limit, target, interval, ecn, flows, quantum, ceThreshold, dropBatch, memoryLimit }) => [
    ...option('limit', limit),
    ...option('flows', flows),
    ...option('target', timeWord(target)),
    ...option('interval', timeWord(interval)),
    ...option('quantum', quantum),
    ...option('ce_threshold', timeWord(ceThreshold)),
    ...option('memory_limit', memoryLimit),
    ...option('drop_batch', dropBatch),
    ecn !== undefined && (ecn ? 'ecn' : 'noecn'),
  ],
})
