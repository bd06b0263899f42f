import { listOf } from '../netlink/lists.js'
import { be32, be32Signed, be64, binary, enumeration } from '../netlink/scalars.js'
import { type AttributeTable, attribute, attributeTable } from '../netlink/table.js'
import { type DataValue, dataValue, nameText } from './data.js'
import { type Expression, expression } from './expressions.js'

/** NFTA_HOOK_*: include/uapi/linux/netfilter/nf_tables.h, as all below. */
export interface HookAttributes {
  readonly number?: number
  readonly priority?: number
}

/** NFTA_CHAIN_* */
export interface ChainAttributes {
  readonly table?: string
  readonly handle?: bigint
  readonly name?: string
  readonly hook?: HookAttributes
  readonly policy?: 'drop' | 'accept'
  readonly type?: string
}

export const chainAttributes: AttributeTable<ChainAttributes> = attributeTable<ChainAttributes>({
  table: attribute(1, nameText),
  handle: attribute(2, be64),
  name: attribute(3, nameText),
  hook: attribute(
    4,
    attributeTable<HookAttributes>({ number: attribute(1, be32), priority: attribute(2, be32Signed) }),
  ),
  policy: attribute(5, enumeration(be32, { drop: 0, accept: 1 })),
  type: attribute(7, nameText),
})

/** NFTA_LIST_ELEM */
const element = 1

/** NFTA_RULE_* */
export interface RuleAttributes {
  readonly table?: string
  readonly chain?: string
  readonly handle?: bigint
  readonly expressions?: readonly Expression[]
  readonly userData?: Uint8Array
}

export const ruleAttributes: AttributeTable<RuleAttributes> = attributeTable<RuleAttributes>({
  table: attribute(1, nameText),
  chain: attribute(2, nameText),
  handle: attribute(3, be64),
  expressions: attribute(4, listOf(element, expression)),
  userData: attribute(7, binary),
})

/** NFTA_SET_* */
export interface SetAttributes {
  readonly table?: string
  readonly name?: string
  readonly flags?: number
  readonly keyType?: number
  readonly keyLength?: number
  readonly id?: number
  readonly userData?: Uint8Array
  readonly objectType?: number
}

export const setAttributes: AttributeTable<SetAttributes> = attributeTable<SetAttributes>({
  table: attribute(1, nameText),
  name: attribute(2, nameText),
  flags: attribute(3, be32),
  keyType: attribute(4, be32),
  keyLength: attribute(5, be32),
  id: attribute(10, be32),
  userData: attribute(13, binary),
  objectType: attribute(15, be32),
})

/** NFTA_SET_ELEM_* */
export interface ElementAttributes {
  readonly key?: DataValue
  readonly object?: string
}

/** NFTA_SET_ELEM_LIST_* */
export interface ElementsAttributes {
  readonly table?: string
  readonly set?: string
  readonly elements?: readonly ElementAttributes[]
}

export const elementsAttributes: AttributeTable<ElementsAttributes> = attributeTable<ElementsAttributes>({
  table: attribute(1, nameText),
  set: attribute(2, nameText),
  elements: attribute(
    3,
    listOf(
      element,
      attributeTable<ElementAttributes>({ key: attribute(1, dataValue), object: attribute(9, nameText) }),
    ),
  ),
})

/** NFTA_LIMIT_* */
export interface LimitAttributes {
  readonly rate?: bigint
  /** Seconds in the unit that the rate is told by. */
  readonly unit?: bigint
  readonly burst?: number
  readonly type?: 'packets' | 'bytes'
  /** NFT_LIMIT_F_INV is 1: matches what is beyond the limit. */
  readonly flags?: number
}

/** NFTA_OBJ_*, of a limit. */
export interface LimitObjectAttributes {
  readonly table?: string
  readonly name?: string
  readonly type?: number
  readonly data?: LimitAttributes
}

export const limitObjectAttributes: AttributeTable<LimitObjectAttributes> = attributeTable<LimitObjectAttributes>({
  table: attribute(1, nameText),
  name: attribute(2, nameText),
  type: attribute(3, be32),
  data: attribute(
    4,
    attributeTable<LimitAttributes>({
      rate: attribute(1, be64),
      unit: attribute(2, be64),
      burst: attribute(3, be32),
      type: attribute(4, enumeration(be32, { packets: 0, bytes: 1 })),
      flags: attribute(5, be32),
    }),
  ),
})
