import { littleEndian } from '../netlink/bytes.js'
import { type Codec, MalformedError } from '../netlink/codec.js'
import { checkInDomain } from '../netlink/inDomain.js'
import type { MessageLayout } from '../netlink/message.js'
import { be32, be64, boolean, enumeration, ipAddress, safeInteger, text, u8, u16, u32 } from '../netlink/scalars.js'
import { field, type Struct, struct } from '../netlink/struct.js'
import { type AttributeTable, attribute, attributeTable } from '../netlink/table.js'

/** struct fib_rule_hdr: include/uapi/linux/fib_rules.h */
export interface RuleHeader {
  readonly family: number
  readonly toLength: number
  readonly fromLength: number
  readonly tos: number
  readonly table: number
  readonly action: 'unspec' | 'table' | 'goto' | 'nop' | 'blackhole' | 'unreachable' | 'prohibit'
  readonly flags: number
}

const ruleHeader: Struct<RuleHeader> = struct<RuleHeader>(12, {
  family: field(0, u8),
  toLength: field(1, u8),
  fromLength: field(2, u8),
  tos: field(3, u8),
  table: field(4, u8),
  // FR_ACT_*
  action: field(
    7,
    enumeration(u8, { unspec: 0, table: 1, goto: 2, nop: 3, blackhole: 6, unreachable: 7, prohibit: 8 }),
  ),
  flags: field(8, u32),
})

/** Protocols that have a name in every /etc/protocols. */
export const ipProtocols: Readonly<Record<string, number>> = {
  icmp: 1,
  igmp: 2,
  ipencap: 4,
  tcp: 6,
  udp: 17,
  dccp: 33,
  ipv6: 41,
  gre: 47,
  esp: 50,
  ah: 51,
  'ipv6-icmp': 58,
  ospf: 89,
  pim: 103,
  sctp: 132,
  udplite: 136,
}

const ipProtocol: Codec<string | number> = {
  domain: { type: 'integer', minimum: 0, maximum: 255 },
  encode(value, writer, context) {
    const number = typeof value === 'number' ? value : (ipProtocols[value] ?? Number(value))
    if (Number.isNaN(number)) throw new RangeError(`${JSON.stringify(value)} is not an IP protocol`)
    u8.encode(number, writer, context)
  },
  decode(payload, context) {
    const number = u8.decode(payload, context)
    return Object.entries(ipProtocols).find(([, known]) => known === number)?.[0] ?? number
  },
}

/** Two numbers, the first and the last of a range. */
function rangeOf(codec: Codec<number>, size: number, collapses: boolean): Codec<string> {
  return {
    domain: { type: 'text', maximumLength: 21 },
    encode(value, writer, context) {
      const match = /^(\d+)(?:-(\d+))?$/.exec(value)
      if (!match) throw new RangeError(`${JSON.stringify(value)} is not a number or a range such as 1000-2000`)
      codec.encode(Number(match[1]), writer, context)
      codec.encode(Number(match[2] ?? match[1]), writer, context)
    },
    decode(payload, context) {
      if (payload.length < size * 2) throw new MalformedError('half a range')
      const first = codec.decode(payload, context)
      const last = codec.decode(payload.slice(payload.start + size), context)
      return first === last && collapses ? String(first) : `${first}-${last}`
    },
  }
}

/** A key as a number where it fits in one. */
const tunnelKey: Codec<number | bigint> = {
  domain: be64.domain,
  encode(value, writer, context) {
    if (typeof value !== 'bigint') checkInDomain(safeInteger, value)
    be64.encode(BigInt(value), writer, context)
  },
  decode(payload, context) {
    const value = be64.decode(payload, context)
    return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value
  },
}

/** The kernel's −1, which stands for not given. */
const orNothing: Codec<number | undefined> = {
  domain: { type: 'integer', minimum: 0, maximum: 0xfffffffe },
  encode: (value, writer, context) => u32.encode(value ?? 0xffffffff, writer, context),
  decode(payload) {
    if (payload.length < 4) throw new MalformedError(`${payload.length} bytes instead of 4`)
    const value = payload.view.getUint32(payload.start, littleEndian)
    return value === 0xffffffff ? undefined : value
  },
}

/** The attributes of a rule message, as the kernel has them. */
export interface RuleAttributes {
  readonly to?: string
  readonly from?: string
  readonly iif?: string
  readonly goto?: number
  readonly priority?: number
  readonly mark?: number
  readonly realms?: number
  readonly tunnelId?: number | bigint
  readonly suppressInterfaceGroup?: number | undefined
  readonly suppressPrefixLength?: number | undefined
  readonly table?: number
  readonly markMask?: number
  readonly oif?: string
  readonly l3mdev?: boolean
  readonly uidRange?: string
  readonly protocol?: number
  readonly ipproto?: string | number
  readonly sport?: string
  readonly dport?: string
  readonly dscp?: number
  readonly flowLabel?: number
  readonly flowLabelMask?: number
  readonly sportMask?: number
  readonly dportMask?: number
  readonly dscpMask?: number
}

// enum of FRA_*: include/uapi/linux/fib_rules.h
const ruleAttributes: AttributeTable<RuleAttributes> = attributeTable<RuleAttributes>({
  to: attribute(1, ipAddress),
  from: attribute(2, ipAddress),
  iif: attribute(3, text(15)),
  goto: attribute(4, u32),
  priority: attribute(6, u32),
  mark: attribute(10, u32),
  realms: attribute(11, u32),
  tunnelId: attribute(12, tunnelKey),
  suppressInterfaceGroup: attribute(13, orNothing as Codec<number>),
  suppressPrefixLength: attribute(14, orNothing as Codec<number>),
  table: attribute(15, u32),
  markMask: attribute(16, u32),
  oif: attribute(17, text(15)),
  l3mdev: attribute(19, boolean(u8)),
  uidRange: attribute(20, rangeOf(u32, 4, false)),
  protocol: attribute(21, u8),
  ipproto: attribute(22, ipProtocol),
  sport: attribute(23, rangeOf(u16, 2, true)),
  dport: attribute(24, rangeOf(u16, 2, true)),
  dscp: attribute(25, u8),
  flowLabel: attribute(26, be32),
  flowLabelMask: attribute(27, be32),
  sportMask: attribute(28, u16),
  dportMask: attribute(29, u16),
  dscpMask: attribute(30, u8),
})

/** RTM_NEWRULE and its kin. */
export const ruleLayout: MessageLayout<RuleHeader, RuleAttributes> = { header: ruleHeader, attributes: ruleAttributes }
