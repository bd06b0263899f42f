import { familyOf, parseAddress } from '../../ip/address.js'
import { formatPrefix, networkOf, parsePrefix } from '../../ip/prefix.js'

/** Networks of both families, in which addresses are looked for: once for each length that any has. */
class Networks {
  readonly #known = new Set<string>()
  readonly #lengths = { inet: new Set<number>(), inet6: new Set<number>() }

  add(network: string): void {
    const prefix = parsePrefix(network)
    if (!prefix) return
    this.#known.add(formatPrefix(networkOf(prefix)))
    this.#lengths[familyOf(prefix.bytes)].add(prefix.length)
  }

  /** The prefix length of the narrowest of them that an address is in; -1 for none. */
  lengthAt(address: string): number {
    const bytes = parseAddress(address)
    if (!bytes) return -1
    let longest = -1
    for (const length of this.#lengths[familyOf(bytes)]) {
      if (length > longest && this.#known.has(formatPrefix(networkOf({ bytes, length })))) longest = length
    }
    return longest
  }
}

/** The networks that are on links, without a gateway between. */
export class NetworksOfLinks {
  readonly #all = new Networks()
  readonly #byLink = new Map<string | number, Networks>()

  /** @param link where it is; `undefined` for what leads to no link, such as a blackhole */
  add(network: string, link: string | number | undefined): void {
    this.#all.add(network)
    if (link === undefined) return
    const own = this.#byLink.get(link) ?? new Networks()
    this.#byLink.set(link, own)
    own.add(network)
  }

  /** The prefix length of the narrowest network of a link, or of any, that an address is in; -1 for none. */
  lengthAt(address: string, link?: string | number): number {
    return (link === undefined ? this.#all : this.#byLink.get(link))?.lengthAt(address) ?? -1
  }

  /** The links that have the narrowest network that an address is in. */
  linksAt(address: string): (string | number)[] {
    const length = this.lengthAt(address)
    if (length < 0) return []
    return [...this.#byLink].filter(([, own]) => own.lengthAt(address) === length).map(([link]) => link)
  }
}
