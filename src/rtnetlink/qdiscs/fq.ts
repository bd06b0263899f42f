import type { Codec } from '../../netlink/codec.js'
import { boolean, seconds, u8, u32 } from '../../netlink/scalars.js'
import { attribute, attributeTable } from '../../netlink/table.js'
import { defineQdiscKind, option, rateWord, timeWord } from './kind.js'
import { bitRate } from './rate.js'

/** Fair queues that send at the pace which TCP asks for: man tc-fq(8). What is left out is as the kernel has it. */
export interface FqOptions {
  /** Packets that may wait. The kernel's default is 10000. */
  readonly limit?: number
  /** Packets of one flow that may wait. The kernel's default is 100. */
  readonly flowLimit?: number
  /** Bytes that a flow may send in its turn. The kernel's default is two of the MTU. */
  readonly quantum?: number
  /** Bytes that a new flow may send at first. The kernel's default is ten of the MTU. */
  readonly initialQuantum?: number
  /** Whether flows are paced. The kernel's default is true. */
  readonly pacing?: boolean
  /** The most that a flow sends, in bits a second. The kernel's default is no limit. */
  readonly maximumRate?: number
  /** How many buckets flows are found by, as the power of two: 10 is 1024 of them, the kernel's default. */
  readonly bucketsLog?: number
  /** Seconds after which a flow that rested may send `quantum` again. The kernel's default is 0.04. */
  readonly refillDelay?: number
  /** How packets without a socket are sorted into flows: a mask of their hash. The kernel's default is 1023. */
  readonly orphanMask?: number
  /** Bits a second below which each packet waits for itself. The kernel's default is 550,000. */
  readonly lowRateThreshold?: number
  /** Seconds of waiting above which packets are marked (ECN). */
  readonly ceThreshold?: number
  /** Seconds that a packet may be sent late, so that timers are fewer. The kernel's default is 0.00001. */
  readonly timerSlack?: number
  /** Seconds ahead of which no packet may ask to be sent. The kernel's default is 10. */
  readonly horizon?: number
  /** Whether packets beyond the horizon are dropped instead of sent at it. The kernel's default is true. */
  readonly horizonDrop?: boolean
}

const microseconds = seconds(u32, 1e6)
// Kept in jiffies, 1/100 of a second at the coarsest.
const coarse: Codec<number> = {
  ...microseconds,
  domain: { type: 'seconds', maximum: 0xffffffff / 1e6, resolution: 0.01 },
}

/** `tc qdisc add … fq`. */
export const fq = defineQdiscKind({
  kind: 'fq',
  options: attributeTable<FqOptions>({
    limit: attribute(1, u32),
    flowLimit: attribute(2, u32),
    quantum: attribute(3, u32),
    initialQuantum: attribute(4, u32),
    pacing: attribute(5, boolean(u32)),
    maximumRate: attribute(7, bitRate(u32)),
    bucketsLog: attribute(8, u32),
    refillDelay: attribute(9, coarse),
    orphanMask: attribute(10, u32),
    lowRateThreshold: attribute(11, bitRate(u32)),
    ceThreshold: attribute(12, microseconds),
    timerSlack: attribute(13, seconds(u32, 1e9)),
    horizon: attribute(14, microseconds),
    horizonDrop: attribute(15, boolean(u8)),
  }),
  none: { maximumRate: 0xffffffff * 8, ceThreshold: 0x7fffffff / 1e6 },
  words: (options) => {
    const { limit, flowLimit, quantum, initialQuantum, pacing, maximumRate, bucketsLog, refillDelay } = options
    const { orphanMask, lowRateThreshold, ceThreshold, timerSlack, horizon, horizonDrop } = options
    return [
      ...option('limit', limit),
      ...option('flow_limit', flowLimit),
      ...option('buckets', bucketsLog === undefined ? undefined : 2 ** bucketsLog),
      ...option('orphan_mask', orphanMask),
      ...option('quantum', quantum),
      ...option('initial_quantum', initialQuantum),
      ...option('maxrate', rateWord(maximumRate)),
      ...option('low_rate_threshold', rateWord(lowRateThreshold)),
      ...option('refill_delay', timeWord(refillDelay)),
      ...option('ce_threshold', timeWord(ceThreshold)),
      ...option('timer_slack', timeWord(timerSlack)),
      ...option('horizon', timeWord(horizon)),
      horizonDrop !== undefined && (horizonDrop ? 'horizon_drop' : 'horizon_cap'),
      pacing !== undefined && (pacing ? 'pacing' : 'nopacing'),
    ]
  },
})
