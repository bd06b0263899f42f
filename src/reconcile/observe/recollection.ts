import type { Payload } from '../../netlink/bytes.js'
import type { DecodeContext } from '../../netlink/codec.js'
import type { Place } from '../world/place.js'
import { NamespaceMemory } from './namespaceMemory.js'

/** What a message said, with the names that links had then by their indices. */
interface Known<T> {
  readonly value: T
  readonly references: readonly (readonly [index: number, name: string | number])[]
}

/** What messages of a dump said, by their bytes. */
export type Recollections<T> = NamespaceMemory<ReadonlyMap<string, Known<T>>>

/** How many dumps are remembered: those of a few namespaces, of two families each. */
const capacity = 16

/** How many messages of a dump are remembered: some megabytes. */
const mostRemembered = 4096

export function recollections<T>(): Recollections<T> {
  return new NamespaceMemory(capacity)
}

/**
 * Reads the messages of a dump. Comparing the bytes of a message takes a tenth of the time of reading them, and mostly few
 * objects have changed since the last dump: what was read then is used again.
 */
export class Recollection<T> {
  readonly #memory: Recollections<T>
  readonly #place: Place
  readonly #part: string
  readonly #before: ReadonlyMap<string, Known<T>>
  readonly #now = new Map<string, Known<T>>()

  /** @param part of the namespace which the dump is about */
  constructor(memory: Recollections<T>, place: Place, part: string) {
    this.#memory = memory
    this.#place = place
    this.#part = part
    this.#before = memory.get(place, part) ?? new Map()
  }

  decode(body: Payload, names: DecodeContext, read: (body: Payload, context: DecodeContext) => T): T {
    const { buffer, byteOffset } = body.bytes
    const bytes = Buffer.from(buffer, byteOffset + body.start, body.length).toString('latin1')
    const before = this.#before.get(bytes)
    const known = before?.references.every(([index, name]) => names.linkName(index) === name)
      ? before
      : knownOf(body, names, read)
    if (this.#now.size < mostRemembered) this.#now.set(bytes, known)
    return known.value
  }

  /** Keeps what was read for the next dump. */
  keep(): void {
    this.#memory.set(this.#place, this.#now, this.#part)
  }
}

function knownOf<T>(body: Payload, names: DecodeContext, read: (body: Payload, context: DecodeContext) => T): Known<T> {
  const references: [number, string | number][] = []
  const linkName = (index: number): string | number => {
    const name = names.linkName(index)
    references.push([index, name])
    return name
  }
  return { value: read(body, { linkName }), references }
}
