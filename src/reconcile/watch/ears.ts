import { type FSWatcher, statSync, watch as watchFiles } from 'node:fs'
import { NetworkError } from '../../error.js'
import type { Transport } from '../../netlink/transports/transport.js'
import type { Spec } from '../../spec/types.js'
import { tableOf } from '../../state/owner.js'
import { type NamespaceReference, namespaceDirectory, namespacePath } from '../../system/namespace.js'
import { isLackingFirewall } from '../observe/firewall.js'
import { ownerOf, type PlanOptions } from '../options/options.js'
import type { NetlinkProtocol } from '../world/kernel.js'
import { Ear, type Listening, listeningFor, listeningTransport } from './ear.js'

interface Place {
  readonly reference: NamespaceReference | undefined
  readonly listening: readonly Listening[]
}

/** The ears in a namespace, and what tells it from a later one of the same name. */
interface Placed {
  readonly ears: readonly Ear[]
  readonly identity: string | undefined
}

/** Listens in every namespace of a spec, also in those that come later or are made anew. */
export class Ears implements Disposable {
  readonly #places = new Map<string, Place>()
  readonly #ears = new Map<string, Placed>()
  readonly #options: PlanOptions
  readonly #onSound: () => void
  #directory: FSWatcher | undefined
  #failure: unknown

  constructor(spec: Spec, options: PlanOptions, onSound: () => void) {
    this.#options = options
    this.#onSound = onSound
    const { namespaces = {}, ...own } = spec
    const prune = options.prune === true
    const table = tableOf(ownerOf(options))
    this.#places.set('', { reference: options.namespace, listening: listeningFor(own, prune, table) })
    for (const [name, network] of Object.entries(namespaces)) {
      this.#places.set(name, { reference: name, listening: listeningFor(network, prune, table) })
    }
  }

  /**
   * Opens ears where there are none yet.
   *
   * @returns whether all that could be opened is; `false` asks for another try before long
   * @throws NetworkError what broke one, or kept one from being opened, other than that there is no such namespace
   */
  follow(): boolean {
    const failure = this.#failure
    this.#failure = undefined
    if (failure !== undefined) throw failure
    let complete = this.#followDirectory()
    for (const [name, place] of this.#places) complete = this.#followPlace(name, place) && complete
    return complete
  }

  #followPlace(name: string, place: Place): boolean {
    const identity = identityOf(place.reference)
    const placed = this.#ears.get(name)
    if (placed?.ears.every(({ open }) => open) && placed.identity === identity) return true
    for (const ear of placed?.ears ?? []) ear.close()
    this.#ears.delete(name)
    if (identity === 'none') return true
    // `ip netns add` makes the file first and mounts the namespace on it then, which nothing tells of.
    if (identity === 'unmounted') return false
    const ears: Ear[] = []
    this.#ears.set(name, { ears, identity })
    for (const listening of place.listening) ears.push(...this.#openEar(place, listening))
    return true
  }

  #openEar({ reference }: Place, listening: Listening): Ear[] {
    const transport = this.#transport(reference, listening.protocol)
    if (!transport) return []
    const ear = new Ear(transport, listening, this.#onSound, (error) => {
      this.#failure = error
      this.#onSound()
    })
    return [ear]
  }

  /** A kernel without nf_tables has nothing to tell of them. */
  #transport(reference: NamespaceReference | undefined, protocol: NetlinkProtocol | undefined): Transport | undefined {
    const { kernel } = this.#options
    try {
      if (typeof kernel !== 'object') return listeningTransport(reference, kernel, protocol)
      return protocol === undefined ? kernel.transport() : kernel.transportOf(protocol)
    } catch (error) {
      if (protocol === 'netfilter' && isLackingFirewall(error)) return undefined
      throw error
    }
  }

  /** Names come and go in one directory, which is there from the first name on. */
  #followDirectory(): boolean {
    const isNeeded = [...this.#places.values()].some(({ reference }) => typeof reference === 'string')
    if (this.#directory || !isNeeded) return true
    try {
      this.#directory = watchFiles(namespaceDirectory, { persistent: false }, this.#onSound)
    } catch {
      return false
    }
    this.#directory.on('error', () => {
      this.#directory?.close()
      this.#directory = undefined
      this.#onSound()
    })
    return true
  }

  close(): void {
    this.#directory?.close()
    for (const { ears } of this.#ears.values()) for (const ear of ears) ear.close()
    this.#ears.clear()
  }

  [Symbol.dispose](): void {
    this.close()
  }
}

/** What a reference leads to now: `none`, `unmounted` where nothing is mounted yet, else what only that one has. */
function identityOf(reference: NamespaceReference | undefined): string | undefined {
  if (reference === undefined) return undefined
  try {
    const { dev, ino, mode } = statSync(namespacePath(reference), { bigint: true })
    // What iproute2 makes the mount point with; a namespace's own file can be read.
    return (mode & 0o777n) === 0n ? 'unmounted' : `${dev}:${ino}`
  } catch (cause) {
    if (cause instanceof NetworkError) throw cause
    return 'none'
  }
}
