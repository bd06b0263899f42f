import { littleEndian, Payload } from './bytes.js'
import type { Codec, DecodeContext } from './codec.js'
import type { Gathered } from './shape.js'

/** How bits are laid out: a value with a mask of 4 bytes each, or a number of the machine's or the network's order. */
export type BitLayout = 'masked' | 'u16' | 'u32' | 'be16'

/** Bytes of an attribute of bits. */
export const bitSizes: Readonly<Record<BitLayout, number>> = { masked: 8, u16: 2, u32: 4, be16: 2 }

/** What a line of a table says of how it is read. */
interface ReadLine {
  readonly codec: Codec<unknown>
  readonly bit?: number
  readonly bits?: BitLayout
  readonly toldIn?: { readonly type: number; readonly start: number }
}

/** What reading asks of a line for each attribute, in one form for all lines. */
export interface Reader {
  readonly name: string
  readonly codec: Codec<unknown>
  readonly bit: number | undefined
  readonly layout: BitLayout | undefined
  /** Where in the payload it begins. */
  readonly start: number
  readonly repeats: boolean
  readonly nested: boolean
  /** Whether the payload is the value and nothing else, as that of most attributes. */
  readonly plain: boolean
}

/** Reads a line's property out of the attribute of a number. */
export function readerOf(name: string, { codec, bit, bits, toldIn }: ReadLine, type: number): Reader {
  const start = toldIn?.type === type ? toldIn.start : 0
  const { repeats = false, nested = false } = codec
  const plain = bit === undefined && start === 0 && !repeats && !nested
  return { name, codec, bit, layout: bits, start, repeats, nested, plain }
}

/** A bit as a payload of its own. */
const bitPayloads = [new Payload(Uint8Array.of(0)), new Payload(Uint8Array.of(1))] as const

/** Returns whether the payload was what the table says, for one of the properties that share the attribute. */
export function decodeInto(
  found: Gathered,
  readers: readonly Reader[],
  range: Payload,
  context: DecodeContext,
): boolean {
  const [first] = readers
  if (first?.plain && readers.length === 1) {
    try {
      found.add(first.name, first.codec.decode(range, context))
      return true
    } catch {
      return false
    }
  }
  let taken = false
  for (const { name, codec, bit, layout, start, repeats, nested } of readers) {
    if (bit !== undefined) {
      const bits = readBits(range, layout)
      if (bits === undefined) return false
      taken = true
      if (!isMeant(range, layout, bit)) continue
      found.add(name, codec.decode(bitPayloads[((bits >>> bit) & 1) === 1 ? 1 : 0], context))
      continue
    }
    const known = context.unknown?.length ?? 0
    try {
      const value = codec.decode(start > 0 ? range.slice(range.start + start) : range, context)
      const before = repeats ? found.placeOf(name) : -1
      if (before >= 0) found.values[before] = [found.values[before], value].flat()
      else found.add(name, value)
      taken = true
    } catch {
      continue
    }
    if (nested) prefixPaths(context, known, name)
  }
  return taken
}

/** What an inner table did not know gets the path to where it lay. */
function prefixPaths(context: DecodeContext, from: number, name: string): void {
  const { unknown } = context
  if (!unknown) return
  for (let index = from; index < unknown.length; index++) {
    const entry = unknown[index]
    if (entry) unknown[index] = { ...entry, path: [name, ...entry.path] }
  }
}

/** The bits of an attribute; `undefined` where it is too short. */
export function readBits(range: Payload, layout: BitLayout = 'u32'): number | undefined {
  const isShort = layout === 'u16' || layout === 'be16'
  if (range.length < (isShort ? 2 : 4)) return undefined
  return isShort
    ? range.view.getUint16(range.start, layout === 'u16' && littleEndian)
    : range.view.getUint32(range.start, littleEndian)
}

/** Whether the mask has a bit: a kernel leaves out those that it does not know. */
function isMeant(range: Payload, layout: BitLayout | undefined, bit: number): boolean {
  if (layout !== 'masked' || range.length < bitSizes.masked) return true
  return ((range.view.getUint32(range.start + 4, littleEndian) >>> bit) & 1) === 1
}
