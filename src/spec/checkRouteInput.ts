import { isUint8Array } from 'node:util/types'
import { NetworkError } from '../error.js'
import { type Allowed, abortSignal, callback, checkAllowed, deadline, text } from '../system/optionValues.js'
import type { RouteReadOptions } from './routeReading.js'
import type { RouteTextOptions } from './routeSet.js'

const readValues: Allowed<RouteReadOptions> = { signal: abortSignal, timeout: deadline }
const textValues: Allowed<RouteTextOptions> = { ...readValues, name: text, linkName: callback }

/** Refuses what `RouteSet.from` cannot take routes from; a text could be gone through, but has no routes of a spec. */
export function checkItems(routes: unknown, options: object): void {
  checkAllowed(options, readValues, 'RouteSet.from')
  if (!isIterable(routes) || typeof routes === 'string') {
    throw refused('RouteSet.from', routes, 'gives no routes one by one; RouteSet.parse reads text')
  }
}

/** Refuses what `RouteSet.parse` cannot read. */
export function checkSource(source: unknown, options: object): void {
  checkAllowed(options, textValues, 'RouteSet.parse')
  if (!isIterable(source))
    throw refused('RouteSet.parse', source, 'is neither text nor bytes, nor gives pieces of these')
}

/** A piece of text or of what `ip route save` wrote, as a program without types may give anything. */
export function checkedPiece(piece: unknown): string | Uint8Array {
  if (typeof piece === 'string' || isUint8Array(piece)) return piece
  throw refused('cannot read routes', piece, 'is a piece of the source, and neither text nor bytes')
}

function isIterable(value: unknown): boolean {
  if (typeof value === 'string') return true
  return typeof value === 'object' && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value)
}

function refused(call: string, value: unknown, what: string): NetworkError {
  const shown = typeof value === 'string' ? 'a text' : typeof value === 'object' && value ? 'an object' : String(value)
  return new NetworkError('INVALID_ARGUMENT', `${call}: ${shown} ${what}`)
}
