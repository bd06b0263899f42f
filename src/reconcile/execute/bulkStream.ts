import type { NetworkError } from '../../error.js'
import { findAttribute } from '../../netlink/attribute.js'
import { align4, littleEndian, Payload } from '../../netlink/bytes.js'
import type { EncodeContext } from '../../netlink/codec.js'
import { headerSize, type NetlinkMessage } from '../../netlink/message.js'
import type { MessageStream, Written } from '../../netlink/stream.js'
import type { PackedRoutes } from '../../rtnetlink/packed/packedRoutes.js'
import { type PackedRows, prefixOfRow, wordsOf } from '../../rtnetlink/packed/packedRows.js'
import { singleOperation } from '../steps/bulkOperation.js'
import { messagesOf } from '../steps/messages.js'
import type { BulkChange } from '../steps/operation.js'

/** struct rtmsg, behind which attributes begin; RTA_DST: include/uapi/linux/rtnetlink.h */
const attributesStart = headerSize + 12
const RTA_DST = 1
/** A destination all of whose bits are sent, to be written over. */
const standIn = { inet: '255.255.255.255/32', inet6: 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128' } as const

/** So many ways, of some 20 microseconds each, are met before what was written is sent: the event loop is not held up. */
const templatesAtOnce = 128

/** The messages of one way, one after another. */
interface Template {
  readonly bytes: Uint8Array
  /** Where each message begins. */
  readonly starts: readonly number[]
  readonly flags: readonly number[]
  /** Where the destination of each is. */
  readonly destinations: readonly number[]
}

/** Writes the messages of many routes of one family: the bytes of each way are made once. */
export class BulkStream implements MessageStream {
  readonly subject: string
  readonly count: number
  readonly #rows: PackedRows
  readonly #ways: readonly BulkChange[]
  readonly #context: EncodeContext
  readonly #order: Uint32Array | undefined
  readonly #isGone: (message: NetlinkMessage, error: NetworkError) => boolean
  readonly #templates: (Template | undefined)[] = []
  readonly #words: number
  #templateCount = 0

  /** @param order the rows in the order in which they are to be sent; as they are without */
  constructor(
    changes: PackedRoutes<BulkChange>,
    rows: PackedRows,
    order: Uint32Array | undefined,
    context: EncodeContext,
    isGone: (message: NetlinkMessage, error: NetworkError) => boolean,
  ) {
    this.#rows = rows
    this.#ways = changes.ways
    this.#order = order
    this.#context = context
    this.#isGone = isGone
    this.#words = wordsOf(rows.family)
    this.count = rows.count
    this.subject = `${rows.count} routes`
  }

  /** The row of an item. */
  rowOf(item: number): number {
    return this.#order ? (this.#order[item] ?? 0) : item
  }

  isHarmless(error: NetworkError, message: NetlinkMessage): boolean {
    return this.#isGone(message, error)
  }

  messageOf(item: number, position: number): NetlinkMessage {
    const row = this.rowOf(item)
    const message = this.#build(this.#rows.ways[row] ?? 0, prefixOfRow(this.#rows, row))[position]
    if (!message) throw new RangeError(`item ${item} has no message ${position}`)
    return message
  }

  #build(way: number, to: string): NetlinkMessage[] {
    const change = this.#ways[way]
    return change ? messagesOf(singleOperation(change.operation, to), this.#context) : []
  }

  write(view: DataView, item: number, sequence: number, most: number, flags: number, itemOf: Uint32Array): Written {
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
    const { lengths, ways, addresses } = this.#rows
    let next = item
    let messages = 0
    let length = 0
    let last = 0
    const mostKnown = this.#templateCount + templatesAtOnce
    for (; next < this.count; next++) {
      if (this.#templateCount >= mostKnown) break
      const row = this.rowOf(next)
      const prefixLength = lengths[row] ?? 0
      // Without bits no destination is sent, so that the message is another one.
      const template = prefixLength === 0 ? this.#special(row) : this.#templateOf(ways[row] ?? 0)
      const { starts, destinations } = template
      const fits = length + template.bytes.length <= bytes.length && messages + starts.length <= most
      if (!fits && next > item) break
      bytes.set(template.bytes, length)
      for (let index = 0; index < starts.length; index++) {
        last = length + (starts[index] ?? 0)
        view.setUint16(last + 6, (template.flags[index] ?? 0) | flags, littleEndian)
        view.setUint32(last + 8, sequence + messages, littleEndian)
        itemOf[messages++] = next
        if (prefixLength === 0) continue
        bytes[last + headerSize + 1] = prefixLength
        const destination = length + (destinations[index] ?? 0)
        for (let word = 0; word < this.#words; word++) {
          view.setUint32(destination + word * 4, addresses[row * this.#words + word] ?? 0)
        }
      }
      length += template.bytes.length
    }
    return { bytes: length, messages, next, last }
  }

  #special(row: number): Template {
    return templateOf(this.#build(this.#rows.ways[row] ?? 0, prefixOfRow(this.#rows, row)))
  }

  #templateOf(way: number): Template {
    const known = this.#templates[way]
    if (known) return known
    const template = templateOf(this.#build(way, standIn[this.#rows.family]))
    this.#templates[way] = template
    this.#templateCount++
    return template
  }
}

function templateOf(messages: readonly NetlinkMessage[]): Template {
  const starts: number[] = []
  let length = 0
  for (const message of messages) {
    starts.push(length)
    length += align4(message.bytes.length)
  }
  const bytes = new Uint8Array(length)
  for (const [index, message] of messages.entries()) bytes.set(message.bytes, starts[index])
  return {
    bytes,
    starts,
    flags: messages.map(({ flags }) => flags),
    destinations: messages.map((message, index) => (starts[index] ?? 0) + destinationIn(message)),
  }
}

/** Where the bytes of the destination begin in a message; 0 where it has none. */
function destinationIn({ bytes }: NetlinkMessage): number {
  return findAttribute(new Payload(bytes, undefined, attributesStart), RTA_DST)?.start ?? 0
}
