import type { Codec, Domain } from '../../netlink/codec.js'
import { checkInDomain } from '../../netlink/inDomain.js'
import { u8, u16, u32 } from '../../netlink/scalars.js'
import { field, type Struct, struct } from '../../netlink/struct.js'

/** Bits a second; the kernel counts whole bytes. */
export const rateDomain: Domain = { type: 'rate' }

/** The most that fits into an attribute of 4 bytes; what is more has one of 8 bytes besides. */
const most32 = 0xffffffff

/** The kernel's bytes a second for bits a second. */
export function bytesASecond(bits: number): number {
  return Math.floor(bits / 8)
}

/** Bits a second in a number of bytes a second. */
export function bitRate(codec: Codec<number>): Codec<number> {
  return {
    domain: rateDomain,
    encode(value, writer, context) {
      checkInDomain(rateDomain, value)
      codec.encode(bytesASecond(value), writer, context)
    },
    decode: (payload, context) => codec.decode(payload, context) * 8,
  }
}

/** A rate of bytes a second in its two attributes. */
export function splitRate(bytes: number): { readonly low: number; readonly high?: number } {
  return bytes > most32 ? { low: most32, high: bytes } : { low: bytes }
}

/** struct tc_ratespec: include/uapi/linux/pkt_sched.h */
export interface RateSpecification {
  readonly cellLog: number
  readonly linkLayer: number
  readonly overhead: number
  readonly cellAlign: number
  readonly minimumPacket: number
  readonly rate: number
}

/** The codec of {@link RateSpecification}. */
export const rateSpecification: Struct<RateSpecification> = struct<RateSpecification>(12, {
  cellLog: field(0, u8),
  linkLayer: field(1, u8),
  overhead: field(2, u16),
  cellAlign: field(4, u16),
  minimumPacket: field(6, u16),
  rate: field(8, u32),
})

/** No rate. */
export const noRate: RateSpecification = {
  cellLog: 0,
  linkLayer: 0,
  overhead: 0,
  cellAlign: 0,
  minimumPacket: 0,
  rate: 0,
}

const TC_LINKLAYER_ETHERNET = 1

/**
 * A rate of bytes a second. With a link layer the kernel needs no table of how long packets take
 * (net/sched/sch_api.c, qdisc_get_rtab); the cells are those of a table for packets up to 2047 bytes, as `tc` tells them.
 */
export function specifiedRate(bytes: number, overhead = 0): RateSpecification {
  const { low } = splitRate(bytes)
  return { ...noRate, cellLog: 3, linkLayer: TC_LINKLAYER_ETHERNET, overhead, cellAlign: 0xffff, rate: low }
}

// include/net/pkt_sched.h, PSCHED_SHIFT
const nanosecondsInTick = 64

/** The clock ticks that bytes take at a rate of bytes a second: iproute2, tc/tc_core.c, tc_calc_xmittime. */
export function ticksOf(bytes: number, rate: number): number {
  return Math.min(most32, Math.ceil(((1e9 / nanosecondsInTick) * bytes) / rate))
}

/** The bytes that go out at a rate within clock ticks. */
export function bytesOf(ticks: number, rate: number): number {
  return Math.round((ticks * nanosecondsInTick * rate) / 1e9)
}

/** The same where the kernel has cut off what is less than a tick (net/sched/sch_tbf.c, tbf_dump). */
export function bytesOfCut(ticks: number, rate: number): number {
  const inTick = (nanosecondsInTick * rate) / 1e9
  return Math.max(Math.ceil(ticks * inTick - 1e-6), Math.floor((ticks + 0.5) * inTick))
}

/** Whether two numbers of bytes take as long at a rate of bytes a second, as far as the kernel's ticks tell. */
export function sameBurst(a: number, b: number, rate: number): boolean {
  return Math.abs(a - b) <= 1 + (2 * nanosecondsInTick * rate) / 1e9
}

/** Seconds as clock ticks. */
export function ticksOfSeconds(seconds: number): number {
  return Math.min(most32, Math.round((seconds * 1e9) / nanosecondsInTick))
}
