import { Ipv4Packet } from './ipv4.js'
import { Ipv6Packet } from './ipv6.js'

/** Parses an IP packet of either version, such as a TUN device gives; `undefined` where it is malformed. */
export function parseIp(bytes: Uint8Array): Ipv4Packet | Ipv6Packet | undefined {
  return (bytes[0] ?? 0) >> 4 === 6 ? Ipv6Packet.parse(bytes) : Ipv4Packet.parse(bytes)
}
