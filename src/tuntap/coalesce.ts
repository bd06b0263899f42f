import { checksumOfPseudoHeader, internetChecksum } from '../packet/checksum.js'
import { setWord, word } from '../packet/header.js'
import { type SegmentKind, VnetHeader } from './vnetHeader.js'

const largest = 65_535
const mostSegments = 64
const tcp = 6
const udp = 17
// Segments with any other flag than ACK and PSH are passed on by themselves.
const plainFlags = 0x10
const push = 0x08

/** A packet that can be part of a larger one. */
interface Segment {
  readonly bytes: Uint8Array
  readonly isIpv4: boolean
  readonly protocol: typeof tcp | typeof udp
  /** Where the transport's header starts, and where its payload does. */
  readonly start: number
  readonly payload: number
  /** TCP only. */
  readonly sequence: number
  readonly pushes: boolean
}

interface Flow {
  readonly first: Segment
  readonly rest: Segment[]
  /** Bytes of payload in each segment but the last. */
  readonly size: number
  length: number
  nextSequence: number
  closed: boolean
}

/**
 * Joins plain packets that follow each other in one flow into super-packets, as GRO does for what comes from a network
 * card: the kernel then takes one large packet instead of many small ones. TCP and UDP, over IPv4 and IPv6; packets with
 * a wrong checksum, fragments, options of IP, and whatever else does not fit stay as they are. Within a flow the order
 * is kept.
 *
 * @param packets without header; they must stay as they are until the result is written
 * @param headerSize the device's `vnetHeaderSize`
 * @param allowed what the other side is to get large: `tcp4`, `tcp6` or `udp`, which kernels before 6.2 refuse (those
 *   that grant no `uso4`). Default: all of them.
 * @returns packets with header, ready for a device with `vnetHeader`
 */
export function coalescePackets(
  packets: Iterable<Uint8Array>,
  headerSize: number,
  allowed: readonly SegmentKind[] = ['tcp4', 'tcp6', 'udp'],
): Uint8Array[] {
  const done: (Flow | Uint8Array)[] = []
  const open = new Map<string, Flow>()
  for (const packet of packets) {
    const key = flowOf(packet)
    const segment = key === undefined ? undefined : segmentOf(packet)
    const flow = key === undefined ? undefined : open.get(key)
    if (!segment || key === undefined || !allowed.includes(kindOf(segment))) {
      // What follows in that flow must not get in front of it.
      if (key !== undefined) open.delete(key)
      done.push(packet)
    } else if (flow && joins(flow, segment)) append(flow, segment)
    else {
      const started = startOf(segment)
      open.set(key, started)
      done.push(started)
    }
  }
  return done.map((item) => (item instanceof Uint8Array ? plain(item, headerSize) : written(item, headerSize)))
}

/** Addresses, ports and protocol; `undefined` for what is no whole TCP segment or UDP datagram without options of IP. */
function flowOf(packet: Uint8Array): string | undefined {
  const isIpv4 = packet[0] === 0x45
  if (!isIpv4 && (packet[0] ?? 0) >> 4 !== 6) return undefined
  const start = isIpv4 ? 20 : 40
  const protocol = packet[isIpv4 ? 9 : 6]
  if (packet.length < start + 8 || (protocol !== tcp && protocol !== udp)) return undefined
  if (isIpv4 && (word(packet, 6) & 0x3fff) !== 0) return undefined
  const addressesAndPorts = packet.subarray(isIpv4 ? 12 : 8, start + 4)
  return String.fromCharCode(protocol, ...addressesAndPorts)
}

function segmentOf(bytes: Uint8Array): Segment | undefined {
  const isIpv4 = bytes[0] === 0x45
  const start = isIpv4 ? 20 : 40
  const isTcp = bytes[isIpv4 ? 9 : 6] === tcp
  const stated = isIpv4 ? word(bytes, 2) : 40 + word(bytes, 4)
  const payload = start + (isTcp ? ((bytes[start + 12] ?? 0) >> 4) * 4 : 8)
  const flags = bytes[start + 13] ?? 0
  if (stated !== bytes.length || payload < start + (isTcp ? 20 : 8) || payload >= bytes.length) return undefined
  if (isTcp && (flags & ~push) !== plainFlags) return undefined
  if (!isTcp && (word(bytes, start + 4) !== bytes.length - start || word(bytes, start + 6) === 0)) return undefined
  if (isIpv4 && internetChecksum(bytes.subarray(0, 20)) !== 0) return undefined
  const protocol = isTcp ? tcp : udp
  const sum = pseudoHeader(bytes, isIpv4, protocol, bytes.length - start)
  if (internetChecksum(bytes.subarray(start), sum) !== 0) return undefined
  const sequence = isTcp ? word(bytes, start + 4) * 0x10000 + word(bytes, start + 6) : 0
  return { bytes, isIpv4, protocol, start, payload, sequence, pushes: isTcp && (flags & push) !== 0 }
}

function pseudoHeader(bytes: Uint8Array, isIpv4: boolean, protocol: number, length: number): number {
  const [from, middle, to] = isIpv4 ? [12, 16, 20] : [8, 24, 40]
  return checksumOfPseudoHeader(bytes.subarray(from, middle), bytes.subarray(middle, to), protocol, length)
}

function kindOf({ protocol, isIpv4 }: Segment): SegmentKind {
  return protocol === udp ? 'udp' : isIpv4 ? 'tcp4' : 'tcp6'
}

function startOf(first: Segment): Flow {
  const size = first.bytes.length - first.payload
  const nextSequence = (first.sequence + size) % 2 ** 32
  return { first, rest: [], size, length: first.bytes.length, nextSequence, closed: first.pushes }
}

function joins(flow: Flow, next: Segment): boolean {
  const { first } = flow
  const size = next.bytes.length - next.payload
  return (
    !flow.closed &&
    size <= flow.size &&
    flow.length + size <= largest &&
    flow.rest.length + 2 <= mostSegments &&
    next.payload === first.payload &&
    (next.protocol === udp || next.sequence === flow.nextSequence) &&
    sameHeaders(first, next)
  )
}

/** All but lengths, identification, checksums and sequence numbers must be equal, or something would be lost. */
function sameHeaders({ bytes: a, isIpv4, protocol, start, payload }: Segment, { bytes: b }: Segment): boolean {
  const same = (from: number, to: number): boolean => {
    for (let index = from; index < to; index++) if (a[index] !== b[index]) return false
    return true
  }
  const network = isIpv4 ? same(0, 2) && same(6, 10) : same(0, 4) && same(6, 8)
  if (!network) return false
  // Of TCP: acknowledgment and length; then window, urgent pointer and options.
  return protocol === udp || (same(start + 8, start + 13) && same(start + 14, start + 16) && same(start + 18, payload))
}

function append(flow: Flow, next: Segment): void {
  const size = next.bytes.length - next.payload
  flow.rest.push(next)
  flow.length += size
  flow.nextSequence = (flow.nextSequence + size) % 2 ** 32
  // A shorter segment can only be the last.
  if (size < flow.size || next.pushes) flow.closed = true
}

function plain(packet: Uint8Array, headerSize: number): Uint8Array {
  const bytes = new Uint8Array(headerSize + packet.length)
  bytes.set(packet, headerSize)
  return bytes
}

function written(flow: Flow, headerSize: number): Uint8Array {
  const { first, rest, size, length } = flow
  if (rest.length === 0) return plain(first.bytes, headerSize)
  const bytes = new Uint8Array(headerSize + length)
  bytes.set(first.bytes, headerSize)
  let at = headerSize + first.bytes.length
  for (const { bytes: next, payload } of rest) {
    bytes.set(next.subarray(payload), at)
    at += next.length - payload
  }
  const ip = bytes.subarray(headerSize)
  const { isIpv4, protocol, start, payload } = first
  if (isIpv4) {
    setWord(ip, 2, length)
    setWord(ip, 10, 0)
    setWord(ip, 10, internetChecksum(ip.subarray(0, 20)))
  } else setWord(ip, 4, length - 40)
  const checksumOffset = protocol === udp ? 6 : 16
  if (protocol === udp) setWord(ip, start + 4, length - start)
  else if (rest.at(-1)?.pushes) ip[start + 13] = (ip[start + 13] ?? 0) | push
  setWord(ip, start + checksumOffset, pseudoHeader(ip, isIpv4, protocol, length - start))
  const fields = { kind: kindOf(first), headerLength: payload, segmentSize: size, checksumStart: start, checksumOffset }
  new VnetHeader(bytes).set(fields)
  return bytes
}
