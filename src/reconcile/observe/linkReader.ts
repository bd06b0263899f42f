import type { Payload } from '../../netlink/bytes.js'
import { decodeLinkName } from '../../rtnetlink/decodeLink.js'
import { LikeLinks, type ReadLink } from '../../rtnetlink/likeLinks.js'
import type { ListedLink } from '../../rtnetlink/link.js'
import { mapInTurns } from '../../system/inTurns.js'
import type { Place } from '../world/place.js'
import { NamespaceMemory } from './namespaceMemory.js'

/** A link as it was read from bytes. */
interface KnownLink extends ReadLink {
  readonly bytes: Uint8Array
}

type KnownLinks = ReadonlyMap<number, KnownLink>

/** The links of so many namespaces are remembered. */
const memory = new NamespaceMemory<KnownLinks>(4)

/**
 * Reads the messages of a dump of links. Comparing the bytes of a message takes a tenth of the time of reading them, and
 * of many links few change: what was read before is used again.
 */
export class LinkReader {
  readonly #place: Place
  readonly #known: KnownLinks

  constructor(place: Place) {
    this.#place = place
    this.#known = memory.get(place) ?? new Map()
  }

  async read(bodies: readonly Payload[]): Promise<ListedLink[]> {
    const names = new Map<number, string>()
    const same = await mapInTurns(bodies, (body) => {
      const { index, name } = decodeLinkName(body)
      names.set(index, name)
      const known = this.#known.get(index)
      return known && Buffer.compare(known.bytes, body.bytes) === 0 ? known : undefined
    })
    const links = new LikeLinks(names)
    let position = 0
    const read = await mapInTurns(bodies, (body) => {
      const known = same[position++]
      if (known?.references.every(([index, name]) => names.get(index) === name)) return known
      return { bytes: body.bytes, ...links.decode(body) }
    })
    memory.set(this.#place, new Map(read.map((one) => [one.link.index, one])))
    return read.map(({ link }) => link)
  }
}
