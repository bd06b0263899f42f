import type { Family } from '../../ip/address.js'
import { align4, littleEndian, Payload } from '../../netlink/bytes.js'
import type { DecodeContext } from '../../netlink/codec.js'
import type { BodySink } from '../../netlink/dump.js'
import { mapInTurns } from '../../system/inTurns.js'
import { AF_INET, AF_INET6 } from '../constants.js'
import { decodeRoute } from '../decodeRoute.js'
import type { ListedRoute } from '../route.js'
import { PackedRoutes } from './packedRoutes.js'
import { RowsBuilder } from './packedRows.js'

/** struct rtmsg; RTA_DST: include/uapi/linux/rtnetlink.h */
const headerSize = 12
const RTA_DST = 1

/** Bytes of a route message that are not its destination, as 32-bit numbers. */
type Signature = Uint32Array

/**
 * Reads a dump of routes into columns. All bytes of a message but its destination are what tells its way from others;
 * each way is decoded once, when all is read: a datagram may have many that are new.
 */
export class RouteReader implements BodySink {
  readonly #decode: (first: Payload) => ListedRoute | undefined
  /** The message that had a way first. */
  #firsts: Payload[] = []
  #signatures: Signature[] = []
  #known = new Map<number, number[]>()
  #rows = { inet: new RowsBuilder('inet'), inet6: new RowsBuilder('inet6') }
  #scratch = new Uint32Array(64)
  #scratchLength = 0
  #lastWay = -1

  /** @param decode reads the message that had a way first, by default by the names of the context */
  constructor(context: DecodeContext, decode = (first: Payload) => decodeRoute(first, context)) {
    this.#decode = decode
  }

  /** How many ways were read. */
  get wayCount(): number {
    return this.#firsts.length
  }

  /** The way that was read last for the first time, by the route that had it. */
  get newestWay(): ListedRoute | undefined {
    const first = this.#firsts.at(-1)
    return first && this.#decoded(first)
  }

  restart(): void {
    this.#firsts = []
    this.#signatures = []
    this.#known = new Map()
    this.#rows = { inet: new RowsBuilder('inet'), inet6: new RowsBuilder('inet6') }
    this.#lastWay = -1
  }

  add(bytes: Uint8Array, view: DataView, start: number, end: number): void {
    const familyNumber = bytes[start]
    if (start + headerSize > end || (familyNumber !== AF_INET && familyNumber !== AF_INET6)) return
    const family: Family = familyNumber === AF_INET ? 'inet' : 'inet6'
    const destination = this.#sign(view, start, end)
    const way = this.#wayOf(bytes, start, end)
    const length = bytes[start + 1] ?? 0
    const size = family === 'inet' ? 4 : 16
    if (destination < 0 || destination + size > end) this.#rows[family].push(length, way, 0)
    else if (family === 'inet') this.#rows.inet.push(length, way, view.getUint32(destination))
    else {
      this.#rows.inet6.push(
        length,
        way,
        view.getUint32(destination),
        view.getUint32(destination + 4),
        view.getUint32(destination + 8),
        view.getUint32(destination + 12),
      )
    }
  }

  /** What was read; the destination of a way is that of its first route. */
  async finish(): Promise<PackedRoutes<ListedRoute>> {
    const ways = await mapInTurns(this.#firsts, (first) => this.#decoded(first))
    return new PackedRoutes(ways, this.#rows.inet.rows(), this.#rows.inet6.rows())
  }

  /** Notes what tells the way from others, and returns where the destination is; -1 where it is left out. */
  #sign(view: DataView, start: number, end: number): number {
    let scratch = this.#scratch
    if (scratch.length < (end - start) / 4 + 4) {
      scratch = new Uint32Array((end - start) / 2 + 64)
      this.#scratch = scratch
    }
    let length = 0
    // Without the length of the destination.
    scratch[length++] = view.getUint32(start) & 0xff00ffff
    scratch[length++] = view.getUint32(start + 4)
    scratch[length++] = view.getUint32(start + 8)
    let destination = -1
    let position = start + headerSize
    while (position + 4 <= end) {
      const size = view.getUint16(position, littleEndian)
      if (size < 4 || position + size > end) break
      const next = position + align4(size)
      if (view.getUint16(position + 2, littleEndian) === RTA_DST) destination = position + 4
      else {
        let word = position
        for (; word + 4 <= end && word < next; word += 4) scratch[length++] = view.getUint32(word)
        for (; word < end && word < next; word++) scratch[length++] = view.getUint8(word)
      }
      position = next
    }
    this.#scratchLength = length
    return destination
  }

  #wayOf(bytes: Uint8Array, start: number, end: number): number {
    if (this.#lastWay >= 0 && this.#isSigned(this.#lastWay)) return this.#lastWay
    const hash = hashOf(this.#scratch, this.#scratchLength)
    const candidates = this.#known.get(hash)
    let way = candidates?.find((candidate) => this.#isSigned(candidate))
    if (way === undefined) {
      way = this.#firsts.push(new Payload(bytes.slice(start, end))) - 1
      this.#signatures.push(this.#scratch.slice(0, this.#scratchLength))
      if (candidates) candidates.push(way)
      else this.#known.set(hash, [way])
    }
    this.#lastWay = way
    return way
  }

  #decoded(first: Payload): ListedRoute {
    const route = this.#decode(first)
    if (!route) throw new TypeError('the family was looked at before')
    return route
  }

  #isSigned(way: number): boolean {
    const signature = this.#signatures[way]
    if (signature?.length !== this.#scratchLength) return false
    for (let index = 0; index < signature.length; index++) if (signature[index] !== this.#scratch[index]) return false
    return true
  }
}

function hashOf(words: Uint32Array, length: number): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < length; index++) {
    hash = Math.imul(hash ^ (words[index] ?? 0), 0x9e3779b1)
    hash ^= hash >>> 15
  }
  return hash
}
