import {
  EthernetFrame,
  etherType,
  Icmpv6Message,
  type Ipv4Packet,
  Ipv6Packet,
  icmpv6Type,
  ipProtocol,
} from '../../src/packet/index.js'

/** A packet of either version. */
export type Ip = Ipv4Packet | Ipv6Packet

/** What goes back. */
export interface Reply {
  readonly frame: Uint8Array
  /** Whether it answers an echo request, and not only a question for a MAC address. */
  readonly isEcho: boolean
}

/** Who answers, in bytes. */
export interface Self {
  readonly mac: Uint8Array
  has(address: Uint8Array): boolean
}

const allNodes = Uint8Array.of(0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)
const solicitedNodes = Uint8Array.of(0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff)

/** RFC 4861 §7.2.4; whoever asks from `::` checks for a duplicate address, and all nodes hear the answer. */
export function answerSolicitation(frame: EthernetFrame, asked: Ip, { mac, has }: Self): Reply | undefined {
  const target = targetOf(asked)
  if (!target || !has(target)) return undefined
  const isProbe = isUnspecified(asked.source)
  const destination = isProbe ? allNodes : asked.source
  const reply = EthernetFrame.create({
    destination: isProbe ? Uint8Array.of(0x33, 0x33, 0, 0, 0, 1) : frame.source,
    source: mac,
    type: etherType.ipv6,
    payloadLength: 72,
  })
  const fields = { source: target, destination, protocol: ipProtocol.icmpv6, hopLimit: 255 }
  const ip = Ipv6Packet.create(reply.payload, fields)
  const message = Icmpv6Message.parse(ip.payload)
  if (!message) return undefined
  message.type = icmpv6Type.neighborAdvertisement
  const solicitedAndOverride = isProbe ? 0x20 : 0x60
  message.bytes[4] = solicitedAndOverride
  message.bytes.set(target, 8)
  message.bytes.set([2, 1, ...mac], 24)
  message.setChecksum(ip)
  return { frame: reply.bytes, isEcho: false }
}

/** Whom a neighbor solicitation asks for, where it is a valid one (RFC 4861 §7.1.1). */
function targetOf(ip: Ip): Uint8Array | undefined {
  if (ip.version !== 6 || ip.protocol !== ipProtocol.icmpv6 || ip.hopLimit !== 255) return undefined
  const message = Icmpv6Message.parse(ip.payload)
  if (message?.type !== icmpv6Type.neighborSolicitation || message.code !== 0) return undefined
  const target = message.body.subarray(0, 16)
  if (target.length !== 16 || target[0] === 0xff || !message.checksumIsValid(ip)) return undefined
  const options = optionsOf(message.body.subarray(16))
  if (!options) return undefined
  if (!isUnspecified(ip.source)) return target
  const isToSolicitedNodes = solicitedNodes.every((byte, index) => byte === ip.destination[index])
  return isToSolicitedNodes && !options.includes(1) ? target : undefined
}

/** Types of the options; `undefined` where one has no length, or reaches over the end. */
function optionsOf(bytes: Uint8Array): number[] | undefined {
  const types: number[] = []
  for (let at = 0; at < bytes.length; ) {
    const length = (bytes[at + 1] ?? 0) * 8
    if (length === 0 || at + length > bytes.length) return undefined
    types.push(bytes[at] ?? 0)
    at += length
  }
  return types
}

const isUnspecified = (address: Uint8Array): boolean => address.every((byte) => byte === 0)
