// A host that exists only in this process: it answers ARP, neighbor discovery, ping and UDP echo (RFC 862) on a TAP
// device.
//   node dist/examples/echoHost.js tap0 02:00:00:00:00:02 10.0.0.2 fd00::2
// tested by: test/tuntap/echoHost.test.ts
import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseMac } from '../src/ip/mac.js'
import { parsePrefix } from '../src/ip/prefix.js'
import { ipProtocol, parseIp, UdpDatagram } from '../src/packet/index.js'
import { checksumOfPseudoHeader, internetChecksum, openTap, type TunTapDevice } from '../src/tuntap/index.js'

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

interface Reply {
  readonly frame: Uint8Array
  readonly isEcho: boolean
}

// Offsets in an Ethernet frame, and in the headers behind its 14 bytes.
const ethernet = 14
const ipv6Header = 40
const echoRequest = 8
const echoRequest6 = 128
const neighborSolicitation = 135
const icmp6 = 58
const echoPort = 7
const allNodes = Uint8Array.of(0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)

function echoHost(host: EchoHost): (frame: Uint8Array) => Reply | undefined {
  const mac = parseMac(host.mac)
  if (mac?.length !== 6) throw new TypeError(`not a MAC address: ${host.mac}`)
  const addresses = new Set(
    host.addresses.map((text) => {
      const prefix = parsePrefix(text)
      if (!prefix) throw new TypeError(`not an address: ${text}`)
      return prefix.bytes.join()
    }),
  )
  const isOurs = (address: Uint8Array): boolean => addresses.has(address.join())
  return (frame) => {
    const type = word(frame, 12)
    if (type === 0x0806) return answerArp(frame, mac, isOurs)
    if (type === 0x0800) return answerEcho4(frame, mac, isOurs) ?? answerDatagram(frame, mac, isOurs)
    if (type !== 0x86dd) return undefined
    return answerIpv6(frame, mac, isOurs) ?? answerDatagram(frame, mac, isOurs)
  }
}

type IsOurs = (address: Uint8Array) => boolean

/** RFC 826. */
function answerArp(frame: Uint8Array, mac: Uint8Array, isOurs: IsOurs): Reply | undefined {
  if (frame.length < 42 || word(frame, 20) !== 1 || !isOurs(frame.subarray(38, 42))) return undefined
  const reply = turnedAround(frame, 42, mac)
  reply[21] = 2
  reply.copyWithin(32, 22, 32)
  reply.set(mac, 22)
  reply.set(frame.subarray(38, 42), 28)
  return { frame: reply, isEcho: false }
}

/** RFC 792; a fragment is not answered. */
function answerEcho4(frame: Uint8Array, mac: Uint8Array, isOurs: IsOurs): Reply | undefined {
  const icmp = ethernet + ((frame[ethernet] ?? 0) & 0xf) * 4
  const end = ethernet + word(frame, 16)
  if (end > frame.length || end < icmp + 8 || frame[23] !== 1 || (word(frame, 20) & 0x3fff) !== 0) return undefined
  if (frame[icmp] !== echoRequest || !isOurs(frame.subarray(30, 34))) return undefined
  const reply = turnedAround(frame, end, mac)
  reply.set(frame.subarray(30, 34), 26)
  reply.set(frame.subarray(26, 30), 30)
  reply[22] = 64
  setWord(reply, 24, 0)
  setWord(reply, 24, internetChecksum(reply.subarray(ethernet, icmp)))
  reply[icmp] = 0
  setWord(reply, icmp + 2, 0)
  setWord(reply, icmp + 2, internetChecksum(reply.subarray(icmp)))
  return { frame: reply, isEcho: true }
}

/** RFC 862: a datagram goes back as it came, from the port that it came to. */
function answerDatagram(frame: Uint8Array, mac: Uint8Array, isOurs: IsOurs): Reply | undefined {
  const asked = parseIp(frame.subarray(ethernet))
  if (!asked || asked.protocol !== ipProtocol.udp || asked.isFragment || !isOurs(asked.destination)) return undefined
  const udp = UdpDatagram.parse(asked.payload)
  if (udp?.destinationPort !== echoPort || !udp.checksumIsValid(asked)) return undefined
  const reply = turnedAround(frame, ethernet + asked.bytes.length, mac)
  const ip = parseIp(reply.subarray(ethernet))
  const answer = ip && UdpDatagram.parse(ip.payload)
  if (!ip || !answer) return undefined
  ip.source = asked.destination
  ip.destination = asked.source
  answer.destinationPort = udp.sourcePort
  answer.sourcePort = echoPort
  answer.setChecksum(ip)
  if (ip.version === 4) ip.setChecksum()
  return { frame: reply, isEcho: true }
}

function answerIpv6(frame: Uint8Array, mac: Uint8Array, isOurs: IsOurs): Reply | undefined {
  const icmp = ethernet + ipv6Header
  const end = icmp + word(frame, 18)
  if (end > frame.length || end < icmp + 8 || frame[20] !== icmp6) return undefined
  if (frame[icmp] === neighborSolicitation) return answerSolicitation(frame.subarray(0, end), mac, isOurs)
  const destination = frame.subarray(38, 54)
  if (frame[icmp] !== echoRequest6 || !isOurs(destination)) return undefined
  const reply = turnedAround(frame, end, mac)
  reply[21] = 64
  reply[icmp] = echoRequest6 + 1
  return { frame: addressed(reply, destination, frame.subarray(22, 38)), isEcho: true }
}

/** RFC 4861 §7.2.4; whoever asks from `::` checks for a duplicate address, and all nodes hear the answer. */
function answerSolicitation(frame: Uint8Array, mac: Uint8Array, isOurs: IsOurs): Reply | undefined {
  const target = frame.subarray(62, 78)
  if (frame.length < 78 || frame[21] !== 255 || !isOurs(target)) return undefined
  const source = frame.subarray(22, 38)
  const isProbe = source.every((byte) => byte === 0)
  const reply = new Uint8Array(86)
  reply.set(turnedAround(frame, 78, mac))
  if (isProbe) reply.set([0x33, 0x33, 0, 0, 0, 1])
  setWord(reply, 18, 32)
  const solicitedAndOverride = isProbe ? 0x20 : 0x60
  reply.set([neighborSolicitation + 1, 0, 0, 0, solicitedAndOverride, 0, 0, 0], 54)
  reply.set([2, 1, ...mac], 78)
  return { frame: addressed(reply, target, isProbe ? allNodes : source), isEcho: false }
}

/** Sets the addresses of an ICMPv6 packet, and its checksum, which covers them. */
function addressed(frame: Uint8Array, source: Uint8Array, destination: Uint8Array): Uint8Array {
  frame.set(source, 22)
  frame.set(destination, 38)
  const message = frame.subarray(ethernet + ipv6Header)
  setWord(message, 2, 0)
  setWord(message, 2, internetChecksum(message, checksumOfPseudoHeader(source, destination, icmp6, message.length)))
  return frame
}

/** A copy that goes back to the sender. */
function turnedAround(frame: Uint8Array, length: number, mac: Uint8Array): Uint8Array {
  const reply = frame.slice(0, length)
  reply.copyWithin(0, 6, 12)
  reply.set(mac, 6)
  return reply
}

function word(bytes: Uint8Array, offset: number): number {
  return ((bytes[offset] ?? 0) << 8) | (bytes[offset + 1] ?? 0)
}

function setWord(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value >> 8
  bytes[offset + 1] = value & 0xff
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
