import { type NumberRange, parseRange } from './vlanRange.js'

/** A network identifier of VXLAN has 24 bits: RFC 7348. */
export const lastVni = 0xffffff

/** Reads `10` or `100-200`; throws for what is no VNI or range of VNIs. */
export function vnisOf(id: number | string): NumberRange {
  const range = parseRange(id, lastVni)
  if (!range) throw new RangeError(`${id} is neither a VNI from 1 to ${lastVni} nor a range such as 100-200`)
  return range
}
