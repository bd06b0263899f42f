import type { Carrier } from './header.js'

/**
 * The Internet checksum (RFC 1071): the one's complement of the one's complement sum of all 16-bit words. Over bytes
 * that hold their checksum already, the result is 0.
 *
 * @param bytes what is summed; an odd last byte counts as if a zero followed
 * @param sum where to start, such as the {@link checksumOfPseudoHeader}
 */
export function internetChecksum(bytes: Uint8Array, sum = 0): number {
  return ~foldSum(sumOfWords(bytes, sum)) & 0xffff
}

/**
 * What TCP, UDP and ICMPv6 put in front of the bytes that they sum (RFC 9293 §3.1, RFC 8200 §8.1), to start
 * {@link internetChecksum} with.
 *
 * @param source 4 or 16 bytes, as `destination`
 * @param protocol number of the protocol, such as 58 for ICMPv6
 * @param length bytes of the protocol's header and data
 */
export function checksumOfPseudoHeader(
  source: Uint8Array,
  destination: Uint8Array,
  protocol: number,
  length: number,
): number {
  const addresses = sumOfWords(destination, sumOfWords(source, 0))
  return foldSum(addresses + protocol + (length >>> 16) + (length & 0xffff))
}

/** The checksum of TCP, UDP or ICMPv6 in a packet: 0 over bytes that hold it already. */
export function transportChecksum(bytes: Uint8Array, { source, destination }: Carrier, protocol: number): number {
  return internetChecksum(bytes, checksumOfPseudoHeader(source, destination, protocol, bytes.length))
}

/**
 * A checksum after one 16-bit word under it changed (RFC 1624, equation 3), without reading the rest.
 *
 * @param checksum as it stands in the packet
 */
export function updatedChecksum(checksum: number, before: number, after: number): number {
  return ~foldSum((~checksum & 0xffff) + (~before & 0xffff) + after) & 0xffff
}

/** {@link updatedChecksum} for a run of bytes that starts on an even offset, such as an address that is translated. */
export function updatedChecksumOf(checksum: number, before: Uint8Array, after: Uint8Array): number {
  const removed = ~foldSum(sumOfWords(before, 0)) & 0xffff
  return ~foldSum((~checksum & 0xffff) + removed + foldSum(sumOfWords(after, 0))) & 0xffff
}

const shortest = 256

/**
 * Adds 16-bit words to a sum, without folding it. A sum of at most 2^37 words stays exact in a double, and no packet is
 * that long.
 */
export function sumOfWords(bytes: Uint8Array, start: number): number {
  const even = bytes.length & ~1
  let sum = start
  let index = 0
  // A DataView reads four bytes at once, which pays where there are many of them: 1,400 bytes take half the time.
  if (even >= shortest) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, even)
    for (const end = even & ~15; index < end; index += 16) sum += sumOfSixteen(view, index)
  }
  for (; index < even; index += 2) sum += ((bytes[index] ?? 0) << 8) | (bytes[index + 1] ?? 0)
  if (even < bytes.length) sum += (bytes[even] ?? 0) << 8
  return sum
}

function sumOfSixteen(view: DataView, index: number): number {
  const a = view.getInt32(index)
  const b = view.getInt32(index + 4)
  const c = view.getInt32(index + 8)
  const d = view.getInt32(index + 12)
  const low = (a & 0xffff) + (b & 0xffff) + (c & 0xffff) + (d & 0xffff)
  return low + (a >>> 16) + (b >>> 16) + (c >>> 16) + (d >>> 16)
}

/** Brings a sum down to 16 bits by adding the carries. */
export function foldSum(sum: number): number {
  let folded = sum
  while (folded > 0xffff) folded = (folded & 0xffff) + Math.floor(folded / 0x10000)
  return folded
}
