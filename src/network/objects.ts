import type { Payload } from '../netlink/bytes.js'
import type { DecodeContext, EncodeContext } from '../netlink/codec.js'
import type { Connection } from '../netlink/connection.js'
import type { RequestOptions } from '../netlink/exchange.js'
import type { NetlinkMessage } from '../netlink/message.js'
import { attempt, type Result } from '../result.js'
import { decodeLinkName } from '../rtnetlink/decodeLink.js'
import { dumpLinks } from '../rtnetlink/linkMessages.js'
import { resolved } from './resolution.js'

/** What a list call can say besides the filter. */
export interface ListResult<T> {
  /** The objects. */
  readonly items: readonly T[]
  /** False where the kernel's state changed during every attempt: good enough to show, never to delete by. */
  readonly consistent: boolean
}

/** What the calls of one object share: names, errors as results, time limits. */
export class Objects {
  /** @internal */
  protected readonly connection: Connection

  /** @internal */
  constructor(connection: Connection) {
    this.connection = connection
  }

  /** Sends what `build` makes, once every name in it is resolved. @internal */
  protected send(
    build: (context: EncodeContext) => NetlinkMessage | readonly NetlinkMessage[],
    options: RequestOptions,
  ): Promise<Result<void>> {
    return attempt(() => this.sendOrThrow(build, options))
  }

  /** @internal */
  protected sendOrThrow(
    build: (context: EncodeContext) => NetlinkMessage | readonly NetlinkMessage[],
    options: RequestOptions,
  ): Promise<void> {
    return resolved(this.connection, options, build, async (built) => {
      for (const message of 'bytes' in built ? [built] : built) await this.connection.request(message, options)
    })
  }

  /** Lists objects, their links by name. @internal */
  protected dumpAll<T>(
    build: (context: EncodeContext) => NetlinkMessage,
    decode: (body: Payload, context: DecodeContext) => T | undefined,
    options: RequestOptions,
  ): Promise<Result<ListResult<T>>> {
    return attempt(async () => {
      const names = await this.names(options)
      return await resolved(this.connection, options, build, (message) =>
        this.connection.dump(message, ({ body }) => decode(body, names), options),
      )
    })
  }

  /** The names of all links, for decoding. @internal */
  protected async names(options: RequestOptions): Promise<DecodeContext> {
    const { items } = await this.connection.dump(dumpLinks(), ({ body }) => decodeLinkName(body), options)
    const names = new Map(items.map(({ index, name }) => [index, name]))
    return { linkName: (index) => names.get(index) ?? index }
  }
}
