import { addressBits } from './address.js'
import { formatIpv6 } from './ipv6.js'
import { parseMac } from './mac.js'

/** The link-local address that follows from a MAC address: modified EUI-64, RFC 4291, appendix A. */
export function linkLocalOf(mac: string): string | undefined {
  const bytes = parseMac(mac)
  if (bytes?.length !== 6) return undefined
  const [one = 0, two = 0, three = 0, ...rest] = bytes
  return formatIpv6(Uint8Array.of(0xfe, 0x80, 0, 0, 0, 0, 0, 0, one ^ 2, two, three, 0xff, 0xfe, ...rest))
}

/** Whether an address is of fe80::/10, which every link has: RFC 4291 §2.5.6. */
export function isLinkLocal(address: Uint8Array): boolean {
  return isOfTenBits(address, 0b10)
}

/** Whether an address is of fec0::/10, which RFC 3879 did away with, and the kernel still knows. */
export function isSiteLocal(address: Uint8Array): boolean {
  return isOfTenBits(address, 0b11)
}

function isOfTenBits(address: Uint8Array, lastTwo: number): boolean {
  const [first = 0, second = 0] = address
  return address.length * 8 === addressBits('inet6') && first === 0xfe && second >> 6 === lastTwo
}
