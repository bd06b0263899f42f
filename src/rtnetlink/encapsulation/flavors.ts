import { writeAttribute } from '../../netlink/attributeWriter.js'
import { type Codec, MalformedError } from '../../netlink/codec.js'
import { u8, u32 } from '../../netlink/scalars.js'
import { type AttributeTable, attribute, attributeTable } from '../../netlink/table.js'

/** What an endpoint does besides: RFC 8986 §4.16, RFC 9800 for `next-csid`. */
export type Seg6Flavor = 'psp' | 'usp' | 'usd' | 'next-csid'

/** The flavors of an endpoint of segments: `flavors`, man ip-route(8). Since Linux 6.1. */
export interface Seg6Flavors {
  /** What it does besides. Which the kernel knows depends on its version and on the action. */
  readonly operations: readonly Seg6Flavor[]
  /** With `next-csid`: bits of the block that the locators begin with, a multiple of 8. Default 32. */
  readonly locatorBlockLength?: number
  /** With `next-csid`: bits of each compressed segment, a multiple of 8. Default 16. */
  readonly nodeFunctionLength?: number
}

// SEG6_LOCAL_FLV_OP_*: include/uapi/linux/seg6_local.h
/** The bits of the flavors. */
export const flavorBits: Readonly<Record<Seg6Flavor, number>> = { psp: 1, usp: 2, usd: 3, 'next-csid': 4 }

const inOrder = Object.keys(flavorBits) as Seg6Flavor[]

function maskOf(flavors: readonly Seg6Flavor[]): number {
  return flavors.reduce((mask, flavor) => mask | (1 << flavorBits[flavor]), 0)
}

const operations: Codec<readonly Seg6Flavor[]> = {
  domain: { type: 'list', item: { type: 'enumeration', names: inOrder }, unordered: true },
  encode(flavors, writer, context) {
    u32.encode(maskOf(flavors), writer, context)
  },
  decode(payload, context) {
    const mask = u32.decode(payload, context)
    const flavors = inOrder.filter((flavor) => mask & (1 << flavorBits[flavor]))
    if (maskOf(flavors) !== mask) throw new MalformedError('flavors that are not known')
    return flavors
  },
}

// SEG6_LOCAL_FLV_*: include/uapi/linux/seg6_local.h
/** The attributes of {@link Seg6Flavors}. */
export const flavorAttributes: AttributeTable<Seg6Flavors> = attributeTable<Seg6Flavors>(
  {
    operations: attribute(1, operations),
    locatorBlockLength: attribute(2, u8),
    nodeFunctionLength: attribute(3, u8),
  },
  ['operations'],
)

/** The codec of {@link Seg6Flavors}. */
export const flavors: Codec<Seg6Flavors> = {
  ...flavorAttributes,
  decode: (payload, context) => canonicalFlavors(flavorAttributes.decode(payload, context)),
}

/** Flavors in one order, without the lengths that the kernel takes where none is given: net/ipv6/seg6_local.c. */
export function canonicalFlavors({
  operations,
  locatorBlockLength = 32,
  nodeFunctionLength = 16,
}: Seg6Flavors): Seg6Flavors {
  return {
    operations: inOrder.filter((flavor) => operations.includes(flavor)),
    ...(locatorBlockLength === 32 ? {} : { locatorBlockLength }),
    ...(nodeFunctionLength === 16 ? {} : { nodeFunctionLength }),
  }
}

// SEG6_LOCAL_CNT_PACKETS, _BYTES, _ERRORS: include/uapi/linux/seg6_local.h; all of them or none (parse_nla_counters).
const counterTypes = [2, 3, 4]
const counterSize = 8

/** Whether packets are counted: what they came to is the kernel's, and each begins at zero. */
export const counters: Codec<boolean> = {
  domain: { type: 'boolean' },
  nested: true,
  presence: true,
  encode(_counts, writer) {
    for (const type of counterTypes) writeAttribute(writer, type, () => writer.reserve(counterSize))
  },
  decode: () => true,
}
