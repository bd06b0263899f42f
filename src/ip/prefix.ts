import { addressBits, familyOf, formatAddress, parseAddress } from './address.js'

/** An address with a prefix length. */
export interface Prefix {
  readonly bytes: Uint8Array
  readonly length: number
}

/** Parses `address/length`, or an address alone, whose length is then all its bits. */
export function parsePrefix(text: string): Prefix | undefined {
  const slash = text.indexOf('/')
  const bytes = parseAddress(slash < 0 ? text : text.slice(0, slash))
  if (!bytes) return undefined
  if (slash < 0) return { bytes, length: bytes.length * 8 }
  const digits = text.slice(slash + 1)
  if (!/^(0|[1-9][0-9]{0,2})$/.test(digits)) return undefined
  const length = Number(digits)
  return length <= bytes.length * 8 ? { bytes, length } : undefined
}

/** Writes `address/length`, the length always. */
export function formatPrefix(prefix: Prefix): string {
  return `${formatAddress(prefix.bytes)}/${prefix.length}`
}

/** The canonical text of a prefix, the bits behind its length as they were; `undefined` if it is not one. */
export function canonicalPrefix(text: string): string | undefined {
  const prefix = parsePrefix(text)
  return prefix && formatPrefix(prefix)
}

/** The prefix with all bits behind its length cleared. */
export function networkOf(prefix: Prefix): Prefix {
  const bytes = prefix.bytes.slice()
  const whole = prefix.length >> 3
  const rest = prefix.length & 7
  if (whole < bytes.length) bytes[whole] = (bytes[whole] ?? 0) & (0xff00 >> rest)
  bytes.fill(0, whole + 1)
  return { bytes, length: prefix.length }
}

/** Whether bits behind the prefix length are set, as in `10.1.2.3/24`. */
export function hasHostBits(prefix: Prefix): boolean {
  return formatAddress(networkOf(prefix).bytes) !== formatAddress(prefix.bytes)
}

/** Whether an address, or all of another prefix, lies in a prefix. */
export function contains(prefix: Prefix, inner: Prefix): boolean {
  if (prefix.bytes.length !== inner.bytes.length || inner.length < prefix.length) return false
  const network = networkOf({ bytes: inner.bytes, length: prefix.length })
  return formatAddress(network.bytes) === formatAddress(networkOf(prefix).bytes)
}

/** The prefix that matches everything in a family. */
export function defaultPrefix(family: 'inet' | 'inet6'): Prefix {
  return { bytes: new Uint8Array(addressBits(family) / 8), length: 0 }
}

/** The family of a prefix. */
export function familyOfPrefix(prefix: Prefix): 'inet' | 'inet6' {
  return familyOf(prefix.bytes)
}
