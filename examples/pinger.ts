// A host that exists only in this process: it asks for a neighbor by ARP and pings it, over a TAP device.
// tested by: test/tuntap/pinger.test.ts
import { parseAddress } from '../src/ip/address.js'
import { parseMac } from '../src/ip/mac.js'
import { internetChecksum, type TunTapDevice } from '../src/tuntap/index.js'

/** Who asks: a MAC and an IPv4 address. */
export interface Pinger {
  readonly mac: string
  readonly address: string
}

const broadcast = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff)
const retryAfter = 200
const identifier = 0x4c57

/** Pings an IPv4 address and returns the milliseconds until the answer; fails when none comes in `timeout` ms. */
export async function ping(device: TunTapDevice, from: Pinger, to: string, timeout = 5000): Promise<number> {
  const own = { mac: bytesOf(parseMac(from.mac)), address: bytesOf(parseAddress(from.address)) }
  const target = bytesOf(parseAddress(to))
  const arp = arpRequest(own.mac, own.address, target)
  let sent = 0
  const ask = setInterval(() => device.write(arp), retryAfter)
  const giveUp = setTimeout(() => device.close(), timeout)
  device.write(arp)
  try {
    for await (const batch of device) {
      for (const frame of batch) {
        const mac = answeredBy(frame, target)
        if (mac && sent === 0) {
          clearInterval(ask)
          sent = performance.now()
          device.write(echoRequest(own.mac, mac, own.address, target))
        } else if (isEchoReply(frame, target)) return performance.now() - sent
      }
    }
  } finally {
    clearInterval(ask)
    clearTimeout(giveUp)
  }
  throw new Error(`${to} did not answer within ${timeout} ms`)
}

function bytesOf(bytes: Uint8Array | undefined): Uint8Array {
  if (!bytes) throw new TypeError('not an address')
  return bytes
}

/** RFC 826, over Ethernet. */
function arpRequest(mac: Uint8Array, address: Uint8Array, target: Uint8Array): Uint8Array {
  const header = [0x08, 0x06, 0, 1, 0x08, 0, 6, 4, 0, 1]
  return Uint8Array.from([...broadcast, ...mac, ...header, ...mac, ...address, 0, 0, 0, 0, 0, 0, ...target])
}

/** The MAC address in an ARP answer of the target. */
function answeredBy(frame: Uint8Array, target: Uint8Array): Uint8Array | undefined {
  const isArpReply = frame[12] === 0x08 && frame[13] === 0x06 && frame[21] === 2
  return isArpReply && same(frame.subarray(28, 32), target) ? frame.slice(22, 28) : undefined
}

/** RFC 791 and RFC 792. */
function echoRequest(mac: Uint8Array, to: Uint8Array, address: Uint8Array, target: Uint8Array): Uint8Array {
  const icmp = Uint8Array.from([8, 0, 0, 0, identifier >> 8, identifier & 0xff, 0, 1, ...Buffer.from('linkwright')])
  putChecksum(icmp, 2)
  const ip = Uint8Array.from([0x45, 0, 0, 20 + icmp.length, 0, 0, 0, 0, 64, 1, 0, 0, ...address, ...target])
  putChecksum(ip, 10)
  return Uint8Array.from([...to, ...mac, 0x08, 0x00, ...ip, ...icmp])
}

function putChecksum(bytes: Uint8Array, offset: number): void {
  const sum = internetChecksum(bytes)
  bytes[offset] = sum >> 8
  bytes[offset + 1] = sum & 0xff
}

function isEchoReply(frame: Uint8Array, target: Uint8Array): boolean {
  const isReply = frame[12] === 0x08 && frame[13] === 0x00 && frame[23] === 1 && frame[34] === 0
  return isReply && same(frame.subarray(26, 30), target)
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.from(a).equals(b)
}
