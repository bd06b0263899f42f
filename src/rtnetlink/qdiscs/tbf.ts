import { u32, u64AsNumber } from '../../netlink/scalars.js'
import { field, struct } from '../../netlink/struct.js'
import { attribute, attributeTable } from '../../netlink/table.js'
import { defined } from '../defined.js'
import { converted, defineQdiscKind, option, rateWord, whole } from './kind.js'
import {
  bytesASecond,
  bytesOfCut,
  noRate,
  type RateSpecification,
  rateDomain,
  rateSpecification,
  sameBurst,
  specifiedRate,
  splitRate,
  ticksOf,
} from './rate.js'

/** A token bucket that lets no more through than a rate: man tc-tbf(8). */
export interface TbfOptions {
  /** How fast packets go out in the long run, in bits a second. A new one needs it. */
  readonly rate?: number
  /** The size of the bucket: bytes that may go out at once. A new one needs it. */
  readonly burst?: number
  /** Bytes that may wait. A new one needs this or `latency`. */
  readonly limit?: number
  /** Seconds that a packet waits at the most: `limit` by another measure, which it is listed as. */
  readonly latency?: number
  /** How fast the bucket is emptied, in bits a second; it needs `minimumBurst`. */
  readonly peakRate?: number
  /** The size of the bucket of `peakRate` in bytes, at least the MTU: `mtu`, `minburst`. */
  readonly minimumBurst?: number
  /** Bytes that each packet takes besides its own. Default 0. */
  readonly overhead?: number
}

/** struct tc_tbf_qopt: include/uapi/linux/pkt_sched.h */
interface TbfParameters {
  readonly rate: RateSpecification
  readonly peakRate: RateSpecification
  readonly limit: number
  readonly buffer: number
  readonly peakBuffer: number
}

interface RawTbf {
  readonly parameters?: TbfParameters
  readonly rate64?: number
  readonly peakRate64?: number
  readonly burst?: number
  readonly peakBurst?: number
}

/** TCA_TBF_*: the attributes of TCA_OPTIONS. */
export const tbfAttributes = attributeTable<RawTbf>({
  parameters: attribute(
    1,
    struct<TbfParameters>(36, {
      rate: field(0, rateSpecification),
      peakRate: field(12, rateSpecification),
      limit: field(24, u32),
      buffer: field(28, u32),
      peakBuffer: field(32, u32),
    }),
  ),
  rate64: attribute(4, u64AsNumber),
  peakRate64: attribute(5, u64AsNumber),
  burst: attribute(6, u32),
  peakBurst: attribute(7, u32),
})

function toKernel(options: TbfOptions): RawTbf {
  const { burst = 0, minimumBurst = 0, overhead = 0, limit = 0 } = withLimit(options)
  const rate = bytesASecond(options.rate ?? 0)
  const peak = bytesASecond(options.peakRate ?? 0)
  return defined<RawTbf>({
    parameters: {
      rate: specifiedRate(rate, overhead),
      peakRate: peak > 0 ? specifiedRate(peak, overhead) : noRate,
      limit,
      buffer: ticksOf(burst, rate),
      peakBuffer: peak > 0 ? ticksOf(minimumBurst, peak) : 0,
    },
    burst,
    rate64: splitRate(rate).high,
    peakRate64: splitRate(peak).high,
    peakBurst: peak > 0 ? minimumBurst : undefined,
  })
}

function fromKernel({ parameters, rate64, peakRate64 }: RawTbf): TbfOptions {
  if (!parameters) return {}
  const rate = rate64 ?? parameters.rate.rate
  const peak = peakRate64 ?? parameters.peakRate.rate
  const { overhead } = parameters.rate
  // The time that a bucket takes is that of a packet of its size, overhead included: psched_l2t_ns.
  const sizeOf = (ticks: number, bytes: number): number => Math.max(0, bytesOfCut(ticks, bytes) - overhead)
  return {
    rate: rate * 8,
    burst: sizeOf(parameters.buffer, rate),
    limit: parameters.limit,
    ...(peak > 0 ? { peakRate: peak * 8, minimumBurst: sizeOf(parameters.peakBuffer, peak) } : {}),
    overhead,
  }
}

/** The latency as a limit: iproute2, tc/q_tbf.c, tbf_parse_opt. */
function withLimit({ latency, ...options }: TbfOptions): TbfOptions {
  if (latency === undefined) return options
  const { rate = 0, burst = 0, peakRate, minimumBurst = 0 } = options
  const limit = bytesASecond(rate) * latency + burst
  const ofPeak = peakRate === undefined ? limit : bytesASecond(peakRate) * latency + minimumBurst
  return { ...options, limit: Math.min(0xffffffff, Math.trunc(Math.min(limit, ofPeak))) }
}

/** `tc qdisc add … tbf`. */
export const tbf = defineQdiscKind({
  kind: 'tbf',
  options: converted<TbfOptions, RawTbf>(
    {
      rate: rateDomain,
      burst: whole,
      limit: whole,
      latency: { type: 'seconds', maximum: 3600, resolution: 1e-6 },
      peakRate: rateDomain,
      minimumBurst: whole,
      overhead: { type: 'integer', minimum: 0, maximum: 0xffff },
    },
    tbfAttributes,
    toKernel,
    fromKernel,
  ),
  usual: { overhead: 0 },
  required: ['rate', 'burst', 'limit'],
  completed: (given, actual) => {
    const { limit } = withLimit({ ...actual, ...given })
    const { latency, ...others } = given
    return latency === undefined ? others : defined<TbfOptions>({ ...others, limit })
  },
  same: (name, wanted, actual, { rate = 0, peakRate = 0 }) => {
    if (typeof wanted !== 'number' || typeof actual !== 'number') return undefined
    if (name === 'burst') return sameBurst(wanted, actual, bytesASecond(rate))
    return name === 'minimumBurst' ? sameBurst(wanted, actual, bytesASecond(peakRate)) : undefined
  },
  words: (options) => {
    const { rate, burst, limit, peakRate, minimumBurst, overhead } = withLimit(options)
    return [
      ...option('rate', rateWord(rate)),
      ...option('burst', burst),
      ...option('limit', limit),
      ...option('peakrate', rateWord(peakRate)),
      ...option('minburst', minimumBurst),
      ...option('overhead', overhead || undefined),
    ]
  },
})
