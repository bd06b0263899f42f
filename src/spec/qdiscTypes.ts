import type { HtbClassOptions } from '../rtnetlink/qdiscs/htbClass.js'
import type { QdiscOptions } from '../rtnetlink/qdiscs/registry.js'

/** A qdisc without classes: what packets of a link, or of a class, wait in. */
export type LeafQdiscSpec = Exclude<QdiscOptions, { readonly kind: 'htb' | 'clsact' | 'ingress' }> & {
  /** Its name, such as `1:`. Default: one that the kernel chooses. */
  readonly handle?: string
}

/** A class of an HTB: `tc class`, man tc-htb(8). */
export interface QdiscClassSpec extends HtbClassOptions {
  /** Its name, such as `1:10`, hexadecimal as `tc` has it; the part before the colon is the qdisc's. */
  readonly id: string
  /** The class that it is part of, by its name. Default: the qdisc itself. */
  readonly parent?: string
  /** What its packets wait in; `null` is the kernel's default. Left out: as it is. */
  readonly qdisc?: LeafQdiscSpec | null
}

/** An HTB with its classes. */
export type HtbQdiscSpec = Extract<QdiscOptions, { readonly kind: 'htb' }> & {
  /** Its name. Default: that of its classes, else `1:`. */
  readonly handle?: string
  /** All classes, in any order; left out, they stay as they are. */
  readonly classes?: readonly QdiscClassSpec[]
}

/** What packets of a link wait in until they go out: `tc qdisc`, man tc(8). Options that are left out stay as they are. */
export type QdiscSpec = LeafQdiscSpec | HtbQdiscSpec
