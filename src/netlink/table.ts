import { NLA_F_NESTED, walkAttributes } from './attribute.js'
import { type BitLayout, bitSizes, decodeInto, type Reader, readBits, readerOf } from './attributeReader.js'
import { littleEndian, type Payload, Writer } from './bytes.js'
import type { Codec, DecodeContext, Domain, EncodeContext } from './codec.js'
import { invalidUnder, unknownProperty } from './invalidValue.js'
import { Shape } from './shape.js'

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
  /** Nobody calls the property by its name: what it holds are properties of the whole. */
  readonly transparent?: boolean
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
      for (const name of dueNames(values, layout)) {
        const line = lines[name]
        const { type, bit } = line
        try {
          if (bit === undefined) encodeLine(line, values[name], writer, context)
          else encodeBits(lines, type, byType.get(type) ?? [], conditional, values, writer)
        } catch (error) {
          throw line.transparent ? error : invalidUnder(name, error)
        }
      }
    },
    decode(payload, context, beside) {
      layout ??= layoutOf(lines, names)
      const { byType, shape, conditional, withAbsent } = layout
      const readers = context.settingsOnly ? layout.settingReaders : layout.readers
      const bitsByType = conditional.length > 0 ? new Map<number, number>() : undefined
      // One for all, since an object for each is most of what reading many messages leaves behind.
      const range = payload.slice(payload.start)
      const result = shape.objectOf((found) => {
        walkAttributes(payload, (type, start, end) => {
          const owners = readers.get(type)
          if (owners ? owners.length === 0 : !context.unknown || beside?.knows(type)) {
            if (context.ignored && !beside?.knows(type)) context.ignored.push({ start, end })
            return
          }
          range.start = start
          range.end = end
          if (!owners || !decodeInto(found, owners, range, context)) {
            context.unknown?.push({ path: [], type, bytes: range.copy() })
          }
          if (bitsByType) rememberBits(lines, byType.get(type), range, bitsByType)
        })
      }) as Partial<T>
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

/** What has to be written for some values, in the order of the table: few are given of many. */
function dueNames<T extends object>(values: T, { written, places }: Layout<T>): (keyof T & string)[] {
  const due: number[] = []
  for (const [name, value] of Object.entries(values)) {
    const own = places.get(name)
    if (own) for (const place of own) due.push(place)
    else if (value !== undefined) throw unknownProperty(name, places.keys())
  }
  due.sort((a, b) => a - b)
  return due.flatMap((place, index) => (due[index - 1] === place ? [] : (written[place] ?? [])))
}

/** What follows from the lines of a table. */
interface Layout<T extends object> {
  readonly byType: ReadonlyMap<number, readonly (keyof T & string)[]>
  /** The properties that are written, of bits of an attribute the first. */
  readonly written: readonly (keyof T & string)[]
  /** Which of these each property is written with. */
  readonly places: ReadonlyMap<string, readonly number[]>
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
  const written = names.filter((name) => {
    const { type, bit, outer, separate } = lines[name]
    return !outer && !separate && (bit === undefined || byType.get(type)?.[0] === name)
  })
  const placesOf = (name: keyof T & string): number[] => {
    const { type, bit, countsBy } = lines[name]
    const firstOf = (number: number): number => written.indexOf(byType.get(number)?.[0] ?? name)
    const places = [bit === undefined ? written.indexOf(name) : firstOf(type), countsBy ? firstOf(countsBy.type) : -1]
    return places.filter((place) => place >= 0)
  }
  return {
    byType,
    written,
    places: new Map(names.map((name) => [name, placesOf(name)])),
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
