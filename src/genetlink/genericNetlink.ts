import { NetworkError } from '../error.js'
import type { DecodeContext } from '../netlink/codec.js'
import type { Connection } from '../netlink/connection.js'
import type { RequestOptions } from '../netlink/exchange.js'
import { decodeMessage, type NetlinkMessage, type ReceivedMessage } from '../netlink/message.js'
import { decodeFamily, type GenericFamily, getFamily } from './control.js'
import type { GenericLayout } from './message.js'

/** The protocol of its sockets: include/uapi/linux/netlink.h */
export const NETLINK_GENERIC = 16

/** Generic netlink of one network namespace: requests, and the families that it has. */
export class GenericNetlink {
  /** @internal */
  readonly connection: Connection
  readonly #families = new Map<string, Promise<GenericFamily>>()
  readonly #known = new Map<string, Promise<unknown>>()

  /** @internal The connection, to a socket of NETLINK_GENERIC, stays the caller's. */
  constructor(connection: Connection) {
    this.connection = connection
  }

  /** A family by its name, asked for once; the error `UNSUPPORTED` where the kernel lacks it. */
  family(name: string, options: RequestOptions = {}): Promise<GenericFamily> {
    return remembered(this.#families, name, () => this.#askFamily(name, options))
  }

  /** The attributes of all messages of a dump, in order. */
  async dump<Attributes extends object>(
    layout: GenericLayout<Attributes>,
    request: NetlinkMessage,
    context: DecodeContext,
    options: RequestOptions = {},
  ): Promise<readonly Attributes[]> {
    const decode = ({ body }: ReceivedMessage): Attributes => decodeMessage(layout, body, context).attributes
    const { items, consistent } = await this.connection.dump(request, decode, options)
    if (consistent) return items
    throw new NetworkError('INCONSISTENT', `${request.subject}: it changed during every attempt to read it`)
  }

  /** What does not change while the kernel runs, asked for once. */
  remember<T>(name: string, ask: () => Promise<T>): Promise<T> {
    return remembered(this.#known as Map<string, Promise<T>>, name, ask)
  }

  async #askFamily(name: string, options: RequestOptions): Promise<GenericFamily> {
    try {
      const [family] = await this.connection.ask(getFamily(name), ({ body }) => decodeFamily(body), options)
      if (family) return family
    } catch (error) {
      if (!(error instanceof NetworkError) || error.code !== 'ENOENT') throw error
    }
    const message = `this kernel lacks ${name}: it has no such family of generic netlink, nor a module to load for it`
    throw new NetworkError('UNSUPPORTED', message, { object: `generic netlink family ${name}` })
  }
}

/** What failed is asked for again: a module may have come meanwhile. */
function remembered<T>(known: Map<string, Promise<T>>, name: string, ask: () => Promise<T>): Promise<T> {
  const before = known.get(name)
  if (before) return before
  const asked = ask()
  known.set(name, asked)
  asked.catch(() => known.delete(name))
  return asked
}
