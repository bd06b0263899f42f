import { isUint8Array } from 'node:util/types'
import { checkedPiece } from './checkRouteInput.js'
import { Awaited, given, type RouteReadOptions, throwIfAborted } from './routeReading.js'
import type { RouteSetParts, RouteTextOptions } from './routeSet.js'
import { routesFromText } from './routeText.js'
import { magicSize, routesFromSaved, savedMagicOf } from './savedRoutes.js'

type Piece = string | Uint8Array

/** Text, or what `ip route save` wrote, in whole or in pieces. */
export type RouteSource = string | Uint8Array | Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>

/** {@link RouteTextOptions}, with names that are looked up only for what has indices. */
export interface RouteSourceOptions extends RouteTextOptions {
  readonly linkNames?: () => Promise<(index: number) => string | undefined>
}

/** Reads routes, whichever way they are written. */
export async function routesFrom(
  source: RouteSource,
  { linkNames, ...options }: RouteSourceOptions,
): Promise<RouteSetParts> {
  const pieces = piecesOf(source, options)
  const first: Piece[] = []
  let begin = new Uint8Array(0)
  while (begin.length < magicSize) {
    const { value, done } = await pieces.next()
    if (done) break
    first.push(value)
    if (typeof value === 'string') break
    begin = Buffer.concat([begin, value])
  }
  const all = chained(first, pieces)
  if (!savedMagicOf(begin)) return await routesFromText(all, options)
  const linkName = options.linkName ?? (await linkNames?.())
  return await routesFromSaved(all, linkName ? { ...options, linkName } : options)
}

async function* piecesOf(source: RouteSource, options: RouteReadOptions): AsyncGenerator<Piece, undefined> {
  throwIfAborted(options.signal)
  if (typeof source === 'string' || isUint8Array(source)) yield source
  else if (Symbol.asyncIterator in source) {
    for await (const piece of new Awaited(source, options)) yield checkedPiece(piece)
  } else {
    for (const piece of given(source)) {
      yield checkedPiece(piece)
      throwIfAborted(options.signal)
    }
  }
  return undefined
}

async function* chained(first: readonly Piece[], rest: AsyncGenerator<Piece, undefined>): AsyncGenerator<Piece> {
  yield* first
  yield* rest
}
