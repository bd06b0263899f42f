import { formatAddress, parseAddress } from '../../ip/address.js'
import { parseMac } from '../../ip/mac.js'

/** The link-local address that a host makes of its MAC address: RFC 4291 appendix A. */
export function linkLocalOf(mac: string): string | undefined {
  const bytes = parseMac(mac)
  if (bytes?.length !== 6) return undefined
  const [a = 0, b = 0, c = 0, ...rest] = bytes
  return formatAddress(Uint8Array.of(0xfe, 0x80, 0, 0, 0, 0, 0, 0, a ^ 2, b, c, 0xff, 0xfe, ...rest))
}

/** Addresses as they are kept: canonical, each once, in order. */
export function sortedAddresses(addresses: readonly string[]): string[] {
  const canonical = addresses.map((address) => {
    const bytes = parseAddress(address)
    return bytes ? formatAddress(bytes) : address
  })
  return [...new Set(canonical)].sort()
}
