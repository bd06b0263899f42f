import { formatMac, parseMac } from '../../ip/mac.js'
import { canonicalHexadecimal } from '../../netlink/scalars.js'
import type { MacsecChannel } from './configuration.js'

/** The number of a channel: the MAC address and the port, IEEE 802.1AE, 8.2.1. */
export function sciOf(mac: string, port: number): string {
  const bytes = parseMac(mac)
  if (!bytes) throw new RangeError(`${mac} is not a MAC address`)
  return `0x${Buffer.from(bytes).toString('hex')}${port.toString(16).padStart(4, '0')}`
}

/** What a number of a channel is made of. */
export function partsOfSci(sci: string): { readonly mac: string; readonly port: number } {
  const bytes = Buffer.from(canonicalHexadecimal(sci, 8).slice(2), 'hex')
  if (bytes.length !== 8) throw new RangeError(`${sci} is not 0x and up to 16 hexadecimal digits`)
  return { mac: formatMac(bytes.subarray(0, 6)), port: bytes.readUInt16BE(6) }
}

/** The number of a channel, in whatever way it is told; `undefined` where half of it is missing. */
export function sciOfChannel({ sci, mac, port }: MacsecChannel): string | undefined {
  if (sci !== undefined) return canonicalHexadecimal(sci, 8)
  return mac === undefined || port === undefined ? undefined : sciOf(mac, port)
}
