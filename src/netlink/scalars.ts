import { castOf, formatAddress, parseAddress } from '../ip/address.js'
import { formatMac, parseMac } from '../ip/mac.js'
import { nearest } from '../nearest.js'
import { littleEndian, type Payload } from './bytes.js'
import { type Codec, type Domain, MalformedError } from './codec.js'
import { checkInDomain } from './inDomain.js'
import { bytesOfText, textOfBytes } from './utf8.js'

interface NumberFormat {
  readonly size: number
  readonly minimum: number
  readonly maximum: number
  get(view: DataView, offset: number): number
  set(view: DataView, offset: number, value: number): void
}

function number(format: NumberFormat): Codec<number> {
  const { size, minimum, maximum, get, set } = format
  return {
    domain: { type: 'integer', minimum, maximum },
    encode(value, writer) {
      if (!Number.isInteger(value) || value < minimum || value > maximum) {
        throw new RangeError(`${value} is not an integer from ${minimum} to ${maximum}`)
      }
      const offset = writer.reserve(size)
      set(writer.view, offset, value)
    },
    decode(payload) {
      if (payload.length < size) throw new MalformedError(`${payload.length} bytes instead of ${size}`)
      return get(payload.view, payload.start)
    },
  }
}

/** An unsigned byte. */
export const u8: Codec<number> = number({
  size: 1,
  minimum: 0,
  maximum: 0xff,
  get: (view, offset) => view.getUint8(offset),
  set: (view, offset, value) => view.setUint8(offset, value),
})

/** A signed byte. */
export const i8: Codec<number> = number({
  size: 1,
  minimum: -0x80,
  maximum: 0x7f,
  get: (view, offset) => view.getInt8(offset),
  set: (view, offset, value) => view.setInt8(offset, value),
})

/** Two bytes, unsigned, in the machine's order. */
export const u16: Codec<number> = number({
  size: 2,
  minimum: 0,
  maximum: 0xffff,
  get: (view, offset) => view.getUint16(offset, littleEndian),
  set: (view, offset, value) => view.setUint16(offset, value, littleEndian),
})

/** Two bytes, unsigned, in the network's order. */
export const be16: Codec<number> = number({
  size: 2,
  minimum: 0,
  maximum: 0xffff,
  get: (view, offset) => view.getUint16(offset),
  set: (view, offset, value) => view.setUint16(offset, value),
})

/** Four bytes, unsigned, in the machine's order. */
export const u32: Codec<number> = number({
  size: 4,
  minimum: 0,
  maximum: 0xffffffff,
  get: (view, offset) => view.getUint32(offset, littleEndian),
  set: (view, offset, value) => view.setUint32(offset, value, littleEndian),
})

/** Four bytes, signed, in the machine's order. */
export const i32: Codec<number> = number({
  size: 4,
  minimum: -0x80000000,
  maximum: 0x7fffffff,
  get: (view, offset) => view.getInt32(offset, littleEndian),
  set: (view, offset, value) => view.setInt32(offset, value, littleEndian),
})

/** Four bytes, unsigned, in the network's order. */
export const be32: Codec<number> = number({
  size: 4,
  minimum: 0,
  maximum: 0xffffffff,
  get: (view, offset) => view.getUint32(offset),
  set: (view, offset, value) => view.setUint32(offset, value),
})

/** Four bytes, signed, in the network's order. */
export const be32Signed: Codec<number> = number({
  size: 4,
  minimum: -0x80000000,
  maximum: 0x7fffffff,
  get: (view, offset) => view.getInt32(offset),
  set: (view, offset, value) => view.setInt32(offset, value),
})

/** A number whose range the kernel narrows further than its size does. */
export function ranged(codec: Codec<number>, minimum: number, maximum: number): Codec<number> {
  return { ...codec, domain: { type: 'integer', minimum, maximum } }
}

/** Eight bytes, unsigned. */
export const u64: Codec<bigint> = {
  domain: { type: 'bigint' },
  encode(value, writer) {
    checkInDomain({ type: 'bigint' }, value)
    const offset = writer.reserve(8)
    writer.view.setBigUint64(offset, value, littleEndian)
  },
  decode(payload) {
    if (payload.length < 8) throw new MalformedError(`${payload.length} bytes instead of 8`)
    return payload.view.getBigUint64(payload.start, littleEndian)
  },
}

/** Eight bytes, unsigned, in the network's order. */
export const be64: Codec<bigint> = {
  domain: { type: 'bigint' },
  encode(value, writer) {
    checkInDomain({ type: 'bigint' }, value)
    const offset = writer.reserve(8)
    writer.view.setBigUint64(offset, value)
  },
  decode(payload) {
    if (payload.length < 8) throw new MalformedError(`${payload.length} bytes instead of 8`)
    return payload.view.getBigUint64(payload.start)
  },
}

/** What a number holds exactly. */
export const safeInteger: Domain = { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER }

/** Eight bytes, unsigned, whose values stay below 2^53 in practice. */
export const u64AsNumber: Codec<number> = {
  domain: safeInteger,
  encode(value, writer, context) {
    // What the kernel told can be more, and is written as it was read.
    if (!(Number.isInteger(value) && value >= 0 && value < 2 ** 64)) checkInDomain(safeInteger, value)
    u64.encode(BigInt(value), writer, context)
  },
  decode(payload) {
    if (payload.length < 8) throw new MalformedError(`${payload.length} bytes instead of 8`)
    return readU64AsNumber(payload.view, payload.start)
  },
}

/** Reads it as two halves, since a BigInt for each number of a thousand objects takes longer than all else about them. */
export function readU64AsNumber(view: DataView, offset: number): number {
  return view.getUint32(offset, littleEndian) + view.getUint32(offset + 4, littleEndian) * 2 ** 32
}

/** A truth value kept in a number: 0 is false, anything else true. */
export function boolean(codec: Codec<number>): Codec<boolean> {
  return {
    domain: { type: 'boolean' },
    encode(value, writer, context) {
      checkInDomain({ type: 'boolean' }, value)
      codec.encode(value ? 1 : 0, writer, context)
    },
    decode: (payload, context) => codec.decode(payload, context) !== 0,
  }
}

/** A truth value told by an attribute's presence: NLA_FLAG. Some are told by a byte in the kernel's answers. */
export const flag: Codec<boolean> = {
  domain: { type: 'boolean' },
  presence: true,
  encode: (value) => checkInDomain({ type: 'boolean' }, value),
  decode: ({ bytes, start, length }) => length === 0 || bytes[start] !== 0,
}

/**
 * A number with names. A number that the table does not name is kept as its decimal text, so that nothing is lost
 * on a newer kernel.
 */
export function enumeration<const Name extends string>(
  codec: Codec<number>,
  numbers: Readonly<Record<Name, number>>,
): Codec<Name> {
  const names = new Map<number, Name>()
  for (const name in numbers) names.set(numbers[name], name)
  const numberOf = (value: unknown): number => {
    if (typeof value === 'string' && Object.hasOwn(numbers, value)) return numbers[value as Name]
    if (typeof value === 'number' || (typeof value === 'string' && /^\d+$/.test(value))) return Number(value)
    throw new RangeError(noneOf(value, Object.keys(numbers)))
  }
  return {
    domain: { type: 'enumeration', names: Object.keys(numbers) },
    encode(value, writer, context) {
      codec.encode(numberOf(value), writer, context)
    },
    decode(payload, context) {
      const value = codec.decode(payload, context)
      return names.get(value) ?? (String(value) as Name)
    },
  }
}

function noneOf(value: unknown, names: readonly string[]): string {
  const meant = typeof value === 'string' ? nearest(value, names) : undefined
  const hint = meant === undefined ? '' : `; did you mean ${meant}?`
  return `${typeof value === 'string' ? JSON.stringify(value) : String(value)} is none of ${names.join(', ')}${hint}`
}

/** A duration: seconds here, `perSecond` units a second in the kernel. */
export function seconds(codec: Codec<number>, perSecond: number): Codec<number> {
  const maximum = codec.domain.type === 'integer' ? codec.domain.maximum : 0
  const domain: Domain = { type: 'seconds', maximum: maximum / perSecond, resolution: 1 / perSecond }
  return {
    domain,
    encode(value, writer, context) {
      // Which numbers there are is for the codec to say.
      if (typeof value !== 'number') checkInDomain(domain, value)
      codec.encode(Math.round(value * perSecond), writer, context)
    },
    decode: (payload, context) => codec.decode(payload, context) / perSecond,
  }
}

/** A duration of which the kernel takes fewer than there is room for. */
export function secondsWithin(
  codec: Codec<number>,
  perSecond: number,
  minimum: number,
  maximum: number,
): Codec<number> {
  return { ...seconds(codec, perSecond), domain: { type: 'seconds', minimum, maximum, resolution: 1 / perSecond } }
}

function utf8Of(value: unknown): Uint8Array {
  if (typeof value !== 'string') throw new RangeError(`${String(value)} is no text`)
  if (value.includes('\0'))
    throw new RangeError(`${JSON.stringify(value)} has a zero byte, where texts of the kernel end`)
  return bytesOfText(value)
}

/** Text that ends in a zero byte; at most `maximumLength` bytes before it. */
export function text(maximumLength: number): Codec<string> {
  return {
    domain: { type: 'text', maximumLength },
    encode(value, writer) {
      writer.append(utf8Of(value))
      writer.reserve(1)
    },
    decode(payload) {
      const { bytes, start, end } = payload
      const zero = bytes.subarray(start, end).indexOf(0)
      return textOfBytes(bytes.subarray(start, zero < 0 ? end : start + zero))
    },
  }
}

/** Text without a zero byte behind it, where the kernel would count that one: dev_set_alias, net/core/dev.c. */
export function bareText(maximumLength: number): Codec<string> {
  return { ...text(maximumLength), encode: (value, writer) => writer.append(utf8Of(value)) }
}

function parsed<T extends Uint8Array>(value: T | undefined, what: string): T {
  if (value === undefined) throw new RangeError(what)
  return value
}

/** A link-layer address, of whatever length the device has. */
export const mac: Codec<string> = {
  domain: { type: 'mac' },
  encode: (value, writer) => writer.append(parsed(parseMac(value), `${value} is not a MAC address`)),
  decode(payload) {
    if (payload.length === 0) throw new MalformedError('no bytes of address')
    return formatMac(payload.bytes.subarray(payload.start, payload.end))
  },
}

/** An IPv4 or IPv6 address; its length tells which. */
export const ipAddress: Codec<string> = {
  domain: { type: 'address' },
  encode: (value, writer) => writer.append(parsed(parseAddress(value), `${value} is not an IP address`)),
  decode(payload) {
    if (payload.length !== 4 && payload.length !== 16) throw new MalformedError(`${payload.length} bytes of address`)
    return formatAddress(payload.copy())
  },
}

/** An IP address that is multicast, or one that is not: RFC 5771, RFC 4291 §2.7. */
export function castAddress(cast: 'unicast' | 'multicast'): Codec<string> {
  return {
    domain: { type: 'address', cast },
    encode: ipAddress.encode,
    decode(payload, context) {
      const address = ipAddress.decode(payload, context)
      if (castOf(payload.copy()) !== cast) throw new MalformedError(`${address} is not ${cast}`)
      return address
    },
  }
}

/** An IPv4 address. */
export const ipv4: Codec<string> = { ...ipAddress, domain: { type: 'address', family: 'inet' } }
/** An IPv6 address. */
export const ipv6: Codec<string> = { ...ipAddress, domain: { type: 'address', family: 'inet6' } }

/** Bytes that are left as they are. */
export const binary: Codec<Uint8Array> = {
  domain: { type: 'bytes' },
  encode: (value, writer) => writer.append(value),
  decode: (payload: Payload) => payload.copy(),
}

/** A number in hexadecimal with all digits that bytes in the network's order have, as text: no number holds eight. */
export function hexadecimal(bytes: number): Codec<string> {
  return {
    domain: { type: 'hexadecimal', bytes },
    encode(value, writer) {
      if (!isHexadecimal(value, bytes)) {
        throw new RangeError(`${value} is not 0x and up to ${bytes * 2} hexadecimal digits`)
      }
      writer.append(Buffer.from(canonicalHexadecimal(value, bytes).slice(2), 'hex'))
    },
    decode(payload) {
      if (payload.length !== bytes) throw new MalformedError(`${payload.length} bytes instead of ${bytes}`)
      return `0x${Buffer.from(payload.copy()).toString('hex')}`
    },
  }
}

function isHexadecimal(text: string, bytes: number): boolean {
  return /^0x[0-9a-f]+$/i.test(text) && text.length <= 2 + bytes * 2
}

/** The one spelling of a number in hexadecimal; text that is none stays. */
export function canonicalHexadecimal(value: string, bytes: number): string {
  if (!isHexadecimal(value, bytes)) return value
  return `0x${value
    .slice(2)
    .toLowerCase()
    .padStart(bytes * 2, '0')}`
}

/** A link: its name, or its interface index. */
export const linkReference: Codec<string | number> = {
  domain: { type: 'link' },
  encode: (value, writer, context) =>
    u32.encode(typeof value === 'number' ? value : context.linkIndex(value), writer, context),
  decode: (payload, context) => context.linkName(u32.decode(payload, context)),
}
