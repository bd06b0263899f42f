import { formatIpv4, parseIpv4 } from './ipv4.js'
import { formatIpv6, parseIpv6 } from './ipv6.js'

/** The two families, by the names that `ip` gives them. */
export type Family = 'inet' | 'inet6'

/** Parses an IPv4 or IPv6 address to its 4 or 16 bytes; `undefined` where the text is neither. */
export function parseAddress(text: string): Uint8Array | undefined {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text)
}

/** Writes 4 or 16 bytes as the canonical text. */
export function formatAddress(bytes: Uint8Array): string {
  return bytes.length === 4 ? formatIpv4(bytes) : formatIpv6(bytes)
}

/** The family of an address, a prefix, or their text. */
export function familyOf(address: string | Uint8Array): Family {
  const isIpv6 = typeof address === 'string' ? address.includes(':') : address.length === 16
  return isIpv6 ? 'inet6' : 'inet'
}

/** How many bits an address of the family has. */
export function addressBits(family: Family): 32 | 128 {
  return family === 'inet' ? 32 : 128
}

/** Whether an address is that of a group: 224.0.0.0/4 (RFC 5771) or ff00::/8 (RFC 4291 §2.7). */
export function castOf(bytes: Uint8Array): 'unicast' | 'multicast' {
  const [first = 0] = bytes
  const isMulticast = bytes.length === 4 ? first >> 4 === 0xe : first === 0xff
  return isMulticast ? 'multicast' : 'unicast'
}
