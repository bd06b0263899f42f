import type { BitLayout } from './attributeReader.js'
import type { Codec } from './codec.js'

/** What a line of a table can say besides the number and the codec. */
export interface AttributeDetails {
  /**
   * The word of `ip` for it, where that is not the name in snake_case. `learning|nolearning` are the words for true
   * and false; `srcport {low} {high}` takes the parts of the value, or of a plain one that itself, `{}`, and other
   * options by name. The names of an enumeration can have words of their own, and so can numbers: none if those of
   * another option tell it. `false` says that `ip` has none.
   */
  readonly ip?:
    | string
    | false
    | Readonly<Record<string, string>>
    | ((value: number, siblings: Readonly<Record<string, unknown>>) => string | false)
  /** The word of `ip` for having none: of an empty list, or of what is taken away. */
  readonly ipNone?: string
  /** The option whose word takes this one back, and so goes before it: `tclass 0x0` ends `tclass inherit`. */
  readonly endedBy?: string
  /** Whether it is not `ip link` but `bridge link` that has the word. */
  readonly ofBridge?: boolean
  /** The attribute stands in the message itself, not among the options of the kind: `IFLA_LINK` of a VLAN. */
  readonly outer?: boolean
  /** The property is in messages of its own: the VLANs of a bridge's port. */
  readonly separate?: boolean
  /** Nobody calls the property by its name: what it holds are properties of the whole. */
  readonly transparent?: boolean
  /** The property is one bit of an attribute that several properties share. */
  readonly bit?: number
  /** How an attribute of bits is laid out: a value with a mask of what is meant (8 bytes), or the value alone. */
  readonly bits?: BitLayout
  /** Whether it only tells of a state, which nobody compares with a wish. */
  readonly state?: boolean
  /** The bit of another attribute that says whether this one counts: a tunnel's key. */
  readonly countsBy?: { readonly type: number; readonly bit: number }
  /** The kernel's number of the attribute where the value is an IPv6 address: IFLA_VXLAN_GROUP6. */
  readonly ipv6Type?: number
  /** The attribute in which the kernel tells it, from a byte on, where that is another one: a part of an address. */
  readonly toldIn?: { readonly type: number; readonly start: number }
  /** What it means that the kernel leaves the attribute out. */
  readonly absent?: unknown
  /** Whether {@link absent} is also said by leaving the attribute out, since the kernel refuses to be told it. */
  readonly unsaid?: boolean
  /** An attribute that goes in front of this one: it says that a list replaces what is there. */
  readonly before?: { readonly type: number; readonly codec: Codec<number>; readonly value: number }
}

/** One line of a table: the kernel's number of the attribute and how its payload is written. */
export interface Attribute<T> extends AttributeDetails {
  readonly type: number
  readonly codec: Codec<T>
}

/** Describes an attribute. */
export function attribute<T>(type: number, codec: Codec<T>, details: AttributeDetails = {}): Attribute<T> {
  return { type, codec, ...details }
}

/** The words for a number that `ip` reads as hexadecimal, with 0x or without: get_u8 and its kin with the base 16. */
export function hexadecimalWord(word: string): (value: number) => string {
  return (value) => `${word} 0x${value.toString(16)}`
}

/** The lines of a table, each named as users name the property. */
export type Lines<T extends object> = { readonly [Name in keyof T]-?: Attribute<Exclude<T[Name], undefined>> }
