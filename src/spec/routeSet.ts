import { NetworkError } from '../error.js'
import { attempt, type Result } from '../result.js'
import { firstRows } from '../rtnetlink/packed/firstRows.js'
import { PackedRoutes } from '../rtnetlink/packed/packedRoutes.js'
import { type PackedRows, prefixOfRow } from '../rtnetlink/packed/packedRows.js'
import { rowsTo } from '../rtnetlink/packed/rowsTo.js'
import type { RouteReadOptions } from './routeReading.js'
import { routeSetBrand } from './routeSetBrand.js'
import type { RouteSource } from './routeSource.js'
import { isPassing, tellsEncapsulations, writeWords } from './routeWords.js'
import { heedFailure } from './streamFailure.js'
import type { RouteSpec } from './types.js'

/** Where the rows of a family came from: from each row on, how far the number of their item or line is ahead. */
export type Origins = readonly (readonly [row: number, ahead: number])[]

/** What a {@link RouteSet} is made of. @internal */
export interface RouteSetParts {
  /** The ways are routes to `default`, with their family. */
  readonly packed: PackedRoutes<RouteSpec>
  readonly origins: { readonly inet: Origins; readonly inet6: Origins }
  /** What the text is called whose lines origins count; they count items without. */
  readonly name?: string
}

/** How routes are read. */
export interface RouteTextOptions extends RouteReadOptions {
  /** What errors call the text, such as the name of its file. Default `routes`. */
  readonly name?: string
  /**
   * The name of the link of an index, for what `ip route save` wrote, which has no names of links. Without it, a route
   * through a link is an error there.
   */
  readonly linkName?: (index: number) => string | undefined
}

/** What of a route cannot be written as words. */
function untoldOf({ to: _to, ...properties }: RouteSpec): string | undefined {
  if (properties.absent) return 'is absent'
  // One would begin a comment, the other let the line go on.
  const links = [properties, ...(properties.nexthops ?? [])].map(({ dev }) => dev ?? '')
  if (links.some((dev) => /^#|\\$/.test(dev))) return 'goes through a link with a name'
  return tellsEncapsulations(properties) ? undefined : 'has something of an encapsulation'
}

/** What stands before a route's destination on a line, and what behind it. */
function wordsAround(way: RouteSpec): { readonly before: string; readonly behind: string } {
  // As a command it is no line of what goes by itself, which would be left out.
  const verb = isPassing(way) ? 'add ' : ''
  const type = way.type === undefined || way.type === 'unicast' ? '' : `${way.type} `
  const words = writeWords(way)
  return { before: verb + type, behind: words === '' ? '' : ` ${words}` }
}

/** What was found by going over a whole set once: there can be as many problems as routes. */
const wayNumbersOf = new WeakMap<readonly RouteSpec[], Map<RouteSpec, number>>()

function numberOfWay({ ways }: PackedRoutes<RouteSpec>, way: RouteSpec): number {
  const known = wayNumbersOf.get(ways) ?? new Map(ways.map((one, number) => [one, number]))
  wayNumbersOf.set(ways, known)
  return known.get(way) ?? -1
}

/** The first row of a way in each family, or all that lead to a destination. */
function* rowsOf(
  packed: PackedRoutes<RouteSpec>,
  way: number,
  to?: string,
): Generator<{ rows: PackedRows; row: number }> {
  for (const rows of [packed.inet, packed.inet6]) {
    for (const row of to === undefined ? [firstRows(rows)[way] ?? -1] : rowsTo(rows, to)) {
      if (row >= 0 && rows.ways[row] === way) yield { rows, row }
    }
  }
}

/**
 * Many routes in little memory: 9 bytes an IPv4 route and 21 an IPv6 route, and once whatever they share. A spec takes
 * it in place of a list of routes, or among them. It cannot be changed.
 *
 * It iterates over routes as a spec has them, one at a time, IPv4 before IPv6.
 */
export class RouteSet implements Iterable<RouteSpec> {
  readonly #parts: RouteSetParts
  /** @internal */
  readonly [routeSetBrand] = true

  /** @internal */
  constructor(parts: RouteSetParts) {
    this.#parts = parts
  }

  /** Packs routes of a spec, which may come one by one. Each is checked as a spec is; the error tells of all problems. */
  static from(
    routes: Iterable<RouteSpec> | AsyncIterable<RouteSpec>,
    options: RouteReadOptions = {},
  ): Promise<Result<RouteSet>> {
    heedFailure(routes)
    return attempt(async () => {
      const [{ checkItems }, { routesFromItems }] = await Promise.all([
        import('./checkRouteInput.js'),
        import('./routeItems.js'),
      ])
      checkItems(routes, options)
      return new RouteSet(await routesFromItems(routes, options))
    })
  }

  /**
   * Reads routes from text, a line a route: as `ip route show` prints them, as `ip -batch` takes them
   * (`route add 10.0.0.0/8 via 10.0.0.1 dev eth0`, without the first two words as well), or in short: prefix, gateway,
   * link, metric (`10.0.0.0/8 10.0.0.1 eth0 100`). `#` begins a comment, and a backslash at the end of a line lets it go
   * on in the next one. The family of `default` is told by an address, by `-6` in front, or by `pref`. Of a route with
   * `nhid` what is shown of its nexthop object is left out, and so are routes that expire. The text may come in pieces,
   * and no line of it stays in memory. Errors tell the line and column of all problems.
   *
   * What `ip route save` writes is read as well, known by how it begins; several such files may follow each other. As in
   * a snapshot, routes of the kernel, of redirects and of router advertisements are left out. It has to be from a
   * machine of the same byte order, and the first problem, told by its byte, ends reading.
   */
  static parse(source: RouteSource, options: RouteTextOptions = {}): Promise<Result<RouteSet>> {
    heedFailure(source)
    return attempt(async () => {
      const [{ checkSource }, { routesFrom }] = await Promise.all([
        import('./checkRouteInput.js'),
        import('./routeSource.js'),
      ])
      checkSource(source, options)
      return new RouteSet(await routesFrom(source, options))
    })
  }

  /** How many routes there are. */
  get size(): number {
    return this.#parts.packed.size
  }

  /** The bytes that the routes take, without what they share. */
  get memory(): number {
    return this.#parts.packed.bytes
  }

  /** The same routes, to be removed: in a spec, each is `absent: true`. */
  absent(): RouteSet {
    const { ways, inet, inet6 } = this.#parts.packed
    const absent = ways.map((way) => ({ ...way, absent: true }))
    return new RouteSet({ ...this.#parts, packed: new PackedRoutes(absent, inet, inet6) })
  }

  /** The routes as a spec has them, one at a time. */
  *[Symbol.iterator](): Generator<RouteSpec> {
    for (const { to, way } of this.#parts.packed) {
      const { family, to: _to, ...properties } = way
      const isDefault = to === '0.0.0.0/0' || to === '::/0'
      yield {
        to: isDefault ? 'default' : to,
        ...(isDefault && family === 'inet6' ? { family } : {}),
        ...properties,
      }
    }
  }

  /**
   * The routes as lines of text that {@link RouteSet.parse} reads and `ip route add` takes, in pieces of many lines.
   *
   * @throws NetworkError `INVALID_ARGUMENT` at once, where a route has what no text says: one that is absent, or whose
   * encapsulation has an option without a word, such as a link by its index
   */
  toText(): Generator<string> {
    const { packed } = this.#parts
    for (const [number, way] of packed.ways.entries()) {
      const untold = untoldOf(way)
      if (untold === undefined) continue
      for (const { rows, row } of rowsOf(packed, number)) {
        const first = prefixOfRow(rows, row)
        throw new NetworkError('INVALID_ARGUMENT', `the route to ${first} ${untold}, which no text says`, {
          object: `route ${first}`,
        })
      }
    }
    return this.#pieces()
  }

  *#pieces(): Generator<string> {
    const around = new Map<RouteSpec, { readonly before: string; readonly behind: string }>()
    let piece = ''
    for (const { to, way } of this.#parts.packed) {
      let words = around.get(way)
      if (words === undefined) {
        words = wordsAround(way)
        around.set(way, words)
      }
      piece += `${words.before}${to}${words.behind}\n`
      if (piece.length < 1 << 16) continue
      yield piece
      piece = ''
    }
    if (piece !== '') yield piece
  }

  /** A list of routes, for `JSON.stringify`. Each becomes an object: for very many rather iterate. */
  toJSON(): RouteSpec[] {
    return [...this]
  }

  /** @internal */
  get packed(): PackedRoutes<RouteSpec> {
    return this.#parts.packed
  }

  /** The same routes as another object, which has a place of its own in a spec. @internal */
  copy(): RouteSet {
    return new RouteSet(this.#parts)
  }

  /**
   * Where a route of a way came from, the first one or one to a prefix: the number of its item, or its line.
   * @param further how many such routes are before it
   * @internal
   */
  locate(way: RouteSpec, to?: string, further = 0): { readonly number: number; readonly line?: string } | undefined {
    const { origins, name, packed } = this.#parts
    let left = further
    for (const { rows, row } of rowsOf(packed, numberOfWay(packed, way), to)) {
      if (left-- > 0) continue
      const ahead = origins[rows.family].findLast(([from]) => from <= row)?.[1]
      if (ahead === undefined) return undefined
      const number = row + ahead
      return name === undefined ? { number } : { number, line: `${name}, line ${number}` }
    }
    return undefined
  }
}
