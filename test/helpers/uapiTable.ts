import type { AnyAttributeTable } from '../../src/netlink/table.js'

/** A table, and what the kernel's headers call its attributes: the prefix and the property's name unless told. */
export interface NamedTable {
  readonly table: AnyAttributeTable | undefined
  readonly prefix: string
  /** Names that do not follow from the property's. */
  readonly names?: Readonly<Record<string, string>>
  /** The constants of properties that are bits: a mask, or the number of the bit. */
  readonly bits?: Readonly<Record<string, { readonly mask: string } | { readonly number: string }>>
  /** The names of {@link AttributeDetails.ipv6Type}. */
  readonly ipv6?: Readonly<Record<string, string>>
}
