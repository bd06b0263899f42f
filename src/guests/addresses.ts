import { formatAddress } from '../ip/address.js'
import type { Prefix } from '../ip/prefix.js'
import type { GuestNetworkOptions } from './options.js'

/** The addresses of a guest's place: its own, those of its gateway, and their prefix length. */
export interface Place {
  readonly address: string
  readonly gateway: string
  readonly prefixLength: number
}

/** The address that lies a number of addresses behind the beginning of a prefix. */
export function addressAt({ bytes }: Prefix, offset: number): string {
  const result = bytes.slice()
  let carry = offset
  for (let index = result.length - 1; index >= 0 && carry > 0; index--) {
    carry += result[index] ?? 0
    result[index] = carry & 0xff
    carry = Math.floor(carry / 256)
  }
  return formatAddress(result)
}

/** How many guests fit into a subnet. */
export function capacity(subnet: Prefix, { mode, prefixLength = 30 }: GuestNetworkOptions): number {
  const size = 2 ** Math.min(32, subnet.bytes.length * 8 - subnet.length)
  if (mode === 'routed') return Math.floor(size / blockSize(subnet, prefixLength))
  // The first address names the subnet, the second is the gateway's, and IPv4's last one is for broadcasts.
  return Math.max(0, size - 2 - (subnet.bytes.length === 4 ? 1 : 0))
}

/** The addresses of a slot. */
export function placeOf(subnet: Prefix, slot: number, { mode, prefixLength = 30 }: GuestNetworkOptions): Place {
  if (mode === 'bridged') {
    return { address: addressAt(subnet, slot + 2), gateway: addressAt(subnet, 1), prefixLength: subnet.length }
  }
  const block = blockSize(subnet, prefixLength)
  // The first address of an IPv6 prefix is that of any router (RFC 4291 §2.6.1), so that two bits are needed there.
  const first = slot * block + (block === 2 ? 0 : 1)
  return {
    gateway: addressAt(subnet, first),
    address: addressAt(subnet, first + 1),
    prefixLength: subnet.bytes.length * 8 - Math.log2(block),
  }
}

function blockSize({ bytes }: Prefix, prefixLength: 30 | 31): number {
  return bytes.length === 4 && prefixLength === 31 ? 2 : 4
}

/** A MAC address of one's own (IEEE 802 §8.4) that follows from an IPv4 address, so that no two guests share one. */
export function macOf(bytes: Uint8Array): string {
  return ['02', 'fc', ...[...bytes].map((byte) => byte.toString(16).padStart(2, '0'))].join(':')
}

/** The netmask of an IPv4 prefix length. */
export function netmask(length: number): string {
  const bits = length === 0 ? 0 : (0xffffffff << (32 - length)) >>> 0
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 0xff).join('.')
}
