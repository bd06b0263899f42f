import { NetworkError } from '../../error.js'
import type { RequestOptions } from '../../netlink/exchange.js'
import type { Link } from '../../rtnetlink/link.js'
import { peerOf } from '../../rtnetlink/pair.js'
import type { Spec } from '../../spec/types.js'
import type { DesiredNetwork } from '../../state/desired.js'
import { emptyState, type NetworkState } from '../../state/model.js'
import type { Owner } from '../../state/owner.js'
import { listNamespaces, type NamespaceReference, namespaceDirectory, namespacePath } from '../../system/namespace.js'
import { rest } from '../../system/turns.js'
import { type Curiosity, namesOf, observe } from '../observe/observe.js'
import { observeEntries } from '../observe/observeEntries.js'
import { mostFew, observeFew, type Scope } from '../observe/observeFew.js'
import { withKnownFeatures } from '../observe/observeGeneric.js'
import { withSysctls } from '../observe/observeSysctls.js'
import { scopeOf } from '../observe/scope.js'
import type { PlaceOptions } from '../options/options.js'
import { plannedPeers } from '../reach/pairs.js'
import type { TablesByNamespace } from '../reach/tables.js'
import type { PlannedStep } from '../steps/step.js'
import type { Journal } from '../transaction/journal.js'
import type { Kernel } from './kernel.js'
import { resolvePeers } from './peers.js'
import { Place } from './place.js'

/** All namespaces that a spec is about. The one that the caller means has the empty name. */
export class World implements Disposable {
  readonly places = new Map<string, Place>()
  /** Links, by namespace, that the kernel would not change while they are up. */
  readonly busy = new Map<string, Set<string>>()
  /** The step that was refused because its link is up. */
  refused: PlannedStep | undefined
  /** The steps of which it is known that all was done, and those of which nothing was. */
  readonly done = new Set<PlannedStep>()
  readonly untouched = new Set<PlannedStep>()
  /** Where it is noted which namespaces are made, for whoever undoes it after a crash. */
  journal: Journal | undefined
  readonly #curiosity = new Map<string, Curiosity>()
  readonly #options: Pick<PlaceOptions, 'kernel' | 'namespace'>
  /** The namespaces that the spec names. */
  #named: readonly string[] = []

  constructor(options: Pick<PlaceOptions, 'kernel' | 'namespace'>) {
    this.#options = options
  }

  /** Opens the namespaces of a spec that exist already; the others are opened when a step has created them. */
  open(spec: Spec): void {
    const { kernel, namespace } = this.#options
    const inMemory = typeof kernel === 'object'
    if (!this.places.has('')) {
      this.places.set('', inMemory ? new Place('', kernel) : Place.open('', namespace, kernel))
    }
    if (inMemory && Object.keys(spec.namespaces ?? {}).length > 0) {
      throw new NetworkError('UNSUPPORTED', 'a kernel in memory has one namespace only', { path: '/namespaces' })
    }
    this.#named = Object.keys(spec.namespaces ?? {})
    this.#openNamed()
  }

  #openNamed(): void {
    const existing = new Set(listNamespaces())
    for (const name of this.#named) {
      if (!this.places.has(name) && existing.has(name)) this.places.set(name, this.#placeOf(name))
    }
  }

  /**
   * Opens again those namespaces of a spec whose names lead elsewhere by now, forgets those whose names are gone, and
   * opens those that have come.
   * @returns whether there was any
   */
  reopen(): boolean {
    const { kernel, namespace } = this.#options
    const before = new Set(this.places.values())
    const top = this.places.get('')
    // A process or a descriptor leads to one namespace, or to none any more.
    if (top && namespace !== undefined && isNamed(namespace) && !top.isAt(namespace)) {
      this.closed('')
      this.places.set('', Place.open('', namespace, typeof kernel === 'function' ? kernel : undefined))
    }
    for (const name of this.#named) if (this.places.get(name)?.isAt(name) === false) this.closed(name)
    this.#openNamed()
    return this.places.size !== before.size || [...this.places.values()].some((place) => !before.has(place))
  }

  /** Opens a namespace that has just come into being, or that links of others reach into. */
  opened(name: string): Place {
    const place = this.places.get(name) ?? this.#placeOf(name)
    this.places.set(name, place)
    return place
  }

  #placeOf(name: string): Place {
    const { kernel } = this.#options
    return Place.open(name, name, typeof kernel === 'function' ? kernel : undefined)
  }

  /** The kernel of a namespace: one that is still to be made has the same as the caller's. */
  kernelOf(namespace = ''): Kernel | undefined {
    return (this.places.get(namespace) ?? this.places.get(''))?.kernel
  }

  /** Forgets a namespace that is gone. */
  closed(name: string): void {
    this.places.get(name)?.close()
    this.places.delete(name)
  }

  /** The namespaces whose name leads to another one by now, or to none. */
  get nameless(): readonly string[] {
    return [...this.places.values()].filter((place) => place.hasLostName).map(({ name }) => name)
  }

  /** Forgets the index of a link that is made anew, and that of its other end. */
  forgetLink(link: Link, place: Place): void {
    place.indices.delete(link.name)
    const peer = peerOf(link)
    if (peer) this.places.get(peer.namespace ?? place.name)?.indices.delete(peer.name)
  }

  /** Has something read of a namespace that is not read by itself. */
  ask(name: string, curiosity: Curiosity): void {
    this.#curiosity.set(name, { ...this.#curiosity.get(name), ...curiosity })
  }

  /** Adds to what was read the forwarding and multicast databases of some namespaces, also for later. */
  async withEntries(
    states: ReadonlyMap<string, NetworkState>,
    names: ReadonlySet<string>,
    options: RequestOptions,
  ): Promise<Map<string, NetworkState>> {
    const all = new Map(states)
    for (const name of names) {
      this.ask(name, { entries: true })
      const [place, state] = [this.places.get(name), states.get(name)]
      if (!place || !state) continue
      const links = [...state.links.values()].map(({ link }) => link)
      all.set(name, { ...state, ...(await observeEntries(place, links, namesOf(links), options)) })
    }
    return all
  }

  /** Reads all open namespaces, and of the links' settings those that are wanted. One that does not exist yet is empty. */
  async observe(
    names: Iterable<string>,
    options: RequestOptions,
    wanted?: ReadonlyMap<string, DesiredNetwork>,
    further: Curiosity = {},
    tables?: TablesByNamespace,
  ): Promise<Map<string, NetworkState>> {
    const states = new Map<string, NetworkState>()
    for (const name of names) {
      const own = tables?.get(name)
      const curiosity = { ...further, ...(own ? { tables: own } : {}) }
      states.set(name, await this.#observeOne(name, options, wanted?.get(name), curiosity))
    }
    await resolvePeers(this.places, states, options)
    return states
  }

  async #observeOne(
    name: string,
    options: RequestOptions,
    wanted?: DesiredNetwork,
    further: Curiosity = {},
  ): Promise<NetworkState> {
    const place = this.places.get(name)
    const curiosity = { ...this.#curiosity.get(name), ...further }
    const read = place ? await withSysctls(await observe(place, options, curiosity), wanted, place) : emptyState
    // The names of features are the kernel's, so that another namespace can tell of them.
    const anyPlace = place ?? this.places.get('')
    const some = curiosity.features !== undefined && curiosity.features !== 'all'
    return some && anyPlace ? await withKnownFeatures(read, anyPlace, options) : read
  }

  /**
   * Reads of the open namespaces no more than what some wishes are about; `undefined` where that is not enough. One with a
   * name is read whole then: it is most likely small, as that of a sandbox, and the caller's is not.
   */
  async observeFew(
    networks: ReadonlyMap<string, DesiredNetwork>,
    owner: Owner,
    options: RequestOptions,
  ): Promise<Map<string, NetworkState> | undefined> {
    if ((networks.get('')?.links.length ?? 0) > mostFew) return undefined
    const scopes = new Map<string, Scope | undefined>()
    const peers = plannedPeers([...networks].map(([name, { links }]) => [name, links]))
    for (const [name, network] of networks) {
      const scope = scopeOf(network, owner, peers.get(name)?.keys())
      if (!scope && name === '') return undefined
      scopes.set(name, scope)
      await rest()
    }
    const states = new Map<string, NetworkState>()
    for (const [name, network] of networks) {
      const [place, scope] = [this.places.get(name), scopes.get(name)]
      const few = place && scope && (await observeFew(place, scope, this.#curiosity.get(name) ?? {}, options))
      if (place && few) states.set(name, await withSysctls(few, network, place))
      else if (name === '') return undefined
      else states.set(name, await this.#observeOne(name, options, network))
    }
    await resolvePeers(this.places, states, options)
    return states
  }

  close(): void {
    for (const place of this.places.values()) place.close()
    this.places.clear()
  }

  [Symbol.dispose](): void {
    this.close()
  }
}

function isNamed(reference: NamespaceReference): boolean {
  return namespacePath(reference).startsWith(`${namespaceDirectory}/`)
}
