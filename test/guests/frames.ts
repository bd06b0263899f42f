import { parseAddress } from '../../src/ip/address.js'
import { parseMac } from '../../src/ip/mac.js'
import {
  ArpPacket,
  EthernetFrame,
  etherType,
  IcmpMessage,
  Icmpv6Message,
  Ipv4Packet,
  Ipv6Packet,
  ipProtocol,
  UdpDatagram,
} from '../../src/packet/index.js'

/** The bytes of a MAC address. */
export function mac(text: string): Uint8Array {
  return parseMac(text) ?? fail(text)
}

/** The bytes of an IP address. */
export function ip(text: string): Uint8Array {
  return parseAddress(text) ?? fail(text)
}

function fail(text: string): never {
  throw new RangeError(text)
}

/** Bytes one after the other. */
export function joined(...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]))
}

/** 16 bits in the network's order. */
export function word(value: number): number[] {
  return [value >> 8, value & 0xff]
}

/** A frame; `tags` stand between the addresses and the type. */
export function frame(
  header: { readonly source: string; readonly destination: string; readonly type: number },
  payload: Uint8Array,
): Uint8Array {
  const { bytes, payloadOffset } = EthernetFrame.create({
    source: mac(header.source),
    destination: mac(header.destination),
    type: header.type,
    payloadLength: payload.length,
  })
  bytes.set(payload, payloadOffset)
  return bytes
}

/** A frame with bytes put in behind its addresses, such as a tag. */
export function tagged(bytes: Uint8Array, ...tags: readonly number[]): Uint8Array {
  return joined(bytes.subarray(0, 12), tags, bytes.subarray(12))
}

/** What an ARP packet says. */
export interface ArpFields {
  readonly operation?: number
  readonly senderMac: string
  readonly sender: string
  readonly targetMac?: string
  readonly target: string
}

/** An ARP packet, a request where nothing is said. */
export function arp({ operation = 1, senderMac, sender, targetMac, target }: ArpFields): Uint8Array {
  return ArpPacket.create({
    operation,
    senderMac: mac(senderMac),
    senderAddress: ip(sender),
    targetMac: mac(targetMac ?? '00:00:00:00:00:00'),
    targetAddress: ip(target),
  }).bytes
}

/** What a packet's header says. */
export interface PacketFields {
  readonly source: string
  readonly destination: string
  readonly protocol: number
  /** Hop limit, too. Default 64. */
  readonly ttl?: number
  /** Bytes of IPv4's options, a multiple of four. */
  readonly options?: readonly number[]
  /** IPv4's flags and offset. */
  readonly fragment?: number
}

/** An IPv4 packet. */
export function ipv4(fields: PacketFields, payload: Uint8Array): Uint8Array {
  const { source, destination, protocol, ttl = 64, options = [], fragment = 0 } = fields
  const bytes = new Uint8Array(20 + options.length + payload.length)
  const packet = Ipv4Packet.create(bytes, {
    source: ip(source),
    destination: ip(destination),
    protocol,
    ttl,
    identification: 7,
  })
  bytes[0] = 0x45 + options.length / 4
  bytes.set(options, 20)
  bytes.set(word(fragment), 6)
  bytes.set(payload, 20 + options.length)
  return setIpv4Checksum(packet, bytes)
}

function setIpv4Checksum(packet: Ipv4Packet, bytes: Uint8Array): Uint8Array {
  const longer = Ipv4Packet.parse(bytes) ?? packet
  longer.setChecksum()
  return bytes
}

/** An IPv6 packet; `payload` begins with what `protocol` names. */
export function ipv6(fields: PacketFields, payload: Uint8Array): Uint8Array {
  const { source, destination, protocol, ttl = 64 } = fields
  const bytes = joined(new Uint8Array(40), payload)
  Ipv6Packet.create(bytes, { source: ip(source), destination: ip(destination), protocol, hopLimit: ttl })
  return bytes
}

const carrierOf = (source: string, destination: string) => ({ source: ip(source), destination: ip(destination) })

/** A datagram. */
export function udp(source: string, destination: string, ports: readonly [number, number], data: Uint8Array) {
  const [sourcePort, destinationPort] = ports
  const bytes = joined(new Uint8Array(8), data)
  UdpDatagram.create(bytes, { sourcePort, destinationPort }).setChecksum(carrierOf(source, destination))
  return bytes
}

/** A message of ICMP. */
export function icmp(type: number, body: Uint8Array | readonly number[] = [], code = 0): Uint8Array {
  const bytes = joined([type, code, 0, 0, 0, 1, 0, 1], body)
  IcmpMessage.parse(bytes)?.setChecksum()
  return bytes
}

/** A message of ICMPv6: `body` follows the checksum. */
export function icmpv6(
  source: string,
  destination: string,
  type: number,
  body: Uint8Array | readonly number[] = [0, 1, 0, 1],
): Uint8Array {
  const bytes = joined([type, 0, 0, 0], body)
  Icmpv6Message.parse(bytes)?.setChecksum(carrierOf(source, destination))
  return bytes
}

/** Extension headers of eight bytes: the protocol of what follows, then padding. */
export const extension = (next: number): number[] => [next, 0, 1, 4, 0, 0, 0, 0]

/** A fragment header: `offset` in bytes. */
export const fragmentHeader = (next: number, offset: number, more: boolean): number[] => [
  next,
  0,
  ...word(offset | (more ? 1 : 0)),
  0,
  0,
  0,
  9,
]

/** What a DHCP client sends, as far as anyone looks at it. */
export function dhcp(client: string, operation = 1): Uint8Array {
  const bytes = new Uint8Array(300)
  bytes.set([operation, 1, 6, 0, 1, 2, 3, 4])
  bytes.set(mac(client), 28)
  bytes.set([0x63, 0x82, 0x53, 0x63, 53, 1, 1, 255], 236)
  return bytes
}

/** The group that is asked for the MAC address of an IPv6 address: RFC 4291 §2.7.1. */
export function solicitedNode(address: string): string {
  const [a = 0, b = 0, c = 0] = ip(address).slice(13)
  return `ff02::1:ff${a.toString(16).padStart(2, '0')}:${((b << 8) | c).toString(16)}`
}

export { etherType, ipProtocol }
