import type { Codec } from '../netlink/codec.js'
import { u32 } from '../netlink/scalars.js'
import { type AttributeTable, attribute, attributeTable } from '../netlink/table.js'
import type { Link } from './link.js'

/** Reasons as messages have them, a bit each. */
interface Reasons {
  /** The bits that count; none for all. */
  readonly mask?: number
  readonly value?: number
}

// IFLA_PROTO_DOWN_REASON_*: include/uapi/linux/if_link.h
export const reasonAttributes: AttributeTable<Reasons> = attributeTable<Reasons>({
  mask: attribute(1, u32),
  value: attribute(2, u32),
})

const bits = Array.from({ length: 32 }, (_, bit) => bit)

/** All reasons of a link: those that are left out are taken back. */
export const protocolDownReasons: Codec<readonly number[]> = {
  domain: { type: 'list', item: { type: 'integer', minimum: 0, maximum: 31 }, unordered: true },
  nested: true,
  encode(reasons, writer, context) {
    const value = reasons.reduce((sum, bit) => sum | (1 << bit), 0) >>> 0
    reasonAttributes.encode({ mask: 0xffffffff, value }, writer, context)
  },
  decode(payload, context) {
    const { value = 0 } = reasonAttributes.decode(payload, context)
    return bits.filter((bit) => (value & (1 << bit)) !== 0)
  },
}

/** Reasons in order, each once. */
export function sortedReasons(reasons: readonly number[]): readonly number[] {
  return [...new Set(reasons)].sort((a, b) => a - b)
}

/** Changes of a link with the reasons that it is to keep and must go without for a moment: {@link protocolDownChanges}. */
export function withKeptReasons(changes: Partial<Link>, { protocolDownReasons = [] }: Partial<Link>): Partial<Link> {
  const keeps = changes.protocolDown === false && protocolDownReasons.length > 0
  return keeps ? { ...changes, protocolDownReasons } : changes
}

/**
 * What is to be told of keeping a link from its carrier, in order: the kernel lets it have one only while there are no
 * reasons not to (net/core/rtnetlink.c, do_set_proto_down, which looks at the reasons of a message first).
 */
export function protocolDownChanges({ protocolDown, protocolDownReasons }: Partial<Link>): Partial<Link>[] {
  if (protocolDown === false && protocolDownReasons && protocolDownReasons.length > 0) {
    return [{ protocolDown, protocolDownReasons: [] }, { protocolDownReasons }]
  }
  const change = {
    ...(protocolDown === undefined ? {} : { protocolDown }),
    ...(protocolDownReasons ? { protocolDownReasons } : {}),
  }
  return Object.keys(change).length > 0 ? [change] : []
}
