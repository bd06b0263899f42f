import { listOf } from '../../netlink/lists.js'
import { binary, flag, text, u32 } from '../../netlink/scalars.js'
import { type AttributeTable, attribute, attributeTable } from '../../netlink/table.js'
import { type GenericLayout, genericLayout } from '../message.js'

/** Which device a request is about, and how the answer is to be: ETHTOOL_A_HEADER_*. */
export interface EthtoolHeader {
  readonly index?: number
  readonly name?: string
  readonly flags?: number
}

// ETHTOOL_A_* throughout: include/uapi/linux/ethtool_netlink.h
export const ethtoolHeader: AttributeTable<EthtoolHeader> = attributeTable<EthtoolHeader>({
  index: attribute(1, u32),
  name: attribute(2, text(15)),
  flags: attribute(3, u32),
})

/** One bit of a set, by its name or number. */
export interface Bit {
  readonly index?: number
  readonly name?: string
  readonly value?: boolean
}

export const bitAttributes: AttributeTable<Bit> = attributeTable<Bit>({
  index: attribute(1, u32),
  // ETH_GSTRING_LEN without the final zero: include/uapi/linux/ethtool.h
  name: attribute(2, text(31)),
  value: attribute(3, flag),
})

const ETHTOOL_A_BITSET_BITS_BIT = 1

/** A set of bits: each of them told, or all at once as words. */
export interface Bitset {
  /** Whether what is not told is not set, instead of left as it is. */
  readonly noMask?: boolean
  readonly size?: number
  readonly bits?: readonly Bit[]
  /** 32 bits a word, in the machine's order. */
  readonly value?: Uint8Array
  readonly mask?: Uint8Array
}

export const bitset: AttributeTable<Bitset> = attributeTable<Bitset>({
  noMask: attribute(1, flag),
  size: attribute(2, u32),
  bits: attribute(3, listOf(ETHTOOL_A_BITSET_BITS_BIT, bitAttributes)),
  value: attribute(4, binary),
  mask: attribute(5, binary),
})

/** What a device can do and does: ETHTOOL_A_FEATURES_*. */
export interface FeatureAttributes {
  readonly header?: EthtoolHeader
  /** Features that can be changed at all. */
  readonly hw?: Bitset
  /** Features that were asked for. */
  readonly wanted?: Bitset
  /** Features that are on. */
  readonly active?: Bitset
  /** Features that can be changed by nobody. */
  readonly noChange?: Bitset
}

/** ETHTOOL_MSG_FEATURES_GET and _SET. */
export const featuresLayout: GenericLayout<FeatureAttributes> = genericLayout(
  attributeTable<FeatureAttributes>({
    header: attribute(1, ethtoolHeader),
    hw: attribute(2, bitset),
    wanted: attribute(3, bitset),
    active: attribute(4, bitset),
    noChange: attribute(5, bitset),
  }),
)

/** A text of a set. */
export interface NumberedText {
  readonly index?: number
  readonly value?: string
}

export const numberedText: AttributeTable<NumberedText> = attributeTable<NumberedText>({
  index: attribute(1, u32),
  value: attribute(2, text(31)),
})

/** A set of texts, such as the names of all features. */
export interface StringSet {
  readonly id?: number
  readonly count?: number
  readonly strings?: readonly NumberedText[]
}

const ETHTOOL_A_STRINGS_STRING = 1
const ETHTOOL_A_STRINGSETS_STRINGSET = 1

export const stringSet: AttributeTable<StringSet> = attributeTable<StringSet>({
  id: attribute(1, u32),
  count: attribute(2, u32),
  strings: attribute(3, listOf(ETHTOOL_A_STRINGS_STRING, numberedText)),
})

/** Sets of texts, asked for or told: ETHTOOL_A_STRSET_*. */
export interface StringSetAttributes {
  readonly header?: EthtoolHeader
  readonly sets?: readonly StringSet[]
  readonly countsOnly?: boolean
}

/** ETHTOOL_MSG_STRSET_GET. */
export const stringSetLayout: GenericLayout<StringSetAttributes> = genericLayout(
  attributeTable<StringSetAttributes>({
    header: attribute(1, ethtoolHeader),
    sets: attribute(2, listOf(ETHTOOL_A_STRINGSETS_STRINGSET, stringSet)),
    countsOnly: attribute(3, flag),
  }),
)
