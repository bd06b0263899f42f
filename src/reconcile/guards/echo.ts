import { internetChecksum } from '../../packet/checksum.js'
import { icmpType, icmpv6Type } from '../../packet/icmp.js'

/** Octets before the payload of an echo message: type, code, checksum, identifier, sequence number. */
const headerLength = 8

/** An echo request: ICMP (RFC 792) for a destination of 4 octets, ICMPv6 (RFC 4443 §4.1) for one of 16. */
export function echoRequest(address: Uint8Array, sequence: number, token: Uint8Array): Uint8Array {
  const message = new Uint8Array(headerLength + token.length)
  const view = new DataView(message.buffer)
  const isIpv4 = address.length === 4
  view.setUint8(0, isIpv4 ? icmpType.echoRequest : icmpv6Type.echoRequest)
  view.setUint16(4, ((token[0] ?? 0) << 8) | (token[1] ?? 0))
  view.setUint16(6, sequence & 0xffff)
  message.set(token, headerLength)
  // The kernel fills in the checksum of ICMPv6, which covers addresses that only it knows.
  if (isIpv4) view.setUint16(2, internetChecksum(message))
  return message
}

/**
 * Whether a datagram is the reply to a request with the token. Raw IPv4 sockets hand over the IP header too
 * (raw(7)), and see what is meant for others. The identifier does not count: datagram sockets have their own.
 */
export function isEchoReply(address: Uint8Array, datagram: Uint8Array, token: Uint8Array, raw: boolean): boolean {
  const isIpv4 = address.length === 4
  const start = isIpv4 && raw ? ((datagram[0] ?? 0) & 0xf) * 4 : 0
  if (datagram[start] !== (isIpv4 ? icmpType.echoReply : icmpv6Type.echoReply)) return false
  return Buffer.compare(datagram.subarray(start + headerLength), token) === 0
}
