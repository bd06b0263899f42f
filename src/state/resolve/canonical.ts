import { formatAddress, parseAddress } from '../../ip/address.js'
import { formatMac, parseMac } from '../../ip/mac.js'
import { formatPrefix, networkOf, parsePrefix } from '../../ip/prefix.js'

/** The one spelling of a MAC address. */
export function canonicalMac(text: string): string {
  const bytes = parseMac(text)
  return bytes ? formatMac(bytes) : text
}

/** The one spelling of an IP address. */
export function canonicalAddress(text: string): string {
  const bytes = parseAddress(text)
  return bytes ? formatAddress(bytes) : text
}

/** The one spelling of a prefix that selects. */
export function canonicalNetwork(text: string): string {
  const prefix = parsePrefix(text)
  return prefix ? formatPrefix(networkOf(prefix)) : text
}
