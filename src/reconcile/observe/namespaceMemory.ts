import { isLastingIdentity } from '../../system/namespaceIdentity.js'
import type { Place } from '../world/place.js'

/** What was read of some namespaces, the last ones that were read. */
export class NamespaceMemory<T> {
  readonly #capacity: number
  readonly #known = new Map<string, T>()

  /** @param capacity of how many namespaces, or parts of such, it is remembered */
  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get(place: Place, part = ''): T | undefined {
    const key = keyOf(place, part)
    return key === undefined ? undefined : this.#known.get(key)
  }

  /** Remembers it in place of what was before; nothing of a namespace whose identity another one may get. */
  set(place: Place, value: T, part = ''): void {
    const key = keyOf(place, part)
    if (key === undefined) return
    this.#known.delete(key)
    this.#known.set(key, value)
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= this.#capacity) break
      this.#known.delete(oldest)
    }
  }
}

function keyOf(place: Place, part: string): string | undefined {
  // A kernel in memory has no identity.
  return place.inMemory || !isLastingIdentity(place.identity) ? undefined : `${place.identity} ${part}`
}
