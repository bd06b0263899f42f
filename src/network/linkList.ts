import { Payload } from '../netlink/bytes.js'
import { decodeLink } from '../rtnetlink/decodeLink.js'
import type { ListedLink } from '../rtnetlink/link.js'

/** Reads a dump of all links as it comes: those that others refer to are in it, mostly in front of them. */
export class LinkList {
  readonly #names = new Map<number, string>()
  /** Links that refer to one that had not come yet. */
  readonly #early = new Map<number, Payload>()

  /** Reads the next one. */
  add(body: Payload): ListedLink {
    const { link, isNamed } = this.#decoded(body)
    if (this.#names.has(link.index)) {
      // The state changed meanwhile, and the dump began anew.
      this.#names.clear()
      this.#early.clear()
      return this.add(body)
    }
    this.#names.set(link.index, link.name)
    if (!isNamed) this.#early.set(link.index, new Payload(body.copy()))
    return link
  }

  /** What {@link add} has read, with the names of all links that it refers to, once all have come. */
  finished(link: ListedLink): ListedLink {
    const body = this.#early.get(link.index)
    return body ? this.#decoded(body).link : link
  }

  #decoded(body: Payload): { readonly link: ListedLink; readonly isNamed: boolean } {
    let isNamed = true
    const linkName = (index: number): string | number => {
      const name = this.#names.get(index)
      if (name === undefined) isNamed = false
      return name ?? index
    }
    return { link: decodeLink(body, { linkName }), isNamed }
  }
}
