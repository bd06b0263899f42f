import type { NetworkError } from '../error.js'
import { addressBits } from '../ip/address.js'
import { align4, littleEndian } from '../netlink/bytes.js'
import { MalformedError } from '../netlink/codec.js'
import { headerSize } from '../netlink/message.js'
import { AF_INET, AF_INET6, RTM_NEWROUTE } from '../rtnetlink/constants.js'
import { RouteReader } from '../rtnetlink/packed/routeReader.js'
import { defaultRouteProtocol, type ListedRoute } from '../rtnetlink/route.js'
import { isLasting, linksOfRoute, routeOf } from '../rtnetlink/routeRecord.js'
import { rest } from '../system/turns.js'
import { invalidSpec } from './invalidSpec.js'
import { failed, throwIfAborted } from './routeReading.js'
import type { RouteSetParts, RouteTextOptions } from './routeSet.js'
import { routeToSpec, wayToSpec } from './routeToSpec.js'
import { problemsOfRoute } from './validate.js'

/** route_dump_magic: iproute2, ip/iproute.c; in the byte order of the machine. */
const routeDumpMagic = 0x45311224
export const magicSize = 4

/** struct rtmsg; RTA_DST: include/uapi/linux/rtnetlink.h */
const routeHeaderSize = 12
const RTA_DST = 1

/** The kernel makes no message as long as this. */
const longestMessage = 1 << 20
const messagesALook = 64

/** Whether bytes begin as `ip route save` does, and whether on a machine of this one's byte order. */
export function savedMagicOf(bytes: Uint8Array): 'own' | 'foreign' | undefined {
  if (bytes.length < magicSize) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.getUint32(0, littleEndian) === routeDumpMagic) return 'own'
  return view.getUint32(0, !littleEndian) === routeDumpMagic ? 'foreign' : undefined
}

/** Reads what `ip route save` wrote: RTM_NEWROUTE messages behind a magic number. */
export async function routesFromSaved(
  pieces: AsyncIterable<string | Uint8Array>,
  options: RouteTextOptions,
): Promise<RouteSetParts> {
  const reader = new SavedReader(options)
  let carried: Uint8Array = new Uint8Array(0)
  for await (const piece of pieces) {
    const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece
    const all = carried.length === 0 ? bytes : Buffer.concat([carried, bytes])
    carried = all.subarray(await reader.take(all))
  }
  return reader.finish(carried.length)
}

class SavedReader {
  readonly #name: string
  readonly #linkName: RouteTextOptions['linkName']
  readonly #signal: AbortSignal | undefined
  readonly #routes: RouteReader
  /** What asking for a link's name threw: decoding would take it for something malformed. */
  #unnamed: NetworkError | undefined
  /** Where in the whole what is being taken begins. */
  #offset = 0

  constructor({ name = 'routes', linkName, signal }: RouteTextOptions) {
    this.#name = name
    this.#signal = signal
    this.#linkName = linkName
    this.#routes = new RouteReader({ linkName: (index) => this.#nameOf(index) })
  }

  /** The name of a link, or its index where a program without types gives anything else. */
  #nameOf(index: number): string | number {
    try {
      const name: unknown = this.#linkName?.(index)
      return typeof name === 'string' ? name : index
    } catch (error) {
      this.#unnamed ??= failed(error)
      return index
    }
  }

  /** Takes whole messages, and tells how many bytes they were. */
  async take(bytes: Uint8Array): Promise<number> {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    let position = 0
    for (let count = 1; position + magicSize <= bytes.length; count++) {
      const magic = savedMagicOf(bytes.subarray(position, position + magicSize))
      if (magic === 'foreign') throw this.#wrong(position, 'it was saved on a machine of another byte order')
      if (magic === 'own') {
        position += magicSize
        continue
      }
      const length = view.getUint32(position, littleEndian)
      if (length < headerSize || length > longestMessage) throw this.#wrong(position, 'no message of a route is here')
      if (position + align4(length) > bytes.length) break
      this.#message(bytes, view, position, position + length)
      position += align4(length)
      if (count % messagesALook !== 0) continue
      await rest()
      throwIfAborted(this.#signal)
    }
    this.#offset += position
    return position
  }

  /** @param left how many bytes were left that are no whole message */
  async finish(left: number): Promise<RouteSetParts> {
    if (left > 0) throw this.#wrong(0, `the message that begins here is cut off after ${left} bytes`)
    const kept = await (await this.#routes.finish()).filter(isKept)
    if (this.#unnamed) throw this.#unnamed
    const routes = await kept.map((listed) => wayToSpec(routeOf(listed), defaultRouteProtocol))
    return { packed: routes, origins: { inet: [], inet6: [] } }
  }

  #message(bytes: Uint8Array, view: DataView, start: number, end: number): void {
    if (view.getUint16(start + 4, littleEndian) !== RTM_NEWROUTE || end - start < headerSize + routeHeaderSize) {
      throw this.#wrong(start, 'no message of a route is here')
    }
    const body = start + headerSize
    const family = bytes[body]
    // `ip route save table all` also has the routes of multicast and of MPLS.
    if (family !== AF_INET && family !== AF_INET6) return
    if (!isWellFormed(bytes, view, body, end)) throw this.#wrong(start, 'the route that begins here is malformed')
    const before = this.#routes.wayCount
    let way: ListedRoute | undefined
    try {
      this.#routes.add(bytes, view, body, end)
      if (this.#routes.wayCount > before) way = this.#routes.newestWay
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error
      throw this.#wrong(start, `the route that begins here is malformed: ${error.message}`)
    }
    if (this.#unnamed) throw this.#unnamed
    if (way && isKept(way)) this.#check(way, start)
  }

  /** Whether a spec can have a way, by the first route of it. */
  #check(listed: ListedRoute, position: number): void {
    const route = routeOf(listed)
    const fail = (why: string): never => {
      throw this.#wrong(position, `the route to ${listed.to} ${why}`)
    }
    const [unknown] = listed.unknown ?? []
    if (unknown) fail(`has the attribute ${[...unknown.path, unknown.type].join(' ')}, which is not known or malformed`)
    for (const dev of linksOfRoute(route)) {
      if (typeof dev === 'string') continue
      if (this.#linkName) fail(`goes through the link of index ${dev}, which has no name`)
      fail(`goes through the link of index ${dev}: the option linkName has to tell its name`)
    }
    const wrapped = [route, ...(route.nexthops ?? [])].some(
      ({ encapsulation }) => encapsulation && 'bytes' in encapsulation,
    )
    if (wrapped) fail('has an encapsulation that no spec can tell')
    const [problem] = problemsOfRoute(routeToSpec(route, defaultRouteProtocol))
    if (problem) fail(`can be in no spec: ${problem.message}`)
  }

  #wrong(position: number, what: string): NetworkError {
    return invalidSpec([{ path: '', message: `${this.#name}: byte ${this.#offset + position}: ${what}` }])
  }
}

/** As a snapshot has it. */
function isKept(route: ListedRoute): boolean {
  return !route.cloned && isLasting(route)
}

/** Whether attributes fill a message of IPv4 or IPv6, and the destination is one. */
function isWellFormed(bytes: Uint8Array, view: DataView, body: number, end: number): boolean {
  const bits = addressBits(bytes[body] === AF_INET ? 'inet' : 'inet6')
  const length = bytes[body + 1] ?? 0
  if (length > bits) return false
  let hasDestination = length === 0
  let position = body + routeHeaderSize
  while (position + 4 <= end) {
    const size = view.getUint16(position, littleEndian)
    if (size < 4 || position + size > end) return false
    if (view.getUint16(position + 2, littleEndian) === RTA_DST) {
      if (size !== 4 + bits / 8 || hasHostBits(bytes, position + 4, size - 4, length)) return false
      hasDestination = true
    }
    position += align4(size)
  }
  return hasDestination && position >= end
}

function hasHostBits(bytes: Uint8Array, start: number, size: number, length: number): boolean {
  const whole = length >> 3
  if (whole < size && (bytes[start + whole] ?? 0) & (0xff >> (length & 7))) return true
  for (let index = whole + 1; index < size; index++) if (bytes[start + index] !== 0) return true
  return false
}
