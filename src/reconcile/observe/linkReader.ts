import type { Payload } from '../../netlink/bytes.js'
import { decodeLinkName } from '../../rtnetlink/decodeLink.js'
import { LikeLinks, type ReadLink } from '../../rtnetlink/likeLinks.js'
import type { ListedLink } from '../../rtnetlink/link.js'
import { mapInTurns } from '../../system/inTurns.js'
import { isLastingIdentity } from '../../system/namespaceIdentity.js'
import type { Place } from '../world/place.js'

/** A link as it was read from bytes. */
interface KnownLink extends ReadLink {
  readonly bytes: Uint8Array
}

type KnownLinks = ReadonlyMap<number, KnownLink>

/** The links of so many namespaces are remembered, the last ones that were read. */
const capacity = 4

const memory = new Map<string, KnownLinks>()

/**
 * Reads the messages of a dump of links. Comparing the bytes of a message takes a tenth of the time of reading them, and
 * of many links few change: what was read before is used again.
 */
export class LinkReader {
  readonly #key: string | undefined
  readonly #known: KnownLinks

  constructor(place: Place) {
    this.#key = place.inMemory || !isLastingIdentity(place.identity) ? undefined : place.identity
    this.#known = (this.#key === undefined ? undefined : memory.get(this.#key)) ?? new Map()
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
    this.#remember(read)
    return read.map(({ link }) => link)
  }

  #remember(read: readonly KnownLink[]): void {
    if (this.#key === undefined) return
    memory.delete(this.#key)
    memory.set(this.#key, new Map(read.map((one) => [one.link.index, one])))
    for (const oldest of memory.keys()) {
      if (memory.size <= capacity) break
      memory.delete(oldest)
    }
  }
}
