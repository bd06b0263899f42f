import { closeSync } from 'node:fs'
import { NetworkError } from '../error.js'
import type { EncodeContext } from '../netlink/codec.js'
import { Connection } from '../netlink/connection.js'
import { FfiTransport } from '../netlink/transports/ffi.js'
import type { Transport } from '../netlink/transports/transport.js'
import { type NamespaceReference, openNamespace, openOwnNamespace } from '../system/namespace.js'

/** One network namespace that a plan is about: its descriptor, a connection, and the links' indices. */
export class Place {
  /** The name under which the spec has it; empty for the namespace that the caller named or is in. */
  readonly name: string
  readonly fd: number
  readonly connection: Connection
  readonly indices = new Map<string, number>()
  readonly #closesFd: boolean

  constructor(name: string, fd: number, transport: Transport, closesFd = true) {
    this.name = name
    this.fd = fd
    this.connection = new Connection(transport)
    this.#closesFd = closesFd
  }

  /** Opens a namespace; `undefined` is the one that the calling thread is in. */
  static open(name: string, reference: NamespaceReference | undefined): Place {
    const fd = reference === undefined ? openOwnNamespace() : openNamespace(reference)
    try {
      return new Place(name, fd, new FfiTransport({ namespaceFd: fd }))
    } catch (error) {
      closeSync(fd)
      throw error
    }
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
    }
  }

  close(): void {
    this.connection.close()
    if (this.#closesFd) closeSync(this.fd)
  }
}
