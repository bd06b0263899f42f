import { NLA_F_NESTED, walkAttributes } from './attribute.js'
import { writeAttribute } from './attributeWriter.js'
import type { Payload } from './bytes.js'
import type { Codec } from './codec.js'

/** A list of attributes of one type inside another one, such as the alternative names of a link. */
export function listOf<T>(type: number, codec: Codec<T>): Codec<readonly T[]> {
  const itemTypeSent = codec.nested ? type | NLA_F_NESTED : type
  return {
    domain: { type: 'list', item: codec.domain },
    nested: true,
    encode(values, writer, context) {
      for (const value of values) writeAttribute(writer, itemTypeSent, () => codec.encode(value, writer, context))
    },
    decode(payload, context) {
      const values: T[] = []
      walkAttributes(payload, (itemType, start, end) => {
        if (itemType === type) values.push(codec.decode(payload.slice(start, end), context))
      })
      return values
    },
    ...(codec.nested ? { locate: (payload: Payload, offset: number) => locateItem(codec, payload, offset) } : {}),
  }
}

/** A list each item of which is an attribute of its own, one beside the other. */
export function repeated<T>(codec: Codec<T>): Codec<readonly T[]> {
  return {
    domain: { type: 'list', item: codec.domain },
    nested: codec.nested ?? false,
    repeats: true,
    encode(values, writer, context) {
      for (const value of values) codec.encode(value, writer, context)
    },
    decode: (payload, context) => [codec.decode(payload, context)],
    locate: (payload, offset) => codec.locate?.(payload, offset) ?? [],
  }
}

/** The position of the item that lies at an offset, and its part. */
function locateItem(codec: Codec<unknown>, payload: Payload, offset: number): readonly string[] {
  let path: readonly string[] = []
  let position = 0
  walkAttributes(payload, (_type, start, end) => {
    if (offset >= start - 4 && offset < Math.max(end, start)) {
      path = [String(position), ...(codec.locate?.(payload.slice(start, end), offset) ?? [])]
    }
    position++
  })
  return path
}

/** A list whose items are attributes numbered from 0, such as the targets of a bond. */
export function indexedListOf<T>(codec: Codec<T>, maximum: number): Codec<readonly T[]> {
  return {
    domain: { type: 'list', item: codec.domain, maximum },
    nested: true,
    encode(values, writer, context) {
      for (const [index, value] of values.entries()) {
        writeAttribute(writer, index, () => codec.encode(value, writer, context))
      }
    },
    decode(payload, context) {
      const values: T[] = []
      walkAttributes(payload, (_type, start, end) => values.push(codec.decode(payload.slice(start, end), context)))
      return values
    },
  }
}

/** A list of which the kernel keeps the members but not the order. */
export function unorderedListOf<T>(type: number, codec: Codec<T>): Codec<readonly T[]> {
  return { ...listOf(type, codec), domain: { type: 'list', item: codec.domain, unordered: true } }
}
