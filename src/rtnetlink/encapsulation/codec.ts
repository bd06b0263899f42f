import { Payload, Writer } from '../../netlink/bytes.js'
import { withoutNames } from '../../netlink/codec.js'
import type { AnyEncapsulation, Seg6Encapsulation } from './encapsulation.js'
import { encapsulationNumbers, encapsulationTables } from './tables.js'

/** The two attributes of an encapsulation: its type, and its own attributes. */
export interface RawEncapsulation {
  readonly encapsulationType?: number
  readonly encapsulationData?: Uint8Array
}

const numbers: Readonly<Record<string, number>> = encapsulationNumbers
const tables: Readonly<Record<string, (typeof encapsulationTables)[keyof typeof encapsulationTables]>> =
  encapsulationTables

/** An encapsulation as attributes. */
export function rawEncapsulation(encapsulation: AnyEncapsulation | undefined): RawEncapsulation {
  if (!encapsulation) return {}
  const { type, ...values } = encapsulation
  const encapsulationType = numbers[type] ?? Number(type)
  if ('bytes' in values) return { encapsulationType, encapsulationData: values.bytes }
  const table = tables[type]
  if (!table) throw new RangeError(`${JSON.stringify(type)} is no encapsulation`)
  const writer = new Writer()
  table.encode(
    encapsulation.type === 'seg6' ? withHeader(encapsulation) : withLastSegment(values),
    writer,
    withoutNames,
  )
  return { encapsulationType, encapsulationData: writer.finish() }
}

/** An encapsulation from its attributes; one that is not known, or not in full, keeps its bytes. */
export function encapsulationOf({
  encapsulationType: number,
  encapsulationData: bytes,
}: RawEncapsulation): AnyEncapsulation | undefined {
  if (!number || !bytes) return undefined
  const type = Object.entries(numbers).find(([, known]) => known === number)?.[0] ?? String(number)
  const opaque = { type, bytes } as AnyEncapsulation
  const table = tables[type]
  if (!table) return opaque
  const unknown: unknown[] = []
  const context = { ...withoutNames, unknown: unknown as never[] }
  const decoded = table.decode(new Payload(bytes), context)
  const values = Object.entries(type === 'seg6' ? withoutHeader(decoded) : withoutLastSegment(decoded))
  if (unknown.length > 0 || values.length === 0) return opaque
  return {
    type,
    ...Object.fromEntries(values.map(ownFlags).filter(([name, value]) => !isNothing(type, name, value))),
  } as AnyEncapsulation
}

function ownFlags([name, value]: [string, unknown]): [string, unknown] {
  return name === 'flags' && typeof value === 'number' ? [name, value & ~optionFlags] : [name, value]
}

/** What the kernel has in one attribute, a segment routing header. */
function withHeader({ type: _type, mode, segments, hmac, ...others }: Seg6Encapsulation): object {
  return { header: { mode, segments, ...(hmac === undefined ? {} : { hmac }) }, ...others }
}

function withoutHeader(values: object): object {
  const { header, ...others } = { header: {}, ...values }
  return { ...header, ...others }
}

/** What goes into a packet's own header ends with the packet's own destination, which the kernel fills in. */
const insertsHeader = (values: object): boolean => 'action' in values && values.action === 'End.B6'

function withLastSegment(values: object): object {
  if (!insertsHeader(values) || !('segments' in values) || !Array.isArray(values.segments)) return values
  return { ...values, segments: [...values.segments, '::'] }
}

function withoutLastSegment(values: object): object {
  if (!insertsHeader(values) || !('segments' in values) || !Array.isArray(values.segments)) return values
  return { ...values, segments: values.segments.slice(0, -1) }
}

/** TUNNEL_OPTIONS_PRESENT: include/net/ip_tunnels.h; the kernel sets what options are there, and takes none of it. */
const optionFlags = 0xd800

/** The kernel tells every part of an IP header, and 0 for what was not given (net/ipv4/ip_tunnel_core.c). */
function isNothing(type: string, name: string, value: unknown): boolean {
  if (type !== 'ip' && type !== 'ip6') return false
  return value === 0 || value === '0.0.0.0' || value === '::' || (name === 'src' && value === '')
}
