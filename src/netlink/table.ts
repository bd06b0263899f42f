import { walkAttributes } from './attribute.js'
import type { Attribute, Lines } from './attributeLine.js'
import { decodeInto, readBits } from './attributeReader.js'
import { encodeBits, encodeLine } from './attributeWriter.js'
import { type Payload, Writer } from './bytes.js'
import type { Codec, DecodeContext, Domain, EncodeContext } from './codec.js'
import { invalidUnder } from './invalidValue.js'
import { dueNames, layoutOf, type TableLayout } from './tableLayout.js'

export { type Attribute, type AttributeDetails, attribute, type Lines } from './attributeLine.js'

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
  let layout: TableLayout<T> | undefined
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

function domainsOf<T extends object>(
  lines: Lines<T>,
  names: readonly (keyof T & string)[],
): Readonly<Record<string, Domain>> {
  return Object.fromEntries(names.map((name) => [name, lines[name].codec.domain]))
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
