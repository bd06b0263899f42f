import { Payload, type Writer } from './bytes.js'
import { type Codec, type Domain, withoutNames } from './codec.js'
import { invalidUnder } from './invalidValue.js'

/** One field of a C struct: where it stands, and what it is. */
export interface Field<T> {
  readonly offset: number
  readonly codec: Codec<T>
}

/** Describes a field. */
export function field<T>(offset: number, codec: Codec<T>): Field<T> {
  return { offset, codec }
}

/** A C struct of fixed layout. */
export interface Struct<T extends object> extends Codec<T> {
  readonly size: number
  readonly fields: { readonly [Name in keyof T]-?: Field<T[Name]> }
}

/**
 * Describes a C struct. A longer one, of a newer kernel, is read as far as it is known; a shorter one, of an older
 * kernel, reads as if it were filled up with zeroes.
 */
export function struct<T extends object>(
  size: number,
  fields: { readonly [Name in keyof T]-?: Field<T[Name]> },
): Struct<T> {
  const names = Object.keys(fields) as (keyof T & string)[]
  const properties: Record<string, Domain> = {}
  for (const name of names) properties[name] = fields[name].codec.domain
  return {
    size,
    fields,
    domain: { type: 'object', properties, required: names },
    encode(value, writer) {
      encodeStruct(size, fields, names, value, writer)
    },
    decode(payload) {
      const whole = payload.length >= size ? payload : zeroFilled(payload, size)
      const result: Partial<T> = {}
      for (const name of names) {
        const { offset, codec } = fields[name]
        result[name] = codec.decode(whole.slice(whole.start + offset), withoutNames)
      }
      return result as T
    },
  }
}

function encodeStruct<T extends object>(
  size: number,
  fields: { readonly [Name in keyof T]-?: Field<T[Name]> },
  names: readonly (keyof T & string)[],
  value: T,
  writer: Writer,
): void {
  const start = writer.reserve(size)
  const end = writer.length
  for (const name of names) {
    const { offset, codec } = fields[name]
    writer.length = start + offset
    try {
      codec.encode(value[name], writer, withoutNames)
    } catch (error) {
      throw invalidUnder(name, error)
    }
  }
  writer.length = end
}

function zeroFilled(payload: Payload, size: number): Payload {
  const bytes = new Uint8Array(size)
  bytes.set(payload.bytes.subarray(payload.start, payload.end))
  return new Payload(bytes)
}
