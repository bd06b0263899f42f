import { formatIpv6, parseIpv6 } from '../../ip/ipv6.js'
import { parseMac } from '../../ip/mac.js'
import type { Scope } from '../../rtnetlink/scope.js'

/** The scope of an IPv6 address, and a number that grows with it (net/ipv6/addrconf_core.c). */
export function scopeRank(address: string): { scope: Scope; rank: number } {
  const bytes = parseIpv6(address)
  const first = bytes?.[0] ?? 0
  const second = bytes?.[1] ?? 0
  if (address === '::1') return { scope: 'host', rank: 1 }
  if (first === 0xfe && (second & 0xc0) === 0x80) return { scope: 'link', rank: 2 }
  if (first === 0xfe && (second & 0xc0) === 0xc0) return { scope: 'site', rank: 5 }
  return { scope: 'global', rank: 14 }
}

/** The link-local address that follows from a MAC address: modified EUI-64, RFC 4291, appendix A. */
export function linkLocalOf(mac: string): string | undefined {
  const bytes = parseMac(mac)
  if (bytes?.length !== 6) return undefined
  const [one = 0, two = 0, three = 0, ...rest] = bytes
  return formatIpv6(Uint8Array.of(0xfe, 0x80, 0, 0, 0, 0, 0, 0, one ^ 2, two, three, 0xff, 0xfe, ...rest))
}
