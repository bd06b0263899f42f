import type { GenericFamily } from '../../genetlink/control.js'
import type { GenericNetlink } from '../../genetlink/genericNetlink.js'
import type { DecodeContext, EncodeContext } from '../../netlink/codec.js'
import type { RequestOptions } from '../../netlink/exchange.js'
import type { NetlinkMessage } from '../../netlink/message.js'

/** An option that is not as it should be. */
export interface OptionDifference {
  /** Its path within the options. */
  readonly name: string
  readonly before?: unknown
  readonly after?: unknown
  /** Whether nobody is to see the values. */
  readonly secret: boolean
}

/** The options of a kind that a family of generic netlink reads and sets, since rtnetlink does not know them. */
export interface GenericOptions {
  /** The name of the family. */
  readonly family: string
  /** Reads options and status of a link. */
  read(
    generic: GenericNetlink,
    name: string,
    context: DecodeContext,
    options: RequestOptions,
  ): Promise<{ readonly options: object; readonly status: object }>
  /** What of the stated options a link does not have. */
  differences(wanted: object, actual: object | undefined, isUp: boolean): readonly OptionDifference[]
  /** The smallest change that makes a link have the stated options, as data. */
  change(wanted: object, actual: object | undefined, isUp: boolean): object
  /** What of the stated options is to hold when all was done: not what the kernel may have changed since. */
  lasting(wanted: object): object
  /** The options that a link had, as a wish that undoes changes of it. */
  former(had: object, changes: readonly object[]): object
  /** The messages of a change. */
  messages(family: GenericFamily, name: string, change: object, context: EncodeContext): readonly NetlinkMessage[]
  /** The command that would make a change; nothing secret is in it. */
  command(name: string, change: object): string
  /** The options as a spec says them. */
  toSpec(options: object, secrets: boolean): object
}
