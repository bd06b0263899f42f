import type { Codec, Domain } from '../../netlink/codec.js'
import { boolean, i32, u32, u64AsNumber } from '../../netlink/scalars.js'
import { field, struct } from '../../netlink/struct.js'
import { attribute, attributeTable } from '../../netlink/table.js'
import { defined } from '../defined.js'
import { type CommandWords, converted, defineQdiscKind, option, rateWord, timeWord, whole } from './kind.js'
import { bytesASecond, rateDomain, splitRate, ticksOfSeconds } from './rate.js'

/** A bad network on purpose: man tc-netem(8). Times are seconds, chances percent. */
export interface NetemOptions {
  /** Seconds by which packets are late. */
  readonly delay?: number
  /** Seconds by which `delay` varies, either way. */
  readonly jitter?: number
  /** How much the delay of a packet depends on that of the one before, in percent. */
  readonly delayCorrelation?: number
  /** Percent of the packets that get lost. */
  readonly loss?: number
  /** How much the loss of a packet depends on that of the one before, in percent. */
  readonly lossCorrelation?: number
  /** Percent of the packets that come twice. */
  readonly duplicate?: number
  /** How much the doubling of a packet depends on that of the one before, in percent. */
  readonly duplicateCorrelation?: number
  /** Percent of the packets that have a bit wrong. */
  readonly corrupt?: number
  /** How much the corruption of a packet depends on that of the one before, in percent. */
  readonly corruptCorrelation?: number
  /** Percent of the packets that go at once, while the others wait for `delay`, which is needed. */
  readonly reorder?: number
  /** How much the reordering of a packet depends on that of the one before, in percent. */
  readonly reorderCorrelation?: number
  /** Only each such packet can go at once. Default 1 where `reorder` is given. */
  readonly gap?: number
  /** How fast packets go out, in bits a second. */
  readonly rate?: number
  /** Bytes that each packet takes of `rate` besides its own; below 0 for fewer. */
  readonly packetOverhead?: number
  /** Packets that may wait. Default 1000. */
  readonly limit?: number
  /** Whether packets are marked (ECN) instead of lost. */
  readonly ecn?: boolean
}

const percentDomain: Domain = { type: 'percent' }
/** A chance of a packet: a part of all numbers of 4 bytes. */
const percent: Codec<number> = {
  domain: percentDomain,
  encode: (value, writer, context) => u32.encode(Math.round((value / 100) * 0xffffffff), writer, context),
  // In steps of 1e-7, which is finer than people write, and coarser than the kernel's 2.3e-8.
  decode: (payload, context) => Math.round((u32.decode(payload, context) / 0xffffffff) * 1e9) / 1e7,
}

/** struct tc_netem_qopt: include/uapi/linux/pkt_sched.h */
interface NetemParameters {
  readonly latency: number
  readonly limit: number
  readonly loss: number
  readonly gap: number
  readonly duplicate: number
  readonly jitter: number
}

/** struct tc_netem_corr */
interface Correlations {
  readonly delay: number
  readonly loss: number
  readonly duplicate: number
}

/** struct tc_netem_reorder and struct tc_netem_corrupt */
interface Chance {
  readonly probability: number
  readonly correlation: number
}

/** struct tc_netem_rate */
interface NetemRate {
  readonly rate: number
  readonly packetOverhead: number
}

interface NetemAttributes {
  readonly correlations?: Correlations
  readonly reorder?: Chance
  readonly corrupt?: Chance
  readonly rate?: NetemRate
  readonly ecn?: boolean
  readonly rate64?: number
  readonly latency64?: number
  readonly jitter64?: number
}

interface RawNetem {
  readonly parameters: NetemParameters
  readonly attributes: NetemAttributes
}

const parameters = struct<NetemParameters>(24, {
  latency: field(0, u32),
  limit: field(4, u32),
  loss: field(8, percent),
  gap: field(12, u32),
  duplicate: field(16, percent),
  jitter: field(20, u32),
})
const chance = struct<Chance>(8, { probability: field(0, percent), correlation: field(4, percent) })

/** TCA_NETEM_*: the attributes of TCA_OPTIONS behind its struct. */
export const netemAttributes = attributeTable<NetemAttributes>({
  correlations: attribute(
    1,
    struct<Correlations>(12, { delay: field(0, percent), loss: field(4, percent), duplicate: field(8, percent) }),
  ),
  reorder: attribute(3, chance),
  corrupt: attribute(4, chance),
  rate: attribute(6, struct<NetemRate>(16, { rate: field(0, u32), packetOverhead: field(4, i32) })),
  ecn: attribute(7, boolean(u32)),
  rate64: attribute(8, u64AsNumber),
  latency64: attribute(10, u64AsNumber),
  jitter64: attribute(11, u64AsNumber),
})

/** A struct with attributes behind it. */
const raw: Codec<RawNetem> = {
  domain: { type: 'bytes' },
  encode(value, writer, context) {
    parameters.encode(value.parameters, writer, context)
    netemAttributes.encode(value.attributes, writer, context)
  },
  decode: (payload, context) => ({
    parameters: parameters.decode(payload, context),
    attributes: netemAttributes.decode(payload.slice(payload.start + parameters.size), context),
  }),
  locate: (payload, offset) => netemAttributes.locate(payload.slice(payload.start + parameters.size), offset),
}

const defaultLimit = 1000

function toKernel(options: NetemOptions): RawNetem {
  const { delay = 0, jitter = 0, loss = 0, duplicate = 0, limit = defaultLimit, gap = 0, ecn } = options
  const { delayCorrelation, lossCorrelation, duplicateCorrelation, packetOverhead = 0 } = options
  const correlated = delayCorrelation ?? lossCorrelation ?? duplicateCorrelation
  const { reorder, reorderCorrelation = 0, corrupt, corruptCorrelation = 0 } = options
  const rate = options.rate === undefined ? undefined : bytesASecond(options.rate)
  return {
    parameters: { latency: ticksOfSeconds(delay), limit, loss, gap, duplicate, jitter: ticksOfSeconds(jitter) },
    attributes: defined<NetemAttributes>({
      correlations:
        correlated === undefined
          ? undefined
          : { delay: delayCorrelation ?? 0, loss: lossCorrelation ?? 0, duplicate: duplicateCorrelation ?? 0 },
      reorder: reorder === undefined ? undefined : { probability: reorder, correlation: reorderCorrelation },
      corrupt: corrupt === undefined ? undefined : { probability: corrupt, correlation: corruptCorrelation },
      rate: rate === undefined ? undefined : { rate: splitRate(rate).low, packetOverhead },
      ecn,
      rate64: rate === undefined ? undefined : splitRate(rate).high,
      latency64: Math.round(delay * 1e9),
      jitter64: Math.round(jitter * 1e9),
    }),
  }
}

function fromKernel({ parameters: own, attributes: more }: RawNetem): NetemOptions {
  const { correlations, reorder, corrupt, rate, rate64, ecn } = more
  const seconds = (ticks: number, nanoseconds: number | undefined): number => (nanoseconds ?? ticks * 64) / 1e9
  return defined<NetemOptions>({
    delay: seconds(own.latency, more.latency64),
    jitter: seconds(own.jitter, more.jitter64),
    delayCorrelation: correlations?.delay,
    loss: own.loss,
    lossCorrelation: correlations?.loss,
    duplicate: own.duplicate,
    duplicateCorrelation: correlations?.duplicate,
    corrupt: corrupt?.probability,
    corruptCorrelation: corrupt?.correlation,
    reorder: reorder?.probability,
    reorderCorrelation: reorder?.correlation,
    gap: own.gap,
    rate: rate && (rate64 ?? rate.rate) * 8,
    packetOverhead: rate?.packetOverhead,
    limit: own.limit,
    ecn: ecn ?? false,
  })
}

function chanceWords(word: string, probability: number | undefined, correlation: number | undefined): CommandWords {
  if (probability === undefined) return []
  return [word, `${probability}%`, correlation !== undefined && correlation > 0 && `${correlation}%`]
}

const time: Domain = { type: 'seconds', maximum: 1e6, resolution: 64e-9 }

/** `tc qdisc add … netem`. */
export const netem = defineQdiscKind({
  kind: 'netem',
  options: converted<NetemOptions, RawNetem>(
    {
      delay: time,
      jitter: time,
      delayCorrelation: percentDomain,
      loss: percentDomain,
      lossCorrelation: percentDomain,
      duplicate: percentDomain,
      duplicateCorrelation: percentDomain,
      corrupt: percentDomain,
      corruptCorrelation: percentDomain,
      reorder: percentDomain,
      reorderCorrelation: percentDomain,
      gap: whole,
      rate: rateDomain,
      packetOverhead: { type: 'integer', minimum: -0x80000000, maximum: 0x7fffffff },
      limit: whole,
      ecn: { type: 'boolean' },
    },
    raw,
    toKernel,
    fromKernel,
  ),
  usual: {
    ...{ delay: 0, jitter: 0, delayCorrelation: 0, loss: 0, lossCorrelation: 0, duplicate: 0, duplicateCorrelation: 0 },
    ...{ corrupt: 0, corruptCorrelation: 0, reorder: 0, reorderCorrelation: 0, gap: 0, rate: 0, packetOverhead: 0 },
    ...{ limit: defaultLimit, ecn: false },
  },
  completed: (given, actual) => ({
    ...given,
    ...(given.reorder && given.gap === undefined && !actual.gap ? { gap: 1 } : {}),
    ...(given.limit === undefined && actual.limit === undefined ? { limit: defaultLimit } : {}),
  }),
  words: (options) => {
    const { delay, jitter, delayCorrelation, rate, packetOverhead, limit, gap, ecn } = options
    return [
      ...option('limit', limit),
      ...option('delay', timeWord(delay)),
      ...(delay === undefined || !jitter ? [] : [timeWord(jitter), delayCorrelation ? `${delayCorrelation}%` : false]),
      ...chanceWords('loss', options.loss, options.lossCorrelation),
      ...chanceWords('duplicate', options.duplicate, options.duplicateCorrelation),
      ...chanceWords('corrupt', options.corrupt, options.corruptCorrelation),
      ...chanceWords('reorder', options.reorder, options.reorderCorrelation),
      ...(options.reorder ? option('gap', gap) : []),
      ...option('rate', rateWord(rate)),
      ...(rate === undefined || !packetOverhead ? [] : [packetOverhead]),
      ...(ecn ? ['ecn'] : []),
    ]
  },
})
