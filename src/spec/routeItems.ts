import { rest } from '../system/turns.js'
import { Awaited, failed, type RouteReadOptions, throwIfAborted } from './routeReading.js'
import type { RouteSetParts } from './routeSet.js'
import { RouteSetBuilder } from './routeSetBuilder.js'
import type { RouteSpec } from './types.js'

/** How many items are taken between looks at the clock. */
const itemsALook = 32

/** Packs routes of a spec. */
export async function routesFromItems(
  items: Iterable<RouteSpec> | AsyncIterable<RouteSpec>,
  options: RouteReadOptions = {},
  numbers?: Uint32Array,
): Promise<RouteSetParts> {
  throwIfAborted(options.signal)
  const builder = new RouteSetBuilder()
  let position = 0
  const take = (item: unknown): void => addItem(builder, item, numbers?.[position] ?? position)
  const look = async (): Promise<void> => {
    await rest()
    throwIfAborted(options.signal)
  }
  // What is thrown between two items is the source's.
  let isOurs = false
  try {
    if (Symbol.asyncIterator in items) {
      const isBounded = options.signal !== undefined || options.timeout !== undefined
      for await (const item of isBounded ? new Awaited(items, options) : items) {
        isOurs = true
        take(item)
        if (++position % itemsALook === 0) await look()
        isOurs = false
        if (builder.full) break
      }
    } else {
      for (const item of items) {
        isOurs = true
        take(item)
        if (++position % itemsALook === 0) await look()
        isOurs = false
        if (builder.full) break
      }
    }
  } catch (error) {
    throw isOurs ? error : failed(error)
  }
  return builder.finish()
}

function addItem(builder: RouteSetBuilder, item: unknown, number: number): void {
  const note = (problems: readonly { path: string; message: string }[]): void => {
    for (const problem of problems) builder.problems.push({ ...problem, path: `/${number}${problem.path}` })
  }
  const isRoute = typeof item === 'object' && item !== null && 'to' in item && typeof item.to === 'string'
  const to = isRoute ? String(item.to) : ''
  builder.add(to, isRoute ? signatureOf(item) : '', number, () => item, note)
}

/** All properties but the destination, as a text that no other ones have. */
function signatureOf(route: object): string {
  let signature = ''
  for (const name in route) {
    if (name === 'to') continue
    const value: unknown = route[name as keyof typeof route]
    signature += typeof value === 'string' ? `${name}"${value}"` : `${name}=${plain(value)};`
  }
  return signature
}

function plain(value: unknown): string {
  if (typeof value !== 'object') return typeof value === 'bigint' ? `${value}n` : String(value)
  try {
    return JSON.stringify(value)
  } catch {
    // No route can have it, so that no other one has the same signature: only those of valid routes are kept.
    return '?'
  }
}
