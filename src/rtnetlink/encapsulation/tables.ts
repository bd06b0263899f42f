import { formatAddress, parseAddress } from '../../ip/address.js'
import { hexadecimalWord } from '../../netlink/attributeLine.js'
import type { Payload, Writer } from '../../netlink/bytes.js'
import { type Codec, MalformedError } from '../../netlink/codec.js'
import { checkInDomain } from '../../netlink/inDomain.js'
import { be16, binary, enumeration, ipv4, ipv6, safeInteger, u8, u32 } from '../../netlink/scalars.js'
import { type AnyAttributeTable, type AttributeTable, attribute, attributeTable } from '../../netlink/table.js'
import type {
  Ip6Encapsulation,
  IpEncapsulation,
  MplsEncapsulation,
  OpaqueEncapsulation,
  Seg6Encapsulation,
  Seg6LocalEncapsulation,
} from './encapsulation.js'
import { counters, flavors } from './flavors.js'
import { ipOptions } from './ipOptions.js'

const bottomOfStack = 1 << 8
const largestLabel = 0xfffff

// RFC 3032 §2.1: 20 bits of label, 3 of traffic class, the bottom of the stack, 8 of time to live.
const labels: Codec<readonly number[]> = {
  domain: { type: 'list', item: { type: 'integer', minimum: 0, maximum: largestLabel } },
  encode(stack, writer) {
    for (const [index, label] of stack.entries()) {
      if (!(Number.isInteger(label) && label >= 0 && label <= largestLabel)) {
        throw new RangeError(`${label} is not a label, 0 to ${largestLabel}`)
      }
      const offset = writer.reserve(4)
      writer.view.setUint32(offset, (label * 0x1000 + (index === stack.length - 1 ? bottomOfStack : 0)) >>> 0)
    }
  },
  decode(payload) {
    const stack: number[] = []
    for (let start = payload.start; start + 4 <= payload.end; start += 4)
      stack.push(payload.view.getUint32(start) >>> 12)
    return stack
  },
}

/** Eight bytes in the network's order that stay below 2^53. */
const key: Codec<number> = {
  domain: safeInteger,
  encode(value, writer) {
    checkInDomain(safeInteger, value)
    const offset = writer.reserve(8)
    writer.view.setBigUint64(offset, BigInt(value))
  },
  decode(payload) {
    if (payload.length < 8) throw new MalformedError(`${payload.length} bytes instead of 8`)
    return Number(payload.view.getBigUint64(payload.start))
  },
}

const modes = enumeration(u32, { inline: 0, encap: 1, l2encap: 2, 'encap.red': 3, 'l2encap.red': 4 })
const modeSize = 4
const headerSize = 8
const segmentSize = 16
const hmacSize = 40
const SR6_TLV_HMAC = 5
const SR6_FLAG1_HMAC = 8
const routingType = 4

type Header = Pick<Seg6Encapsulation, 'mode' | 'segments' | 'hmac'>
type Seg6Attributes = Pick<Seg6Encapsulation, 'src' | 'table'> & { readonly header: Header }

/** struct seg6_iptunnel_encap: how, and the header. */
const segmentHeader: Codec<Header> = {
  domain: { type: 'bytes' },
  encode({ mode, segments, hmac }, writer, context) {
    modes.encode(mode, writer, context)
    // Inline, the last one is the packet's own destination, which the kernel fills in.
    writeSegments(mode === 'inline' ? [...segments, '::'] : segments, hmac, writer)
  },
  decode(payload, context) {
    if (payload.length < modeSize + headerSize) throw new MalformedError('half a segment routing header')
    const mode = modes.decode(payload, context)
    const { segments, hmac } = readSegments(payload.slice(payload.start + modeSize))
    if (mode === 'inline') segments.pop()
    return { mode, segments, ...(hmac === undefined ? {} : { hmac }) }
  },
}

/** A header without a signature, as an endpoint puts it in: all of its segments. */
const unsignedHeader: Codec<readonly string[]> = {
  domain: { type: 'list', item: ipv6.domain },
  encode: (segments, writer) => writeSegments(segments, undefined, writer),
  decode(payload) {
    const { segments, hmac } = readSegments(payload)
    if (hmac !== undefined) throw new MalformedError('a header with a signature')
    return segments
  },
}

/** struct ipv6_sr_hdr: the segments stand in reverse, RFC 8754 §2. */
function writeSegments(all: readonly string[], hmac: number | undefined, writer: Writer): void {
  const size = headerSize + all.length * segmentSize + (hmac === undefined ? 0 : hmacSize)
  const start = writer.reserve(headerSize)
  const { view } = writer
  view.setUint8(start + 1, size / 8 - 1)
  view.setUint8(start + 2, routingType)
  view.setUint8(start + 3, all.length - 1)
  view.setUint8(start + 4, all.length - 1)
  view.setUint8(start + 5, hmac === undefined ? 0 : SR6_FLAG1_HMAC)
  for (const segment of [...all].reverse()) writer.append(segmentBytes(segment))
  if (hmac === undefined) return
  const tlv = writer.reserve(hmacSize)
  writer.view.setUint8(tlv, SR6_TLV_HMAC)
  writer.view.setUint8(tlv + 1, hmacSize - 2)
  writer.view.setUint32(tlv + 4, hmac)
}

function readSegments(payload: Payload): { readonly segments: string[]; readonly hmac?: number } {
  const { view, start } = payload
  if (payload.length < headerSize) throw new MalformedError('half a segment routing header')
  const count = view.getUint8(start + 4) + 1
  const end = start + headerSize + count * segmentSize
  if (end > payload.end) throw new MalformedError('fewer segments than told')
  const segments: string[] = []
  for (let position = end - segmentSize; position >= start + headerSize; position -= segmentSize) {
    segments.push(formatAddress(payload.slice(position, position + segmentSize).copy()))
  }
  const isSigned = (view.getUint8(start + 5) & SR6_FLAG1_HMAC) !== 0 && end + 8 <= payload.end
  return { segments, ...(isSigned ? { hmac: view.getUint32(end + 4) } : {}) }
}

function segmentBytes(segment: string): Uint8Array {
  const bytes = parseAddress(segment)
  if (bytes?.length !== segmentSize) throw new RangeError(`${segment} is not an IPv6 address`)
  return bytes
}

type Values<T> = Omit<T, 'type'>

// MPLS_IPTUNNEL_*: include/uapi/linux/mpls_iptunnel.h
const mpls: AttributeTable<Values<MplsEncapsulation>> = attributeTable<Values<MplsEncapsulation>>({
  labels: attribute(1, labels),
  ttl: attribute(2, u8),
})

// LWTUNNEL_IP_* and LWTUNNEL_IP6_*: include/uapi/linux/lwtunnel.h
const ip: AttributeTable<Values<IpEncapsulation>> = attributeTable<Values<IpEncapsulation>>({
  id: attribute(1, key),
  dst: attribute(2, ipv4),
  src: attribute(3, ipv4),
  ttl: attribute(4, u8),
  tos: attribute(5, u8, { ip: hexadecimalWord('tos') }),
  flags: attribute(6, be16),
  options: attribute(8, ipOptions),
})
const ip6: AttributeTable<Values<Ip6Encapsulation>> = attributeTable<Values<Ip6Encapsulation>>({
  id: attribute(1, key),
  dst: attribute(2, ipv6),
  src: attribute(3, ipv6),
  hoplimit: attribute(4, u8),
  trafficClass: attribute(5, u8, { ip: hexadecimalWord('tc') }),
  flags: attribute(6, be16),
  options: attribute(8, ipOptions),
})

// SEG6_IPTUNNEL_*: include/uapi/linux/seg6_iptunnel.h
const seg6: AttributeTable<Seg6Attributes> = attributeTable<Seg6Attributes>({
  header: attribute(1, segmentHeader),
  src: attribute(2, ipv6, { ip: 'tunsrc' }),
  table: attribute(3, u32, { ip: 'lookup' }),
})

// SEG6_LOCAL_*: include/uapi/linux/seg6_local.h
const seg6local: AttributeTable<Values<Seg6LocalEncapsulation>> = attributeTable<Values<Seg6LocalEncapsulation>>({
  action: attribute(
    1,
    enumeration(u32, {
      End: 1,
      'End.X': 2,
      'End.T': 3,
      'End.DX2': 4,
      'End.DX6': 5,
      'End.DX4': 6,
      'End.DT6': 7,
      'End.DT4': 8,
      'End.B6': 9,
      'End.B6.Encaps': 10,
      'End.BM': 11,
      'End.S': 12,
      'End.AS': 13,
      'End.AM': 14,
      'End.BPF': 15,
      'End.DT46': 16,
    }),
  ),
  segments: attribute(2, unsignedHeader, { ip: 'srh segs' }),
  table: attribute(3, u32),
  nh4: attribute(4, ipv4),
  nh6: attribute(5, ipv6),
  iif: attribute(6, u32),
  oif: attribute(7, u32),
  vrfTable: attribute(9, u32, { ip: 'vrftable' }),
  counters: attribute(10, counters, { ip: 'count|' }),
  flavors: attribute(11, flavors),
})

/** The attributes of those that can be told, by type. */
export const encapsulationTables: Readonly<Record<'mpls' | 'ip' | 'ip6' | 'seg6' | 'seg6local', AnyAttributeTable>> = {
  mpls: mpls as unknown as AnyAttributeTable,
  ip: ip as unknown as AnyAttributeTable,
  ip6: ip6 as unknown as AnyAttributeTable,
  seg6: seg6 as unknown as AnyAttributeTable,
  seg6local: seg6local as unknown as AnyAttributeTable,
}

// enum lwtunnel_encap_types: include/uapi/linux/lwtunnel.h
/** The kernel's numbers of the types. */
export const encapsulationNumbers: Readonly<
  Record<keyof typeof encapsulationTables | Exclude<OpaqueEncapsulation['type'], `${number}`>, number>
> = { mpls: 1, ip: 2, ila: 3, ip6: 4, seg6: 5, bpf: 6, seg6local: 7, rpl: 8, ioam6: 9, xfrm: 10 }

/** Bytes of attributes, to be marked as such. */
export const nestedBytes: Codec<Uint8Array> = { ...binary, nested: true }
