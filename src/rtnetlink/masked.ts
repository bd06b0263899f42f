/** A number of which the bits of a mask count. */
export interface Masked {
  readonly value: number
  readonly mask?: number
}

const form = /^(0x[0-9a-f]+|[0-9]+)(?:\/(0x[0-9a-f]+|[0-9]+))?$/i

/** Reads a number such as `0x1`, or with a mask `0x1/0xff`; what else a text says is a `RangeError`. */
export function parseMasked(text: string | number, what: string): Masked {
  const match = form.exec(String(text))
  if (!match) throw new RangeError(`${JSON.stringify(text)} is not a ${what} such as 0x1 or 0x1/0xff`)
  const value = Number(match[1])
  return match[2] === undefined ? { value } : { value, mask: Number(match[2]) }
}

/** A value and its mask as one text; a mask of all bits is left out. */
export function withMask(value: string | number, mask: number | undefined, allBits: number): string {
  return mask === undefined || mask === allBits ? String(value) : `${value}/0x${mask.toString(16)}`
}

/** The same of a number that is written in hexadecimal. */
export function hexadecimalWithMask(value: number, mask: number | undefined, allBits: number): string {
  return withMask(`0x${value.toString(16)}`, mask, allBits)
}

/** A code point of differentiated services: a number, or with a mask a text. */
export function codePointText(value: number, mask: number | undefined): number | string {
  return mask === undefined || mask === allBits.dscp ? value : withMask(value, mask, allBits.dscp)
}

/** All bits of what rules select by: of a mark, a port, a code point of differentiated services, an IPv6 flow label. */
export const allBits = { mark: 0xffffffff, port: 0xffff, dscp: 0x3f, flowLabel: 0xfffff } as const
