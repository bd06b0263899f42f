import type { Payload } from '../netlink/bytes.js'
import { decodeLink, decodeLinkName } from '../rtnetlink/decodeLink.js'
import type { ListedLink } from '../rtnetlink/link.js'
import { mapInTurns } from '../system/inTurns.js'
import { isLastingIdentity } from '../system/namespaceIdentity.js'
import type { Place } from './place.js'

/** A link as it was read from bytes, and the names of the links that it refers to. */
interface ReadLink {
  readonly bytes: Uint8Array
  readonly references: readonly (readonly [index: number, name: string | undefined])[]
  readonly link: ListedLink
}

type ReadLinks = ReadonlyMap<number, ReadLink>

/** The links of so many namespaces are remembered, the last ones that were read. */
const capacity = 4

const memory = new Map<string, ReadLinks>()

/**
 * Reads the messages of a dump of links. Comparing the bytes of a message takes a tenth of the time of reading them, and
 * of many links few change: what was read before is used again.
 */
export class LinkReader {
  readonly #key: string | undefined
  readonly #known: ReadLinks

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
    let position = 0
    const read = await mapInTurns(bodies, (body) => {
      const known = same[position++]
      return known?.references.every(([index, name]) => names.get(index) === name) ? known : decoded(body, names)
    })
    this.#remember(read)
    return read.map(({ link }) => link)
  }

  #remember(read: readonly ReadLink[]): void {
    if (this.#key === undefined) return
    memory.delete(this.#key)
    memory.set(this.#key, new Map(read.map((one) => [one.link.index, one])))
    for (const oldest of memory.keys()) {
      if (memory.size <= capacity) break
      memory.delete(oldest)
    }
  }
}

function decoded(body: Payload, names: ReadonlyMap<number, string>): ReadLink {
  const references: [number, string | undefined][] = []
  const link = decodeLink(body, {
    settingsOnly: true,
    linkName(index) {
      const name = names.get(index)
      references.push([index, name])
      return name ?? index
    },
  })
  return { bytes: body.bytes, references, link }
}
