import { NetworkError } from '../error.js'
import { Payload } from '../netlink/bytes.js'
import type { DecodeContext, EncodeContext } from '../netlink/codec.js'
import type { RequestOptions } from '../netlink/exchange.js'
import type { NetlinkMessage } from '../netlink/message.js'
import type { Result } from '../result.js'
import {
  type Configuration,
  type ConfiguredLink,
  type PortConfiguration,
  prepareConfiguration,
  preparePort,
  sendConfiguration,
  sendPort,
} from '../rtnetlink/configureLink.js'
import { decodeLinkName } from '../rtnetlink/decodeLink.js'
import { dumpLinks, getLink } from '../rtnetlink/linkMessages.js'
import { type LinkReference, targetOf } from './linkReference.js'
import { nameOf, resolved } from './resolution.js'
import type { Session } from './session.js'

/** What every list call takes besides the filter. */
export interface ListOptions extends RequestOptions {
  /**
   * Whether a list is good enough during which the kernel's state changed, ten times in a row. It may lack objects, so
   * never delete by it. Default false: the error `INCONSISTENT`.
   */
  readonly allowInconsistent?: boolean
}

type Build<T> = (context: EncodeContext) => T

/** What the calls of one object share: names, errors as results, time limits. */
export class Objects {
  /** @internal */
  protected readonly session: Session

  /** @internal */
  constructor(session: Session) {
    this.session = session
  }

  /** Sends what `build` makes, once every name in it is resolved. @internal */
  protected send(build: Build<NetlinkMessage>, options: RequestOptions): Promise<Result<void>> {
    return this.session.run(options, (request) => this.sendOrThrow((context) => [build(context)], request))
  }

  /** Sends messages one after the other; `sent` is called after each. @internal */
  protected sendOrThrow(
    build: Build<readonly NetlinkMessage[]>,
    options: RequestOptions,
    sent: () => void = () => {},
  ): Promise<void> {
    const { connection } = this.session
    return resolved(connection, options, build, async (messages) => {
      for (const message of messages) {
        await connection.request(message, options)
        sent()
      }
    })
  }

  /** The link that a call is about; throws where there is none. @internal */
  protected async linkOf(
    link: LinkReference,
    options: RequestOptions,
  ): Promise<{ readonly index: number; readonly name: string }> {
    const found = await this.askOne(() => getLink(targetOf(link)), decodeLinkName, options)
    if (!found) throw new NetworkError('ENODEV', 'the link does not exist')
    return found
  }

  /** Its name. @internal */
  protected async nameOfLink(link: LinkReference, options: RequestOptions): Promise<string> {
    return (await this.linkOf(link, options)).name
  }

  /** Sets what generic netlink sets of a link. @internal */
  protected async configure(
    link: ConfiguredLink,
    configuration: Configuration,
    options: RequestOptions,
  ): Promise<void> {
    const { generic, connection } = this.session
    const build = await prepareConfiguration(link, configuration, generic, options)
    await resolved(connection, options, build, (messages) =>
      sendConfiguration(link, configuration, messages, generic, options),
    )
  }

  /** Sets what generic netlink sets of a link as a port. @internal */
  protected async configurePort(
    name: string,
    master: string | undefined,
    port: PortConfiguration,
    options: RequestOptions,
  ): Promise<void> {
    const { generic, connection } = this.session
    const build = await preparePort(name, master, port, generic, options)
    await resolved(connection, options, build, (messages) => sendPort(port, messages, generic, options))
  }

  /** Asks for one object; the links in the reply get their names. @internal */
  protected async askOne<T>(
    build: Build<NetlinkMessage>,
    decode: (body: Payload, context: DecodeContext) => T,
    options: RequestOptions,
  ): Promise<T | undefined> {
    const { connection } = this.session
    const [body] = await resolved(connection, options, build, (message) =>
      connection.ask(message, (reply) => new Payload(reply.body.copy()), options),
    )
    if (!body) return undefined
    const names = new Map<number, string | number>()
    const note = (index: number): number => {
      names.set(index, index)
      return index
    }
    decode(body, { linkName: note })
    for (const index of names.keys()) names.set(index, (await nameOf(connection, index, options)) ?? index)
    return decode(body, { linkName: (index) => names.get(index) ?? index })
  }

  /** Lists objects, their links by name. @internal */
  protected async dumpAll<T>(
    build: Build<NetlinkMessage>,
    decode: (body: Payload, context: DecodeContext) => T | undefined,
    options: ListOptions,
  ): Promise<readonly T[]> {
    const names = await this.#names(options)
    return await this.dumpBodies(build, (body) => decode(body, names), options)
  }

  /** Lists objects in which no link has to be named, or not yet. @internal */
  protected async dumpBodies<T>(
    build: Build<NetlinkMessage>,
    decode: (body: Payload) => T | undefined,
    options: ListOptions,
  ): Promise<readonly T[]> {
    const { connection } = this.session
    const { items, consistent } = await resolved(connection, options, build, (message) =>
      connection.dump(message, ({ body }) => decode(body), options),
    )
    if (consistent || options.allowInconsistent) return items
    throw new NetworkError('INCONSISTENT', 'the list kept changing while it was read; try again')
  }

  /** Those of a link, where one is asked for: the kernel does not filter them by itself. @internal */
  protected async ofDev<T extends { readonly index: number }>(
    dev: string | number | undefined,
    list: () => Promise<readonly T[]>,
    options: RequestOptions,
  ): Promise<readonly T[]> {
    if (dev === undefined) return await list()
    const { index } = await this.linkOf(dev, options)
    return (await list()).filter((one) => one.index === index)
  }

  /** Refuses links that a filter tells by an index that none has: the kernel lists nothing for some. @internal */
  protected async checkLinks(links: readonly (string | number | undefined)[], options: RequestOptions): Promise<void> {
    for (const link of links) if (typeof link === 'number') await this.linkOf(link, options)
  }

  async #names(options: RequestOptions): Promise<DecodeContext> {
    const { items } = await this.session.connection.dump(dumpLinks(), ({ body }) => decodeLinkName(body), options)
    const names = new Map(items.map(({ index, name }) => [index, name]))
    return { linkName: (index) => names.get(index) ?? index }
  }
}
