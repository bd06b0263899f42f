import { i32, u32 } from '../../netlink/scalars.js'
import { field, struct } from '../../netlink/struct.js'
import { converted, defineQdiscKind, option, whole } from './kind.js'

/** Flows that take turns: man tc-sfq(8). The kernel changes nothing of one that is there. */
export interface SfqOptions {
  /** Bytes that a flow may send in its turn. The kernel's default is the MTU. */
  readonly quantum?: number
  /** Seconds after which flows are sorted anew; 0 for never. Default 0. */
  readonly perturb?: number
  /** Packets that may wait. The kernel's default is 127. */
  readonly limit?: number
  /** How many buckets flows are sorted into, a power of two. The kernel's default is 1024. */
  readonly divisor?: number
  /** How many flows may wait. The kernel's default is 127. */
  readonly flows?: number
}

/** struct tc_sfq_qopt_v1: include/uapi/linux/pkt_sched.h; 0 is the kernel's default. */
const raw = struct<Required<SfqOptions>>(72, {
  quantum: field(0, u32),
  perturb: field(4, i32),
  limit: field(8, u32),
  divisor: field(12, u32),
  flows: field(16, u32),
})

/** `tc qdisc add … sfq`. */
export const sfq = defineQdiscKind({
  kind: 'sfq',
  options: converted<SfqOptions, Required<SfqOptions>>(
    {
      quantum: whole,
      perturb: { type: 'integer', minimum: 0, maximum: 0x7fffffff },
      limit: whole,
      divisor: whole,
      flows: whole,
    },
    raw,
    ({ quantum = 0, perturb = 0, limit = 0, divisor = 0, flows = 0 }) => ({ quantum, perturb, limit, divisor, flows }),
    // It never has more than packets, but says so only of a new one (net/sched/sch_sfq.c, sfq_change).
    (options) => ({ ...options, flows: Math.min(options.flows, options.limit) }),
  ),
  immutable: 'all',
  usual: { perturb: 0 },
  words: ({ quantum, perturb, limit, divisor, flows }) => [
    ...option('limit', limit),
    ...option('perturb', perturb),
    ...option('quantum', quantum),
    ...option('flows', flows),
    ...option('divisor', divisor),
  ],
})
