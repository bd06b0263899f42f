import { parseAddress } from './address.js'
import { formatIpv6 } from './ipv6.js'
import { parseMac } from './mac.js'

/** The link-local address that follows from a MAC address: modified EUI-64, RFC 4291, appendix A. */
export function linkLocalOf(mac: string): string | undefined {
  const bytes = parseMac(mac)
  if (bytes?.length !== 6) return undefined
  const [one = 0, two = 0, three = 0, ...rest] = bytes
  return formatIpv6(Uint8Array.of(0xfe, 0x80, 0, 0, 0, 0, 0, 0, one ^ 2, two, three, 0xff, 0xfe, ...rest))
}

/** Whether an address is of fe80::/10, which every link has: RFC 4291 §2.4. */
export function isLinkLocal(address: string): boolean {
  const bytes = parseAddress(address)
  return bytes?.length === 16 && bytes[0] === 0xfe && ((bytes[1] ?? 0) & 0xc0) === 0x80
}
