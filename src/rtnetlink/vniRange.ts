import type { VlanRange } from './vlanRange.js'

/** A network identifier of VXLAN has 24 bits: RFC 7348. */
export const lastVni = 0xffffff

/** Reads `10` or `100-200`; `undefined` for what is no VNI or range of VNIs. */
export function parseVnis(id: number | string): VlanRange | undefined {
  const match = /^(\d{1,8})(?:-(\d{1,8}))?$/.exec(String(id))
  const first = Number(match?.[1])
  const last = Number(match?.[2] ?? match?.[1])
  return match && first >= 1 && first <= last && last <= lastVni ? { first, last } : undefined
}

/** As {@link parseVnis}; throws where it is no VNI. */
export function vnisOf(id: number | string): VlanRange {
  const range = parseVnis(id)
  if (!range) throw new RangeError(`${id} is neither a VNI from 1 to ${lastVni} nor a range such as 100-200`)
  return range
}
