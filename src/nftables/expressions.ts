import { NLA_F_NESTED, walkAttributes } from '../netlink/attribute.js'
import { writeAttribute } from '../netlink/attributeWriter.js'
import { type Codec, MalformedError } from '../netlink/codec.js'
import { be32, enumeration, text, u8 } from '../netlink/scalars.js'
import { type AttributeTable, attribute, attributeTable } from '../netlink/table.js'
import { type DataValue, dataValue, nameText } from './data.js'

/** `meta KEY`: something that the kernel knows of the packet. */
export interface MetaExpression {
  readonly destination?: number
  readonly key?: 'protocol' | 'iifname' | 'oifname' | 'iiftype' | 'nfproto' | 'l4proto'
}

/** Compares a register with a value. */
export interface CompareExpression {
  readonly source?: number
  readonly operation?: 'eq' | 'neq' | 'lt' | 'lte' | 'gt' | 'gte'
  readonly data?: DataValue
}

/** Takes bytes out of a header. */
export interface PayloadExpression {
  readonly destination?: number
  readonly base?: 'link' | 'network' | 'transport'
  readonly offset?: number
  readonly length?: number
}

/** `(register & mask) ^ xor`. */
export interface BitwiseExpression {
  readonly source?: number
  readonly destination?: number
  readonly length?: number
  readonly mask?: DataValue
  readonly xor?: DataValue
  readonly operation?: 'maskXor' | 'leftShift' | 'rightShift'
}

/** Puts a value into a register, or a verdict over the packet. */
export interface ImmediateExpression {
  readonly destination?: number
  readonly data?: DataValue
}

/** Looks a register up in a set. */
export interface LookupExpression {
  readonly set?: string
  readonly source?: number
  readonly destination?: number
  readonly setId?: number
  /** NFT_LOOKUP_F_INV is 1: matches what is not in the set. */
  readonly flags?: number
}

/** `dnat` and `snat`. */
export interface NatExpression {
  readonly type?: 'snat' | 'dnat'
  readonly family?: number
  readonly addressMinimum?: number
  readonly addressMaximum?: number
  readonly portMinimum?: number
  readonly portMaximum?: number
  readonly flags?: number
}

/** `masquerade`. */
export interface MasqueradeExpression {
  readonly flags?: number
  readonly portMinimum?: number
  readonly portMaximum?: number
}

/** `ct KEY`: something of the packet's connection. */
export interface ConnectionExpression {
  readonly destination?: number
  readonly key?: 'state' | 'direction' | 'status' | 'source4' | 'source6'
  /** Which way's address. */
  readonly direction?: 'original' | 'reply'
}

/** Takes bytes out of an extension header of IPv6. */
export interface ExtensionExpression {
  readonly destination?: number
  /** The number of the header. */
  readonly type?: number
  readonly offset?: number
  readonly length?: number
  readonly flags?: number
  /** NFT_EXTHDR_OP_IPV6 is 0. */
  readonly operation?: number
}

/** Uses an object: one by name, or the one that a map has for a register. */
export interface ObjectExpression {
  readonly type?: number
  readonly name?: string
  readonly source?: number
  readonly set?: string
  readonly setId?: number
}

/** The expressions that this SDK writes, by the kernel's name. */
export interface ExpressionData {
  readonly meta: MetaExpression
  readonly cmp: CompareExpression
  readonly payload: PayloadExpression
  readonly bitwise: BitwiseExpression
  readonly immediate: ImmediateExpression
  readonly lookup: LookupExpression
  readonly nat: NatExpression
  readonly masq: MasqueradeExpression
  readonly ct: ConnectionExpression
  readonly exthdr: ExtensionExpression
  readonly objref: ObjectExpression
}

/** One expression of a rule. One of a kind that is not known keeps its bytes. */
export type Expression =
  | {
      readonly [Name in keyof ExpressionData]: { readonly name: Name; readonly data: ExpressionData[Name] }
    }[keyof ExpressionData]
  | { readonly name: 'unknown'; readonly kernelName: string; readonly bytes: Uint8Array }

// enum nft_meta_keys, nft_cmp_ops, nft_payload_bases, nft_bitwise_ops, nft_nat_types, nft_ct_keys
const tables: { readonly [Name in keyof ExpressionData]: AttributeTable<ExpressionData[Name]> } = {
  meta: attributeTable<MetaExpression>({
    destination: attribute(1, be32),
    key: attribute(2, enumeration(be32, { protocol: 1, iifname: 6, oifname: 7, iiftype: 8, nfproto: 15, l4proto: 16 })),
  }),
  cmp: attributeTable<CompareExpression>({
    source: attribute(1, be32),
    operation: attribute(2, enumeration(be32, { eq: 0, neq: 1, lt: 2, lte: 3, gt: 4, gte: 5 })),
    data: attribute(3, dataValue),
  }),
  payload: attributeTable<PayloadExpression>({
    destination: attribute(1, be32),
    base: attribute(2, enumeration(be32, { link: 0, network: 1, transport: 2 })),
    offset: attribute(3, be32),
    length: attribute(4, be32),
  }),
  bitwise: attributeTable<BitwiseExpression>({
    source: attribute(1, be32),
    destination: attribute(2, be32),
    length: attribute(3, be32),
    mask: attribute(4, dataValue),
    xor: attribute(5, dataValue),
    operation: attribute(6, enumeration(be32, { maskXor: 0, leftShift: 1, rightShift: 2 })),
  }),
  immediate: attributeTable<ImmediateExpression>({ destination: attribute(1, be32), data: attribute(2, dataValue) }),
  lookup: attributeTable<LookupExpression>({
    set: attribute(1, nameText),
    source: attribute(2, be32),
    destination: attribute(3, be32),
    setId: attribute(4, be32),
    flags: attribute(5, be32),
  }),
  nat: attributeTable<NatExpression>({
    type: attribute(1, enumeration(be32, { snat: 0, dnat: 1 })),
    family: attribute(2, be32),
    addressMinimum: attribute(3, be32),
    addressMaximum: attribute(4, be32),
    portMinimum: attribute(5, be32),
    portMaximum: attribute(6, be32),
    flags: attribute(7, be32),
  }),
  masq: attributeTable<MasqueradeExpression>({
    flags: attribute(1, be32),
    portMinimum: attribute(2, be32),
    portMaximum: attribute(3, be32),
  }),
  ct: attributeTable<ConnectionExpression>({
    destination: attribute(1, be32),
    key: attribute(2, enumeration(be32, { state: 0, direction: 1, status: 2, source4: 19, source6: 21 })),
    direction: attribute(3, enumeration(u8, { original: 0, reply: 1 })),
  }),
  exthdr: attributeTable<ExtensionExpression>({
    destination: attribute(1, be32),
    type: attribute(2, u8),
    offset: attribute(3, be32),
    length: attribute(4, be32),
    flags: attribute(5, be32),
    operation: attribute(6, be32),
  }),
  objref: attributeTable<ObjectExpression>({
    type: attribute(1, be32),
    name: attribute(2, nameText),
    source: attribute(3, be32),
    set: attribute(4, nameText),
    setId: attribute(5, be32),
  }),
}

function isKnown(name: string): name is keyof ExpressionData {
  return Object.hasOwn(tables, name)
}

const kernelName = text(31)

// NFTA_EXPR_NAME, NFTA_EXPR_DATA
const NFTA_EXPR_NAME = 1
const NFTA_EXPR_DATA = 2

/** An expression as an attribute: its name, and its own attributes. */
export const expression: Codec<Expression> = {
  domain: { type: 'object', properties: {}, required: [] },
  nested: true,
  encode(value, writer, context) {
    const name = value.name === 'unknown' ? value.kernelName : value.name
    writeAttribute(writer, NFTA_EXPR_NAME, () => kernelName.encode(name, writer, context))
    writeAttribute(writer, NFTA_EXPR_DATA | NLA_F_NESTED, () => {
      if (value.name === 'unknown') writer.append(value.bytes)
      else tables[value.name].encode(value.data as never, writer, context)
    })
  },
  decode(payload, context) {
    let name: string | undefined
    let body = payload.slice(payload.end)
    walkAttributes(payload, (type, start, end) => {
      const range = payload.slice(start, end)
      if (type === NFTA_EXPR_NAME) name = kernelName.decode(range, context)
      else if (type === NFTA_EXPR_DATA) body = range
    })
    if (name === undefined) throw new MalformedError('an expression without a name')
    if (!isKnown(name)) return { name: 'unknown', kernelName: name, bytes: body.copy() }
    return { name, data: tables[name].decode(body, context) } as Expression
  },
}
