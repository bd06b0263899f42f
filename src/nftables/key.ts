import { align4 } from '../netlink/bytes.js'
import { type FieldType, fieldTypes } from './ruleset.js'

/** Registers, and thus the fields of keys, begin on multiples of four bytes. */
export function keyLength(fields: readonly FieldType[]): number {
  return fields.reduce((sum, field) => sum + align4(fieldTypes[field].size), 0)
}

/** The number by which `nft` knows the type of a key: six bits a field. */
export function keyType(fields: readonly FieldType[]): number {
  return fields.reduce((type, field) => (type << 6) | fieldTypes[field].type, 0)
}

/** The fields of a key type, where all are known. */
export function fieldsOf(type: number): readonly FieldType[] | undefined {
  const fields: FieldType[] = []
  for (let rest = type; rest > 0; rest >>>= 6) {
    const field = fieldNames.get(rest & 0x3f)
    if (!field) return undefined
    fields.unshift(field)
  }
  return fields
}

const fieldNames = new Map(
  (Object.keys(fieldTypes) as FieldType[]).map((name): [number, FieldType] => [fieldTypes[name].type, name]),
)

/** A key: its fields one after the other, each filled up to four bytes. */
export function keyOf(...fields: readonly Uint8Array[]): string {
  let text = ''
  for (const field of fields) {
    const padded = new Uint8Array(align4(field.length))
    padded.set(field)
    text += Buffer.from(padded).toString('hex')
  }
  return text
}

/** The name of a link as the kernel's registers hold it: IFNAMSIZ bytes. */
export function interfaceName(name: string): Uint8Array {
  const bytes = new Uint8Array(fieldTypes.ifname.size)
  bytes.set(new TextEncoder().encode(name))
  return bytes
}
