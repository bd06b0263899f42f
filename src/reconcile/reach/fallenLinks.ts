import type { Family } from '../../ip/address.js'
import { linkKind } from '../../rtnetlink/kinds/registry.js'
import { isPairKind } from '../../rtnetlink/pair.js'
import type { NetworkState } from '../../state/model.js'
import { downWith, takenAlong } from './dependents.js'

/** Links that lose something with another one: what stands on it, its master, its ports, the other end of a pair. */
export class FallenLinks {
  readonly #before: NetworkState
  /** Those that are deleted, perhaps to be made anew. */
  readonly gone = new Set<string>()
  /** Those that can be without a carrier for a moment. */
  readonly carriers = new Set<string>()
  /** Those that lose their routes of a family, and maybe their addresses. */
  readonly families: Readonly<Record<Family, Set<string>>> = { inet: new Set(), inet6: new Set() }
  /** Those that lose their neighbors. */
  readonly neighbors = new Set<string>()

  constructor(before: NetworkState) {
    this.#before = before
  }

  /** The other end of a pair, what stands on a link, and its master have a carrier by it. */
  takeCarrier(name: string): void {
    if (this.carriers.has(name)) return
    this.carriers.add(name)
    const master = this.#before.links.get(name)?.link.master
    if (typeof master === 'string') this.takeCarrier(master)
    for (const other of takenAlong(name, this.#before)) this.takeCarrier(other)
  }

  /** A link that goes down, with what goes down along with it. */
  takeDown(name: string): void {
    this.takeCarrier(name)
    this.families.inet.add(name)
    this.families.inet6.add(name)
    for (const other of downWith(name, this.#before)) this.takeDown(other)
  }

  /** What stands on a link can have its MAC address, and a master one of its ports' (net/bridge/br_stp_if.c). */
  takeNeighbors(name: string): void {
    if (this.neighbors.has(name)) return
    this.neighbors.add(name)
    const { kind, master } = this.#before.links.get(name)?.link ?? {}
    if (typeof master === 'string') this.takeNeighbors(master)
    if (isPairKind(kind)) return
    for (const other of takenAlong(name, this.#before)) this.takeNeighbors(other)
  }

  /** A link that is deleted, with what stands on it. */
  takeLink(name: string): void {
    if (this.gone.has(name)) return
    this.gone.add(name)
    this.takeNeighbors(name)
    this.takeDown(name)
    for (const other of takenAlong(name, this.#before)) this.takeLink(other)
    const { kind = '' } = this.#before.links.get(name)?.link ?? {}
    if (!linkKind(kind)?.portsGoDown) return
    for (const { link } of this.#before.links.values()) if (link.master === name) this.takeDown(link.name)
  }
}
