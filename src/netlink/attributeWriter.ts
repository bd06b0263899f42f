import { NLA_F_NESTED } from './attribute.js'
import type { Attribute, Lines } from './attributeLine.js'
import { bitSizes } from './attributeReader.js'
import { littleEndian, type Writer } from './bytes.js'
import type { EncodeContext } from './codec.js'

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

/** Appends the attributes of a property that has one of its own. */
export function encodeLine<T>(line: Attribute<T>, value: T | undefined, writer: Writer, context: EncodeContext): void {
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

/** Appends the attribute of properties that are bits of it. */
export function encodeBits<T extends object>(
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
