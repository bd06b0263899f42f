/** The numbers from one to another, both included: VLANs or VNIs. */
export interface NumberRange {
  readonly first: number
  readonly last: number
}

/** 802.1Q keeps 0 and 4095 for itself. */
export const lastVlan = 4094

/** Reads `10` or `100-200`, from 1 to a last number; `undefined` for what is neither. */
export function parseRange(id: number | string, lastNumber: number): NumberRange | undefined {
  const match = /^(\d{1,8})(?:-(\d{1,8}))?$/.exec(String(id))
  const first = Number(match?.[1])
  const last = Number(match?.[2] ?? match?.[1])
  return match && first >= 1 && first <= last && last <= lastNumber ? { first, last } : undefined
}

/** Reads `10` or `100-200`; throws for what is no VLAN or range of VLANs. */
export function vlansOf(id: number | string): NumberRange {
  const range = parseRange(id, lastVlan)
  if (!range) throw new RangeError(`${id} is neither a VLAN from 1 to ${lastVlan} nor a range such as 100-200`)
  return range
}

/** All VLANs but those, as ranges. */
export function vlansBesides(ids: readonly (number | string)[]): NumberRange[] {
  const ranges = ids.map(vlansOf).sort((a, b) => a.first - b.first)
  const others: NumberRange[] = []
  let next = 1
  for (const { first, last } of ranges) {
    if (first > next) others.push({ first: next, last: first - 1 })
    next = Math.max(next, last + 1)
  }
  return next > lastVlan ? others : [...others, { first: next, last: lastVlan }]
}

/** The one spelling of VLANs: a number, or `first-last`. */
export function formatVlans({ first, last }: NumberRange): number | string {
  return first === last ? first : `${first}-${last}`
}
