import { eachInTurns } from '../../system/inTurns.js'
import { fromJson, toJson } from './plainData.js'

/** A shorter list is no work. */
const longList = 32

/**
 * JSON of plain data in parts, each of which is little work: a long list stands there as its length, and its items are
 * parts of their own, behind the parts of the lists that were met before.
 */
export function* partsOf(value: unknown): Generator<string> {
  const lists: (readonly unknown[])[] = [[value]]
  const apart = (list: readonly unknown[]): unknown => {
    if (list.length <= longList) return list
    lists.push(list)
    return { $list: list.length }
  }
  for (const list of lists) for (const item of list) yield toJson(item, apart)
}

/** A list whose items are yet to come. */
interface Awaited {
  readonly list: unknown[]
  readonly count: number
}

/** Reads, in turns of the event loop, what {@link partsOf} wrote; throws a `SyntaxError` where it is something else. */
export async function fromParts(parts: Iterable<string>): Promise<unknown> {
  const whole: unknown[] = []
  const lists: Awaited[] = [{ list: whole, count: 1 }]
  let position = 0
  await eachInTurns(parts, (text) => {
    while (isFull(lists[position])) position++
    const current = lists[position]
    if (!current) throw new SyntaxError('there is a part that belongs to no list')
    const item = fromJson(text)
    // Looking at each value takes several times as long.
    current.list.push(text.includes('"$list"') ? withLists(item, lists) : item)
  })
  if (!lists.every(isFull)) throw new SyntaxError('parts are missing')
  return whole[0]
}

function isFull(awaited: Awaited | undefined): boolean {
  return awaited !== undefined && awaited.list.length === awaited.count
}

/** A value with lists, still empty, in the places where their lengths stand. */
function withLists(value: unknown, lists: Awaited[]): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  if ('$list' in value && typeof value.$list === 'number') {
    const list: unknown[] = []
    lists.push({ list, count: value.$list })
    return list
  }
  for (const [name, inner] of Object.entries(value)) Reflect.set(value, name, withLists(inner, lists))
  return value
}
