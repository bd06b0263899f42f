import { walkAttributes } from '../netlink/attribute.js'
import { align4, littleEndian, type Payload } from '../netlink/bytes.js'
import { MalformedError, withoutNames } from '../netlink/codec.js'
import { decodeLink } from './decodeLink.js'
import type { ListedLink } from './link.js'
import { linkAttributes, linkHeader } from './linkAttributes.js'

/** What each link has for itself, of the attributes that are a property of the same name and say nothing of others. */
const ownProperties = ['mac', 'name', 'alias', 'altNames', 'permanentMac'] as const
type OwnProperty = (typeof ownProperties)[number]

const ownByType = new Map(ownProperties.map((name) => [linkAttributes.lines[name].type, name]))

const wordSize = 4
const attributeHeaderSize = 4

/** Bytes from one to before another. */
interface Range {
  readonly start: number
  readonly end: number
}

/** An attribute with its header and what fills it up. */
interface OwnAttribute extends Range {
  readonly name: OwnProperty
  /** Its number as it stands there, with its flags. */
  readonly type: number
}

/** A link, and the names of the links that it refers to, by their indices. */
export interface ReadLink {
  readonly link: ListedLink
  readonly references: readonly (readonly [index: number, name: string | undefined])[]
}

/** A link that was read, and what another message must have in common with its own to be of a link like it. */
interface Template {
  readonly read: ReadLink
  readonly words: Uint32Array
  /** The words that must be the same. */
  readonly fixed: readonly Range[]
  readonly own: readonly OwnAttribute[]
}

/**
 * Reads the settings of links. Of many links most are alike but for their names, addresses and counters: where all else
 * in a message is byte by byte that of the last one of its length, it is not read again.
 */
export class LikeLinks {
  readonly #names: ReadonlyMap<number, string>
  readonly #lastByLength = new Map<number, Template>()

  /** @param names of all links, by their indices */
  constructor(names: ReadonlyMap<number, string>) {
    this.#names = names
  }

  /** Reads a message that begins with the first byte of an array of its own. */
  decode(body: Payload): ReadLink {
    const { buffer, byteOffset, length } = body.bytes
    if (length % wordSize !== 0 || byteOffset % wordSize !== 0) return this.#read(body)
    const words = new Uint32Array(buffer, byteOffset, length / wordSize)
    const last = this.#lastByLength.get(length)
    if (last && isLike(last, words, body)) {
      const { link, references } = last.read
      const own = ownOf(last, body)
      if (own) return { link: { ...link, ...own }, references }
    }
    const ignored: Range[] = []
    const read = this.#read(body, ignored)
    this.#lastByLength.set(length, templateOf(read, words, body, ignored))
    return read
  }

  #read(body: Payload, ignored: Range[] = []): ReadLink {
    const references: [number, string | undefined][] = []
    const link = decodeLink(body, {
      settingsOnly: true,
      linkName: (index) => {
        const name = this.#names.get(index)
        references.push([index, name])
        return name ?? index
      },
      ignored,
    })
    return { link, references }
  }
}

const indexRange: Range = {
  start: linkHeader.fields.index.offset,
  end: linkHeader.fields.index.offset + wordSize,
}

function templateOf(read: ReadLink, words: Uint32Array, body: Payload, ignored: readonly Range[]): Template {
  const own: OwnAttribute[] = []
  const visit = (type: number, start: number, end: number): void => {
    const name = ownByType.get(type)
    if (!name || !(name in read.link)) return
    const header = start - attributeHeaderSize
    own.push({ name, type: rawTypeOf(body, header), start: header, end: align4(end) })
  }
  walkAttributes(body, visit, linkHeader.size)
  return { read, words, fixed: wordsOutside([indexRange, ...own, ...ignored], words.length), own }
}

/** The runs of words that no range touches. */
function wordsOutside(ranges: readonly Range[], count: number): Range[] {
  const runs: Range[] = []
  let start = 0
  for (const range of ranges.toSorted((a, b) => a.start - b.start)) {
    const end = range.start / wordSize
    if (end > start) runs.push({ start, end })
    start = Math.max(start, align4(range.end) / wordSize)
  }
  if (count > start) runs.push({ start, end: count })
  return runs
}

function isLike({ words, fixed, own }: Template, others: Uint32Array, body: Payload): boolean {
  for (const { start, end } of fixed) {
    for (let word = start; word < end; word++) if (words[word] !== others[word]) return false
  }
  return own.every(
    ({ type, start, end }) => align4(lengthOf(body, start)) === end - start && rawTypeOf(body, start) === type,
  )
}

/** What a link has for itself; `undefined` where these are not the properties of the template. */
function ownOf({ own }: Template, body: Payload): Partial<ListedLink> | undefined {
  const values: Record<string, unknown> = {
    index: linkHeader.fields.index.codec.decode(body.slice(indexRange.start), withoutNames),
  }
  try {
    for (const { name, start } of own) {
      const payload = body.slice(start + attributeHeaderSize, start + lengthOf(body, start))
      const value = linkAttributes.lines[name].codec.decode(payload, withoutNames)
      // A list of none is no property.
      if (value.length === 0) return undefined
      values[name] = value
    }
  } catch (error) {
    if (error instanceof MalformedError) return undefined
    throw error
  }
  return values
}

// struct nlattr: include/uapi/linux/netlink.h
function lengthOf({ view }: Payload, header: number): number {
  return view.getUint16(header, littleEndian)
}

function rawTypeOf({ view }: Payload, header: number): number {
  return view.getUint16(header + 2, littleEndian)
}
