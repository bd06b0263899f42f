// A host that exists only in this process: it answers ARP, neighbor discovery, ping and UDP echo (RFC 862) on a TAP
// device.
//   node dist/examples/echoHost.js tap0 02:00:00:00:00:02 10.0.0.2 fd00::2
// tested by: test/tuntap/echoHost.test.ts
import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseMac } from '../src/ip/mac.js'
import { parsePrefix } from '../src/ip/prefix.js'
import {
  ArpPacket,
  arpOperation,
  EthernetFrame,
  etherType,
  IcmpMessage,
  Icmpv6Message,
  icmpType,
  icmpv6Type,
  ipProtocol,
  parseIp,
  UdpDatagram,
} from '../src/packet/index.js'
import { openTap, type TunTapDevice } from '../src/tuntap/index.js'
import { answerSolicitation, type Ip, type Reply, type Self } from './echoHost/neighborDiscovery.js'

/** Who answers: a MAC address, and IPv4 and IPv6 addresses, with or without prefix length. */
export interface EchoHost {
  readonly mac: string
  readonly addresses: readonly string[]
}

/** Answers until the device is closed, and then returns how many echo requests it answered. */
export async function answerPings(device: TunTapDevice, host: EchoHost): Promise<number> {
  const answer = echoHost(host)
  let answered = 0
  for await (const batch of device) {
    for (const frame of batch) {
      const reply = answer(frame)
      if (reply && device.write(reply.frame) && reply.isEcho) answered++
    }
  }
  return answered
}

const echoPort = 7

/** Answers frame by frame; `undefined` for what is not to be answered. */
export function echoHost(host: EchoHost): (bytes: Uint8Array) => Reply | undefined {
  const mac = parseMac(host.mac)
  if (mac?.length !== 6) throw new TypeError(`not a MAC address: ${host.mac}`)
  const addresses = new Set(
    host.addresses.map((text) => {
      const prefix = parsePrefix(text)
      if (!prefix) throw new TypeError(`not an address: ${text}`)
      return prefix.bytes.join()
    }),
  )
  const self: Self = { mac, has: (address) => addresses.has(address.join()) }
  return (bytes) => {
    const frame = EthernetFrame.parse(bytes)
    if (frame?.type === etherType.arp) return answerArp(frame, self)
    if (frame?.type !== etherType.ipv4 && frame?.type !== etherType.ipv6) return undefined
    const ip = parseIp(frame.payload)
    if (!ip || ip.isFragment || (ip.version === 4) !== (frame.type === etherType.ipv4)) return undefined
    if (ip.version === 4 && !ip.checksumIsValid) return undefined
    return self.has(ip.destination) ? answerIp(frame, ip, self) : answerSolicitation(frame, ip, self)
  }
}

/** RFC 826. */
function answerArp(frame: EthernetFrame, self: Self): Reply | undefined {
  const asked = ArpPacket.parse(frame.payload)
  if (asked?.operation !== arpOperation.request || !self.has(asked.targetAddress)) return undefined
  const reply = turnedAround(frame, asked.bytes.length, self.mac)
  const [senderMac, senderAddress] = [self.mac, asked.targetAddress]
  const [targetMac, targetAddress] = [asked.senderMac, asked.senderAddress]
  ArpPacket.create(
    { operation: arpOperation.reply, senderMac, senderAddress, targetMac, targetAddress },
    reply.subarray(frame.payloadOffset),
  )
  return { frame: reply, isEcho: false }
}

/** A packet for this host goes back to the sender, where it is an echo. */
function answerIp(frame: EthernetFrame, asked: Ip, self: Self): Reply | undefined {
  const reply = turnedAround(frame, asked.bytes.length, self.mac)
  const ip = parseIp(reply.subarray(frame.payloadOffset))
  if (!ip || !turnIntoEcho(asked, ip)) return answerSolicitation(frame, asked, self)
  ip.source = asked.destination
  ip.destination = asked.source
  if (ip.version === 4) ip.ttl = 64
  else ip.hopLimit = 64
  if (ip.version === 4) ip.setChecksum()
  return { frame: reply, isEcho: true }
}

/** Whether a packet is an echo request, whose copy is then the reply. Turning the addresses round changes no checksum. */
function turnIntoEcho(asked: Ip, copy: Ip): boolean {
  if (asked.protocol === ipProtocol.udp) {
    // RFC 862: a datagram goes back as it came, from the port that it came to.
    const [datagram, reply] = [UdpDatagram.parse(asked.payload), UdpDatagram.parse(copy.payload)]
    if (datagram?.destinationPort !== echoPort || !reply || !datagram.checksumIsValid(asked)) return false
    reply.destinationPort = datagram.sourcePort
    reply.sourcePort = echoPort
    return true
  }
  if (asked.version === 4) {
    // RFC 792
    const message = asked.protocol === ipProtocol.icmp ? IcmpMessage.parse(copy.payload) : undefined
    if (message?.type !== icmpType.echoRequest || !message.checksumIsValid) return false
    message.type = icmpType.echoReply
    message.setChecksum()
    return true
  }
  // RFC 4443 §4
  const message = asked.protocol === ipProtocol.icmpv6 ? Icmpv6Message.parse(copy.payload) : undefined
  if (message?.type !== icmpv6Type.echoRequest || !message.checksumIsValid(asked)) return false
  message.type = icmpv6Type.echoReply
  message.setChecksum(asked)
  return true
}

/** A copy that goes back to the sender, with so many bytes behind the Ethernet header. */
function turnedAround({ bytes, source, payloadOffset }: EthernetFrame, length: number, mac: Uint8Array): Uint8Array {
  const reply = bytes.slice(0, payloadOffset + length)
  reply.set(source)
  reply.set(mac, 6)
  return reply
}

async function main([name, mac, ...addresses]: string[]): Promise<void> {
  if (name === undefined || mac === undefined || addresses.length === 0) {
    console.error('usage: echoHost TAP MAC ADDRESS…')
    process.exitCode = 2
    return
  }
  const opened = openTap({ name })
  if (opened.err) {
    console.error(opened.val.message)
    process.exitCode = 1
    return
  }
  process.once('SIGINT', () => opened.val.close())
  console.error(`answering as ${addresses.join(', ')} on ${opened.val.name}; stop with Ctrl-C`)
  console.error(`${await answerPings(opened.val, { mac, addresses })} pings answered`)
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await main(process.argv.slice(2))
}
