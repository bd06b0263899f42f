/**
 * The Internet checksum (RFC 1071): the one's complement of the one's complement sum of all 16-bit words. Over bytes
 * that hold their checksum already, the result is 0.
 *
 * @param bytes what is summed; an odd last byte counts as if a zero followed
 * @param sum where to start, such as the {@link checksumOfPseudoHeader}
 */
export function internetChecksum(bytes: Uint8Array, sum = 0): number {
  return ~fold(sumOfWords(bytes, sum)) & 0xffff
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
  return fold(addresses + protocol + (length >>> 16) + (length & 0xffff))
}

// A sum of at most 2^37 words stays exact in a double, and no packet is that long.
function sumOfWords(bytes: Uint8Array, start: number): number {
  let sum = start
  const even = bytes.length & ~1
  for (let index = 0; index < even; index += 2) sum += ((bytes[index] ?? 0) << 8) | (bytes[index + 1] ?? 0)
  if (even < bytes.length) sum += (bytes[even] ?? 0) << 8
  return sum
}

function fold(sum: number): number {
  let folded = sum
  while (folded > 0xffff) folded = (folded & 0xffff) + Math.floor(folded / 0x10000)
  return folded
}
