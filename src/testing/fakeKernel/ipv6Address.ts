import { parseIpv6 } from '../../ip/ipv6.js'
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
