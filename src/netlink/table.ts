import { NLA_F_NESTED, walkAttributes } from './attribute.js'
import { littleEndian, Payload, Writer } from './bytes.js'
import type { Codec, DecodeContext, Domain, EncodeContext } from './codec.js'
import { Shape } from './shape.js'

/** How bits are laid out: a value with a mask of 4 bytes each, or a number of the machine's or the network's order. */
export type BitLayout = 'masked' | 'u16' | 'u32' | 'be16'

/** What a line of a table can say besides the number and the codec. */
export interface AttributeDetails {
  /**
   * The word of `ip` for it, where that is not the name in snake_case. `learning|nolearning` are the words for true
   * and false; `srcport {low} {high}` takes the parts of the value.
   */
  readonly ip?: string
  /** The attribute stands in the message itself, not among the options of the kind: `IFLA_LINK` of a VLAN. */
  readonly outer?: boolean
  /** The property is in messages of its own: the VLANs of a bridge's port. */
  readonly separate?: boolean
  /** The property is one bit of an attribute that several properties share. */
  readonly bit?: number
  /** How an attribute of bits is laid out: a value with a mask of what is meant (8 bytes), or the value alone. */
  readonly bits?: BitLayout
  /** Whether it only tells of a state, which nobody compares with a wish. */
  readonly state?: boolean
  /** The bit of another attribute that says whether this one counts: a tunnel's key. */
  readonly countsBy?: { readonly type: number; readonly bit: number }
  /** The kernel's number of the attribute where the value is an IPv6 address: IFLA_VXLAN_GROUP6. */
  readonly ipv6Type?: number
  /** The attribute in which the kernel tells it, from a byte on, where that is another one: a part of an address. */
  readonly toldIn?: { readonly type: number; readonly start: number }
  /** What it means that the kernel leaves the attribute out. */
  readonly absent?: unknown
  /** Whether {@link absent} is also said by leaving the attribute out, since the kernel refuses to be told it. */
  readonly unsaid?: boolean
  /** An attribute that goes in front of this one: it says that a list replaces what is there. */
  readonly before?: { readonly type: number; readonly codec: Codec<number>; readonly value: number }
}

/** One line of a table: the kernel's number of the attribute and how its payload is written. */
export interface Attribute<T> extends AttributeDetails {
  readonly type: number
  readonly codec: Codec<T>
}

/** Describes an attribute. */
export function attribute<T>(type: number, codec: Codec<T>, details: AttributeDetails = {}): Attribute<T> {
  return { type, codec, ...details }
}

/** The lines of a table, each named as users name the property. */
export type Lines<T extends object> = { readonly [Name in keyof T]-?: Attribute<Exclude<T[Name], undefined>> }

/** Attributes by name: the encoder, the decoder and the names in error paths follow from its lines. */
export interface AttributeTable<T extends object> extends Codec<T> {
  readonly lines: Lines<T>
  readonly names: readonly (keyof T & string)[]
  readonly nested: true
  /** Appends the attributes of the given properties; `undefined` ones are left out. */
  encode(values: T, writer: Writer, context: EncodeContext): void
  /**
   * Reads a range of attributes; unknown and malformed ones go to the context's `unknown`.
   * @param beside another table of the same range: what it knows is not unknown
   */
  decode(payload: Payload, context: DecodeContext, beside?: Pick<AnyAttributeTable, 'knows'>): T
  /** Whether an attribute of this number is one of the range's own. */
  knows(type: number): boolean
  locate(payload: Payload, offset: number): readonly string[]
}

/** A table whose properties are not known at compile time. */
export interface AnyAttributeTable extends Codec<object> {
  readonly lines: Readonly<Record<string, Attribute<unknown>>>
  readonly names: readonly string[]
  readonly nested: true
  /** Writes the attributes of what is set. */
  encode(values: object, writer: Writer, context: EncodeContext): void
  decode(payload: Payload, context: DecodeContext, beside?: Pick<AnyAttributeTable, 'knows'>): object
  /** Whether an attribute of this number is one of the range's own. */
  knows(type: number): boolean
  locate(payload: Payload, offset: number): readonly string[]
}

/**
 * Describes attributes by name.
 * @param lines one line an attribute
 * @param required the properties that a user must give, for validation
 */
export function attributeTable<T extends object>(
  lines: Lines<T>,
  required: readonly (keyof T & string)[] = [],
): AttributeTable<T> {
  const names = Object.keys(lines) as (keyof T & string)[]
  // Most programs use few of all tables: what follows from the lines is worked out when it is first asked for.
  let layout: Layout<T> | undefined
  let domain: Domain | undefined
  const table: AttributeTable<T> = {
    lines,
    names,
    nested: true,
    get domain() {
      domain ??= { type: 'object', properties: domainsOf(lines, names), required }
      return domain
    },
    encode(values, writer, context) {
      layout ??= layoutOf(lines, names)
      const { byType, conditional } = layout
      for (const name of names) {
        const { type, bit, outer, separate } = lines[name]
        const owners = byType.get(type) ?? []
        if (outer || separate || (bit !== undefined && owners[0] !== name)) continue
        if (bit !== undefined) encodeBits(lines, type, owners, conditional, values, writer)
        else encodeLine(lines[name], values[name], writer, context)
      }
    },
    decode(payload, context, beside) {
      layout ??= layoutOf(lines, names)
      const { byType, shape, conditional, withAbsent } = layout
      const readers = context.settingsOnly ? layout.settingReaders : layout.readers
      const found: string[] = []
      const values: unknown[] = []
      const bitsByType = conditional.length > 0 ? new Map<number, number>() : undefined
      // One for all, since an object for each is most of what reading many messages leaves behind.
      const range = payload.slice(payload.start)
      walkAttributes(payload, (type, start, end) => {
        const owners = readers.get(type)
        if (owners ? owners.length === 0 : !context.unknown || beside?.knows(type)) return
        range.start = start
        range.end = end
        if (!owners || !decodeInto(found, values, owners, range, context)) {
          context.unknown?.push({ path: [], type, bytes: range.copy() })
        }
        if (bitsByType) rememberBits(lines, byType.get(type), range, bitsByType)
      })
      const result = shape.objectOf(found, values) as Partial<T>
      for (const name of conditional) {
        const { type = 0, bit = 0 } = lines[name].countsBy ?? {}
        if ((((bitsByType?.get(type) ?? 0) >>> bit) & 1) === 0) delete result[name]
      }
      for (const name of withAbsent) result[name] ??= lines[name].absent as T[typeof name]
      return result as T
    },
    knows(type) {
      layout ??= layoutOf(lines, names)
      return layout.byType.has(type)
    },
    locate(payload, offset) {
      layout ??= layoutOf(lines, names)
      const { byType } = layout
      let path: readonly string[] = []
      walkAttributes(payload, (type, start, end) => {
        if (offset < start - 4 || offset >= Math.max(end, start)) return
        const name = byType.get(type)?.[0]
        const inner = name === undefined ? undefined : lines[name].codec.locate
        path = [name ?? `attribute ${type}`, ...(inner?.(payload.slice(start, end), offset) ?? [])]
      })
      return path
    },
  }
  return table
}

/** What follows from the lines of a table. */
interface Layout<T extends object> {
  readonly byType: ReadonlyMap<number, readonly (keyof T & string)[]>
  readonly readers: ReadonlyMap<number, readonly Reader[]>
  /** Those without what only tells of a state. */
  readonly settingReaders: ReadonlyMap<number, readonly Reader[]>
  readonly shape: Shape
  readonly conditional: readonly (keyof T & string)[]
  readonly withAbsent: readonly (keyof T & string)[]
}

function layoutOf<T extends object>(lines: Lines<T>, names: readonly (keyof T & string)[]): Layout<T> {
  const byType = new Map<number, (keyof T & string)[]>()
  for (const name of names) {
    const { type, ipv6Type = type, toldIn, outer, separate } = lines[name]
    // The numbers of the message's own attributes are others than those of the options.
    if (outer || separate) continue
    for (const number of new Set([type, ipv6Type, toldIn?.type ?? type]))
      byType.set(number, [...(byType.get(number) ?? []), name])
  }
  const readersOf = (isRead: (name: keyof T & string) => boolean): Map<number, Reader[]> =>
    new Map(
      [...byType].map(([type, owners]) => [
        type,
        owners.filter(isRead).map((name) => readerOf(name, lines[name], type)),
      ]),
    )
  return {
    byType,
    readers: readersOf(() => true),
    settingReaders: readersOf((name) => !lines[name].state),
    shape: new Shape(),
    conditional: names.filter((name) => lines[name].countsBy !== undefined),
    withAbsent: names.filter((name) => lines[name].absent !== undefined),
  }
}

function domainsOf<T extends object>(
  lines: Lines<T>,
  names: readonly (keyof T & string)[],
): Readonly<Record<string, Domain>> {
  return Object.fromEntries(names.map((name) => [name, lines[name].codec.domain]))
}

function encodeLine<T>(line: Attribute<T>, value: T | undefined, writer: Writer, context: EncodeContext): void {
  const { codec, before, ipv6Type } = line
  if (value === undefined || (codec.presence && value === false) || (line.unsaid && value === line.absent)) return
  if (codec.repeats && Array.isArray(value)) {
    const type = codec.nested ? line.type | NLA_F_NESTED : line.type
    for (const item of value) writeAttribute(writer, type, () => codec.encode([item] as T, writer, context))
    return
  }
  if (before) writeAttribute(writer, before.type, () => before.codec.encode(before.value, writer, context))
  const type = ipv6Type !== undefined && String(value).includes(':') ? ipv6Type : line.type
  writeAttribute(writer, codec.nested ? type | NLA_F_NESTED : type, () => codec.encode(value, writer, context))
}

/** Appends one attribute: its header, what `body` writes, and the padding. */
export function writeAttribute(writer: Writer, type: number, body: () => void): void {
  const start = writer.reserve(4)
  body()
  const length = writer.length - start
  if (length > 0xffff) throw new RangeError(`attribute ${type & ~NLA_F_NESTED} does not fit in 65535 bytes: ${length}`)
  writer.view.setUint16(start, length, littleEndian)
  writer.view.setUint16(start + 2, type, littleEndian)
  writer.align()
}

function encodeBits<T extends object>(
  lines: Lines<T>,
  type: number,
  owners: readonly (keyof T & string)[],
  conditional: readonly (keyof T & string)[],
  values: T,
  writer: Writer,
): void {
  let value = 0
  let mask = 0
  for (const owner of owners) {
    const given: unknown = values[owner]
    if (given === undefined) continue
    const bit = 1 << (lines[owner].bit ?? 0)
    mask |= bit
    if (given === true) value |= bit
  }
  for (const name of conditional) {
    const { countsBy } = lines[name]
    if (countsBy?.type !== type || values[name] === undefined) continue
    mask |= 1 << countsBy.bit
    value |= 1 << countsBy.bit
  }
  const [first] = owners
  if (mask === 0 || first === undefined) return
  const { bits = 'u32' } = lines[first]
  writeAttribute(writer, type, () => {
    const offset = writer.reserve(bitSizes[bits])
    if (bits === 'masked') writer.view.setUint32(offset + 4, mask >>> 0, littleEndian)
    if (bits === 'masked' || bits === 'u32') writer.view.setUint32(offset, value >>> 0, littleEndian)
    else writer.view.setUint16(offset, value, bits === 'u16' && littleEndian)
  })
}

const bitSizes: Readonly<Record<BitLayout, number>> = { masked: 8, u16: 2, u32: 4, be16: 2 }

/** Keeps the bits that say whether another attribute counts. */
function rememberBits<T extends object>(
  lines: Lines<T>,
  owners: readonly (keyof T & string)[] | undefined,
  range: Payload,
  bitsByType: Map<number, number>,
): void {
  const owner = owners?.find((name) => lines[name].bit !== undefined)
  const bits = owner && readBits(range, lines[owner].bits)
  if (owner && bits !== undefined) bitsByType.set(lines[owner].type, bits)
}

/** What reading asks of a line for each attribute, in one form for all lines. */
interface Reader {
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

function readerOf(name: string, line: Attribute<unknown>, type: number): Reader {
  const { codec, bit, bits, toldIn } = line
  const start = toldIn?.type === type ? toldIn.start : 0
  const { repeats = false, nested = false } = codec
  const plain = bit === undefined && start === 0 && !repeats && !nested
  return { name, codec, bit, layout: bits, start, repeats, nested, plain }
}

/** A bit as a payload of its own. */
const bitPayloads = [new Payload(Uint8Array.of(0)), new Payload(Uint8Array.of(1))] as const

/** Returns whether the payload was what the table says, for one of the properties that share the attribute. */
function decodeInto(
  found: string[],
  values: unknown[],
  readers: readonly Reader[],
  range: Payload,
  context: DecodeContext,
): boolean {
  const [first] = readers
  if (first?.plain && readers.length === 1) {
    try {
      values.push(first.codec.decode(range, context))
    } catch {
      return false
    }
    found.push(first.name)
    return true
  }
  let taken = false
  for (const { name, codec, bit, layout, start, repeats, nested } of readers) {
    if (bit !== undefined) {
      const bits = readBits(range, layout)
      if (bits === undefined) return false
      taken = true
      if (!isMeant(range, layout, bit)) continue
      found.push(name)
      values.push(codec.decode(bitPayloads[((bits >>> bit) & 1) === 1 ? 1 : 0], context))
      continue
    }
    const known = context.unknown?.length ?? 0
    try {
      const value = codec.decode(start > 0 ? range.slice(range.start + start) : range, context)
      const before = repeats ? found.indexOf(name) : -1
      if (before >= 0) values[before] = [values[before], value].flat()
      else {
        values.push(value)
        found.push(name)
      }
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

function readBits(range: Payload, layout: BitLayout = 'u32'): number | undefined {
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

/** The bytes of some attributes alone, for tests and for attributes inside attributes. */
export function encodeAttributes<T extends object>(
  table: AttributeTable<T>,
  values: T,
  context: EncodeContext,
): Uint8Array {
  const writer = new Writer()
  table.encode(values, writer, context)
  return writer.finish()
}
