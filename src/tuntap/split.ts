import { checksumOfPseudoHeader, foldSum, internetChecksum, sumOfWords, updatedChecksum } from '../packet/checksum.js'
import { setDoubleWord, setWord, word } from '../packet/header.js'
import { VnetHeader } from './vnetHeader.js'

const tcpFlags = 13
const finAndPush = 0x09
const congestionReduced = 0x80

/**
 * Cuts a packet that came with `vnetHeader` and offloads into the packets that it stands for, with their checksums: what
 * the kernel, or a network card, would have done. A plain packet whose checksum was left open is completed.
 *
 * @param packet as it was read; a packet that needs nothing is passed on as a view of it
 * @param headerSize the device's `vnetHeaderSize`
 * @param take gets each packet, without the header, and may keep it only until it returns
 * @returns whether the packet was understood; of one that was not, nothing is passed on
 */
export function splitPacket(packet: Uint8Array, headerSize: number, take: (packet: Uint8Array) => void): boolean {
  if (packet.length < headerSize || headerSize < VnetHeader.size) return false
  const header = new VnetHeader(packet)
  const ip = packet.subarray(headerSize)
  const { kind, checksumStart: start, checksumOffset: offset } = header
  if (kind === undefined) return false
  if (!header.needsChecksum) {
    if (kind !== 'none') return false
    take(ip)
    return true
  }
  if (start + offset + 2 > ip.length) return false
  if (kind === 'none') {
    completeChecksum(ip, start, offset)
    take(ip)
    return true
  }
  return cut(ip, kind === 'udp', start, header.segmentSize, take)
}

/** The field holds the sum of the pseudo-header, which is part of what is summed (virtio 1.2, §5.1.6.2). */
function completeChecksum(ip: Uint8Array, start: number, offset: number): void {
  const checksum = internetChecksum(ip.subarray(start))
  // Of UDP a zero would mean that there is none.
  setWord(ip, start + offset, offset === 6 && checksum === 0 ? 0xffff : checksum)
}

function cut(ip: Uint8Array, isUdp: boolean, start: number, size: number, take: (packet: Uint8Array) => void): boolean {
  const isIpv4 = (ip[0] ?? 0) >> 4 === 4
  const headers = start + (isUdp ? 8 : ((ip[start + 12] ?? 0) >> 4) * 4)
  if (size === 0 || start < (isIpv4 ? 20 : 40) || headers < start + 8 || headers > ip.length) return false
  const protocol = isUdp ? 17 : 6
  const addresses = isIpv4 ? ([12, 16, 20] as const) : ([8, 24, 40] as const)
  const [source, destination] = [ip.subarray(addresses[0], addresses[1]), ip.subarray(addresses[1], addresses[2])]
  const pseudoHeader = checksumOfPseudoHeader(source, destination, protocol, 0)
  const segment = new Uint8Array(headers + size)
  segment.set(ip.subarray(0, headers))
  const sequence = word(ip, start + 4) * 0x10000 + word(ip, start + 6)
  const flags = ip[start + tcpFlags] ?? 0
  for (let at = headers, index = 0; at < ip.length; at += size, index++) {
    const end = Math.min(at + size, ip.length)
    const length = headers + end - at
    segment.set(ip.subarray(at, end), headers)
    if (isIpv4) numberIpv4(segment, length, word(ip, 4) + index)
    else setWord(segment, 4, length - 40)
    if (isUdp) setWord(segment, start + 4, length - start)
    else {
      setDoubleWord(segment, start + 4, sequence + (at - headers))
      // Only the last segment ends or pushes, only the first tells of a smaller window (RFC 3168 §6.1.2).
      const cleared = (end < ip.length ? finAndPush : 0) | (index > 0 ? congestionReduced : 0)
      segment[start + tcpFlags] = flags & ~cleared
    }
    const checksumAt = start + (isUdp ? 6 : 16)
    setWord(segment, checksumAt, 0)
    const transport = segment.subarray(start, length)
    const checksum = ~foldSum(sumOfWords(transport, pseudoHeader + transport.length)) & 0xffff
    setWord(segment, checksumAt, isUdp && checksum === 0 ? 0xffff : checksum)
    take(length === segment.length ? segment : segment.subarray(0, length))
  }
  return true
}

/** Sets total length and identification, and brings the header's checksum up to date. */
function numberIpv4(packet: Uint8Array, length: number, identification: number): void {
  let checksum = updatedChecksum(word(packet, 10), word(packet, 2), length)
  setWord(packet, 2, length)
  checksum = updatedChecksum(checksum, word(packet, 4), identification & 0xffff)
  setWord(packet, 4, identification)
  setWord(packet, 10, checksum)
}
