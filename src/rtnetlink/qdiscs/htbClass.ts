import { u32, u64AsNumber } from '../../netlink/scalars.js'
import { field, struct } from '../../netlink/struct.js'
import { attribute, attributeTable } from '../../netlink/table.js'
import { defined } from '../defined.js'
import { type CommandWords, converted, option, rateWord, whole } from './kind.js'
import {
  bytesASecond,
  bytesOf,
  type RateSpecification,
  rateDomain,
  rateSpecification,
  sameBurst,
  specifiedRate,
  splitRate,
  ticksOf,
} from './rate.js'

/** What a class of an HTB may send: man tc-htb(8). */
export interface HtbClassOptions {
  /** What it gets in any case, in bits a second. */
  readonly rate: number
  /** What it gets while others leave it, in bits a second. Default: `rate`. */
  readonly ceil?: number
  /** Bytes that may go out at once beyond `rate`. Default of a new class: 1600. */
  readonly burst?: number
  /** Bytes that may go out at once beyond `ceil`: `cburst`. Default of a new class: 1600. */
  readonly ceilBurst?: number
  /** Who is served first of what others leave, 0 to 7, 0 first: `prio`. Default of a new class: 0. */
  readonly priority?: number
  /** Bytes that are sent before the next class's turn. The kernel's default follows from `rate`. */
  readonly quantum?: number
  /** Bytes that each packet takes besides its own. Default of a new class: 0. */
  readonly overhead?: number
}

/** struct tc_htb_opt: include/uapi/linux/pkt_sched.h */
interface HtbClassParameters {
  readonly rate: RateSpecification
  readonly ceil: RateSpecification
  readonly buffer: number
  readonly ceilBuffer: number
  readonly quantum: number
  readonly priority: number
}

interface RawHtbClass {
  readonly parameters?: HtbClassParameters
  readonly rate64?: number
  readonly ceil64?: number
}

/** TCA_HTB_*: the attributes of TCA_OPTIONS. */
export const htbClassAttributes = attributeTable<RawHtbClass>({
  parameters: attribute(
    1,
    struct<HtbClassParameters>(44, {
      rate: field(0, rateSpecification),
      ceil: field(12, rateSpecification),
      buffer: field(24, u32),
      ceilBuffer: field(28, u32),
      quantum: field(32, u32),
      priority: field(40, u32),
    }),
  ),
  rate64: attribute(6, u64AsNumber),
  ceil64: attribute(7, u64AsNumber),
})

/** What goes out in a nanosecond and a packet besides: iproute2, tc/q_htb.c, htb_parse_class_opt. */
function defaultBurst(rate: number): number {
  return Math.trunc(rate / 1e9) + 1600
}

function toKernel(options: HtbClassOptions): RawHtbClass {
  const rate = bytesASecond(options.rate)
  const ceil = bytesASecond(options.ceil ?? options.rate)
  const { burst = defaultBurst(rate), ceilBurst = defaultBurst(ceil), quantum = 0, priority = 0, overhead } = options
  return defined<RawHtbClass>({
    parameters: {
      rate: specifiedRate(rate, overhead),
      ceil: specifiedRate(ceil, overhead),
      buffer: ticksOf(burst, rate),
      ceilBuffer: ticksOf(ceilBurst, ceil),
      quantum,
      priority,
    },
    rate64: splitRate(rate).high,
    ceil64: splitRate(ceil).high,
  })
}

function fromKernel({ parameters, rate64, ceil64 }: RawHtbClass): HtbClassOptions {
  if (!parameters) return { rate: 0 }
  const rate = rate64 ?? parameters.rate.rate
  const ceil = ceil64 ?? parameters.ceil.rate
  return {
    rate: rate * 8,
    ceil: ceil * 8,
    burst: bytesOf(parameters.buffer, rate),
    ceilBurst: bytesOf(parameters.ceilBuffer, ceil),
    priority: parameters.priority,
    quantum: parameters.quantum,
    overhead: parameters.rate.overhead,
  }
}

/** The payload of TCA_OPTIONS of a class of an HTB. */
export const htbClassOptions = converted<HtbClassOptions, RawHtbClass>(
  {
    rate: rateDomain,
    ceil: rateDomain,
    burst: whole,
    ceilBurst: whole,
    priority: { type: 'integer', minimum: 0, maximum: 7 },
    quantum: whole,
    overhead: { type: 'integer', minimum: 0, maximum: 0xffff },
  },
  htbClassAttributes,
  toKernel,
  fromKernel,
)

/** Whether an option of a class has a value, as far as the kernel keeps it exactly. */
export function sameClassOption(name: string, wanted: unknown, actual: unknown, all: HtbClassOptions): boolean {
  if (typeof wanted !== 'number' || typeof actual !== 'number') return wanted === actual
  if (name === 'burst') return sameBurst(wanted, actual, bytesASecond(all.rate))
  if (name === 'ceilBurst') return sameBurst(wanted, actual, bytesASecond(all.ceil ?? all.rate))
  if (name === 'rate' || name === 'ceil') return bytesASecond(wanted) === bytesASecond(actual)
  return wanted === actual
}

/** The options of a class in the words of `tc`. */
export function classWords({
  rate,
  ceil,
  burst,
  ceilBurst,
  priority,
  quantum,
  overhead,
}: HtbClassOptions): CommandWords {
  return [
    ...option('rate', rateWord(rate)),
    ...option('ceil', rateWord(ceil)),
    ...option('burst', burst),
    ...option('cburst', ceilBurst),
    ...option('prio', priority),
    ...option('quantum', quantum),
    ...option('overhead', overhead || undefined),
  ]
}
