import type { FakeLink } from './fakeLink.js'

const none: ReadonlySet<FakeLink> = new Set()

/** Finds links by what they are called, and by what they stand on or are ports of: there may be thousands. */
export class LinkIndex {
  readonly #named = new Map<string, FakeLink>()
  readonly #ports = new Map<number, Set<FakeLink>>()
  readonly #uppers = new Map<number, Set<FakeLink>>()

  /** By name or alternative name. */
  byName(name: string): FakeLink | undefined {
    return this.#named.get(name)
  }

  ports(master: FakeLink): ReadonlySet<FakeLink> {
    return this.#ports.get(master.index) ?? none
  }

  /** What stands on a link, and the other end of a pair. */
  uppers(lower: FakeLink): ReadonlySet<FakeLink> {
    return this.#uppers.get(lower.index) ?? none
  }

  add(link: FakeLink): void {
    for (const name of [link.name, ...link.altNames]) this.#named.set(name, link)
    addTo(this.#ports, link.master, link)
    addTo(this.#uppers, link.lower, link)
  }

  delete(link: FakeLink): void {
    for (const name of [link.name, ...link.altNames]) this.#named.delete(name)
    if (link.master !== undefined) this.#ports.get(link.master)?.delete(link)
    if (link.lower !== undefined) this.#uppers.get(link.lower)?.delete(link)
  }
}

function addTo(sets: Map<number, Set<FakeLink>>, index: number | undefined, link: FakeLink): void {
  if (index === undefined) return
  const set = sets.get(index) ?? new Set()
  sets.set(index, set.add(link))
}
