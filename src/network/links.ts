import { closeSync } from 'node:fs'
import { NetworkError } from '../error.js'
import { Payload } from '../netlink/bytes.js'
import type { Connection } from '../netlink/connection.js'
import type { RequestOptions } from '../netlink/exchange.js'
import { attempt, type Result } from '../result.js'
import { changeLinkMessages } from '../rtnetlink/changeLink.js'
import { createLinkMessages } from '../rtnetlink/createLink.js'
import { decodeLink } from '../rtnetlink/decodeLink.js'
import { linkKind } from '../rtnetlink/kinds/registry.js'
import type { Link, ListedLink } from '../rtnetlink/link.js'
import {
  deleteLink,
  dumpLinks,
  getLink,
  type LinkFilter,
  type LinkTarget,
  moveLink,
} from '../rtnetlink/linkMessages.js'
import { type NamespaceReference, openNamespace } from '../system/namespace.js'
import { createTunTap, type TunTapConfiguration } from '../tuntap/index.js'
import { type ListResult, Objects } from './objects.js'

/** Which link a call is about: its name, its index, or a listed link. */
export type LinkReference = string | number | { readonly name: string; readonly index?: number }

/** The links of a network: `ip link`. */
export class Links extends Objects {
  readonly #namespaceFd: number

  /** @internal */
  constructor(connection: Connection, namespaceFd: number) {
    super(connection)
    this.#namespaceFd = namespaceFd
  }

  /**
   * Creates a link: `ip link add`, or `ip tuntap add` for a TUN or TAP. What {@link list} returned is taken too; what
   * is only read of it is left out. When a property is refused, the new link is removed again.
   */
  create(link: Link, options: RequestOptions = {}): Promise<Result<ListedLink>> {
    return attempt(async () => {
      const isDevice = link.kind !== undefined && linkKind(link.kind)?.creation === 'tuntap'
      if (isDevice) createTunTap(deviceOf(link), this.#namespaceFd)
      let created = isDevice
      try {
        await this.sendOrThrowEach(link, options, () => {
          created = true
        })
      } catch (error) {
        if (created) await this.connection.request(deleteLink({ name: link.name }), options)
        throw error
      }
      return await this.#get({ name: link.name }, options)
    })
  }

  /** Lists links, without their addresses: `ip link`. A filter works in the kernel. */
  list(filter: LinkFilter = {}, options: RequestOptions = {}): Promise<Result<ListResult<ListedLink>>> {
    return this.dumpAll((context) => dumpLinks(filter, context), decodeLink, options)
  }

  /** Reads one link, by its name, an alternative name or its index: `ip link show`. */
  get(link: LinkReference, options: RequestOptions = {}): Promise<Result<ListedLink>> {
    return attempt(() => this.#get(targetOf(link), options))
  }

  /** Changes properties of a link: `ip link set`. `name` renames; `master: null` releases. */
  update(link: LinkReference, changes: Partial<Link>, options: RequestOptions = {}): Promise<Result<void>> {
    return attempt(async () => {
      const current = await this.#get(targetOf(link), options)
      const target = { index: current.index }
      const change = { target, kind: current.kind, changes, ...altNameChange(current, changes) }
      await this.sendOrThrow((context) => changeLinkMessages(change, context), options)
    })
  }

  /** Deletes a link: `ip link delete`. */
  delete(link: LinkReference, options: RequestOptions = {}): Promise<Result<void>> {
    return this.send(() => deleteLink(targetOf(link)), options)
  }

  /** Moves a link into another namespace: `ip link set NAME netns`. Its addresses are lost by that. */
  move(link: LinkReference, namespace: NamespaceReference, options: RequestOptions = {}): Promise<Result<void>> {
    return attempt(async () => {
      const fd = openNamespace(namespace)
      try {
        await this.connection.request(moveLink(targetOf(link), fd), options)
      } finally {
        closeSync(fd)
      }
    })
  }

  async #get(target: LinkTarget, options: RequestOptions): Promise<ListedLink> {
    const names = await this.names(options)
    const [body] = await this.connection.ask(getLink(target), (reply) => new Payload(reply.body.copy()), options)
    if (!body) throw new NetworkError('ENODEV', 'the link does not exist')
    return decodeLink(body, names)
  }

  /** Sends the messages of a creation one by one, so that it is known how far they came. */
  private sendOrThrowEach(link: Link, options: RequestOptions, sent: () => void): Promise<void> {
    return this.sendOrThrow((context) => createLinkMessages(link, context), options).then(sent)
  }
}

/** Alternative names have messages of their own, one to add and one to delete. */
function altNameChange(
  { altNames: present = [] }: ListedLink,
  { altNames: wanted }: Partial<Link>,
): { addedAltNames?: readonly string[]; removedAltNames?: readonly string[] } {
  if (!wanted) return {}
  return {
    addedAltNames: wanted.filter((name) => !present.includes(name)),
    removedAltNames: present.filter((name) => !wanted.includes(name)),
  }
}

function targetOf(link: LinkReference): LinkTarget {
  if (typeof link === 'number') return { index: link }
  if (typeof link === 'string') return { name: link }
  return link.index === undefined ? { name: link.name } : { index: link.index }
}

function deviceOf(link: Link): TunTapConfiguration {
  const options = link.kind === 'tun' ? link.tun : link.tap
  return { ...options, name: link.name, mode: link.kind === 'tun' ? 'tun' : 'tap' }
}
