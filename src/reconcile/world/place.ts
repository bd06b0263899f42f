import { closeSync } from 'node:fs'
import { NetworkError } from '../../error.js'
import { GenericNetlink } from '../../genetlink/genericNetlink.js'
import type { EncodeContext } from '../../netlink/codec.js'
import { Connection } from '../../netlink/connection.js'
import { isExhaustion } from '../../system/errno.js'
import { isNamespaceAt, type NamespaceReference, openNamespace, openOwnNamespace } from '../../system/namespace.js'
import { namespaceIdentity } from '../../system/namespaceIdentity.js'
import { type Kernel, type KernelMaker, kernelMadeBy, machineKernel, type NetlinkProtocol } from './kernel.js'
import { NexthopsWithMetrics } from './nexthopsWithMetrics.js'

/** One network namespace that a plan is about: its kernel, a connection to it, and the links' indices. */
export class Place {
  /** The name under which the spec has it; empty for the namespace that the caller named or is in. */
  readonly name: string
  readonly kernel: Kernel
  readonly connection: Connection
  readonly indices = new Map<string, number>()
  readonly nexthopsWithMetrics = new NexthopsWithMetrics()
  readonly #fd: number | undefined
  readonly #others = new Map<NetlinkProtocol, Connection>()
  #second: Connection | undefined
  #generic: GenericNetlink | undefined
  #identity: string | undefined

  /** @param fd descriptor of the namespace, which the place owns from now on; a kernel in memory has none */
  constructor(name: string, kernel: Kernel, fd?: number) {
    this.name = name
    this.kernel = kernel
    this.#fd = fd
    this.connection = new Connection(kernel.transport())
  }

  /** Opens a namespace; `undefined` is the one that the calling thread is in. */
  static open(name: string, reference: NamespaceReference | undefined, kernelOf: KernelMaker = machineKernel): Place {
    const fd = reference === undefined ? openOwnNamespace() : openNamespace(reference)
    try {
      return new Place(name, kernelMadeBy(kernelOf, fd), fd)
    } catch (error) {
      closeSync(fd)
      throw error
    }
  }

  /** Opens a named namespace; a name under /run/netns can be a file that nothing is mounted on. */
  static openIfPossible(name: string): Place | undefined {
    try {
      return Place.open(name, name)
    } catch (error) {
      if (isExhaustion(error)) throw error
      return undefined
    }
  }

  /** The descriptor of the namespace; a kernel in memory has none to lead to. */
  get fd(): number {
    if (this.#fd !== undefined) return this.#fd
    throw new NetworkError('UNSUPPORTED', 'a kernel in memory has one namespace only')
  }

  /** Whether this is the namespace that a name or a path leads to now; as long as it is open, its inode is its own. */
  isAt(reference: NamespaceReference): boolean {
    return isNamespaceAt(this.fd, reference)
  }

  /** A text that no other namespace has. */
  get identity(): string {
    this.#identity ??= namespaceIdentity(this.fd)
    return this.#identity
  }

  /** Whether somebody has deleted its name, perhaps to make another one of the name: it ends when it is closed. */
  get hasLostName(): boolean {
    return this.#fd !== undefined && this.name !== '' && !this.isAt(this.name)
  }

  /** Whether its kernel is one in memory. */
  get inMemory(): boolean {
    return this.#fd === undefined
  }

  /** Resolves names of this namespace for messages. */
  context(places: ReadonlyMap<string, Place>): EncodeContext {
    return {
      linkIndex: (name) => {
        const index = this.indices.get(name)
        if (index === undefined)
          throw new NetworkError('ENODEV', `link ${name}: does not exist`, { object: `link ${name}` })
        return index
      },
      namespaceFd: (name) => {
        const place = places.get(name)
        if (!place) throw new NetworkError('NOT_FOUND', `namespace ${name}: is not part of the spec`)
        return place.fd
      },
      nexthopHasMetrics: (id) => this.nexthopsWithMetrics.has(id),
    }
  }

  /** A further connection, for what the kernel can do two at a time of; opened when it is first asked for, or was lost. */
  get second(): Connection {
    if (!this.#second || this.#second.closed) this.#second = new Connection(this.kernel.transport())
    return this.#second
  }

  /** A connection of another netlink protocol, opened when it is first asked for. */
  connectionOf(protocol: NetlinkProtocol): Connection {
    const existing = this.#others.get(protocol)
    if (existing) return existing
    const connection = new Connection(this.kernel.transportOf(protocol))
    this.#others.set(protocol, connection)
    return connection
  }

  /** Generic netlink, with the families that were asked for. */
  get generic(): GenericNetlink {
    this.#generic ??= new GenericNetlink(this.connectionOf('generic'))
    return this.#generic
  }

  /** Knows a link by its new name. */
  renamed(from: string, to: string): void {
    const index = this.indices.get(from)
    this.indices.delete(from)
    if (index !== undefined) this.indices.set(to, index)
  }

  close(): void {
    this.connection.close()
    this.#second?.close()
    for (const connection of this.#others.values()) connection.close()
    if (this.#fd !== undefined) closeSync(this.#fd)
  }
}
