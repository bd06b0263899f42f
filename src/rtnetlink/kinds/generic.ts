import type { NetworkError } from '../../error.js'
import type { GenericFamily } from '../../genetlink/control.js'
import type { GenericNetlink } from '../../genetlink/genericNetlink.js'
import type { DecodeContext, EncodeContext } from '../../netlink/codec.js'
import type { RequestOptions } from '../../netlink/exchange.js'
import type { NetlinkMessage } from '../../netlink/message.js'
import type { AnyAttributeTable } from '../../netlink/table.js'

/** An option that is not as it should be. */
export interface OptionDifference {
  /** Its path within the options. */
  readonly name: string
  readonly before?: unknown
  readonly after?: unknown
  /** Whether nobody is to see the values. */
  readonly secret: boolean
  /** Whether nobody could undo it, so that it is done when all else has succeeded. */
  readonly last?: boolean
}

/** What a family tells of a link. */
export interface GenericReading {
  readonly options: object
  readonly status?: object
  /** The options of its ports, by the index of the link. */
  readonly ports?: ReadonlyMap<number, object>
}

/** How a family sets options of a link as a port; its reading of the master tells them. They are `separate`, too. */
export interface GenericPortOptions {
  /** The messages of options. */
  messages(
    family: GenericFamily,
    master: string,
    port: string,
    options: object,
    context: EncodeContext,
  ): readonly NetlinkMessage[]
  /** The commands that would set options. */
  commands(master: string, port: string, options: object): readonly string[]
}

/** Something that a wish lacks, with its place among the options. */
export interface MissingOption {
  readonly path: readonly (string | number)[]
  readonly message: string
}

/**
 * How a family of generic netlink reads and sets options of a kind that rtnetlink does not know. These are `separate` in
 * the kind's table. Wishes and readings come with the kind's other options, which a family need not look at.
 */
export interface GenericOptions {
  /** The name of the family. */
  readonly family: string
  /** Whether its messages know a link by index alone. */
  readonly byIndex?: boolean
  /** Reads options and status of a link. */
  read(
    generic: GenericNetlink,
    link: { readonly name: string; readonly index: number },
    context: DecodeContext,
    options: RequestOptions,
  ): Promise<GenericReading>
  /** Reads those of all links of the namespace, by index, where the family tells only of all. */
  readAll?(generic: GenericNetlink, options: RequestOptions): Promise<ReadonlyMap<number, GenericReading>>
  /** What of the stated options a link does not have. */
  differences(wanted: object, actual: object | undefined, isUp: boolean): readonly OptionDifference[]
  /** What the stated options lack of what a change to them takes. */
  missing?(wanted: object, actual: object | undefined): readonly MissingOption[]
  /** The smallest change that makes a link have the stated options, as data under the names of options. */
  change(wanted: object, actual: object | undefined, isUp: boolean): object
  /** The part of a change that nobody could undo, or what is left without it. */
  partOf?(change: object, last: boolean): object
  /** What of the stated options is to hold when all was done: not what the kernel may have changed since. */
  lasting(wanted: object): object
  /** The options that a link had, as a wish that undoes changes of it, and making it anew with such options. */
  former(had: object, changes: readonly object[]): object
  /** The messages of a change. */
  messages(family: GenericFamily, name: string, change: object, context: EncodeContext): readonly NetlinkMessage[]
  /** The commands that would make a change; nothing secret is in them. */
  commands(name: string, change: object): readonly string[]
  /** The options as a spec says them. */
  toSpec(options: object, secrets: boolean): object
  /** Whether an error of the kernel's is none: what the message said was done. */
  isDone?(error: NetworkError): boolean
  /** The kernel's refusal of a change in clearer words. */
  explained?(error: NetworkError, name: string, change: object): NetworkError
  /**
   * Options with values that not every kernel has, by the alias of the module that it loads for one: only trying tells, on a
   * new link, whether a change to it is {@link explained} as `UNSUPPORTED`.
   */
  readonly tried?: Readonly<Record<string, (value: string) => string>>
  /** How it sets the options of a port, where there are such. */
  readonly port?: GenericPortOptions
}

/** Options as rtnetlink takes them, and those that a family does; `undefined` where there are none of the sort. */
export function splitOptions(
  table: AnyAttributeTable,
  options: object,
): { readonly plain: object | undefined; readonly generic: object | undefined } {
  const isGeneric = ([name]: [string, unknown]): boolean => table.lines[name]?.separate ?? false
  const entries = Object.entries(options)
  const some = (list: [string, unknown][]): object | undefined =>
    list.length > 0 ? Object.fromEntries(list) : undefined
  return { plain: some(entries.filter((one) => !isGeneric(one))), generic: some(entries.filter(isGeneric)) }
}
