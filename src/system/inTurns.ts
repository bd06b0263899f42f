import { addToGroup } from '../grouped.js'
import { rest, turnIsLong } from './turns.js'

/** How many items, of some microseconds each, come between looks at the clock. */
const itemsBetween = 8

/** Does something with each item; the event loop gets its turn in between where that takes long. */
export async function eachInTurns<T>(items: Iterable<T>, work: (item: T) => void): Promise<void> {
  let count = 0
  for (const item of items) {
    if (++count % itemsBetween === 0 && turnIsLong()) await rest()
    work(item)
  }
}

/** The items that share a key, in their order; the event loop gets its turn in between where that takes long. */
export async function groupedInTurns<T>(items: Iterable<T>, keyOf: (item: T) => string): Promise<Map<string, T[]>> {
  const groups = new Map<string, T[]>()
  await eachInTurns(items, (item) => addToGroup(groups, keyOf(item), item))
  return groups
}

/** Whether something holds of each item; the event loop gets its turn in between where that takes long. */
export async function everyInTurns<T>(items: readonly T[], holds: (item: T) => boolean): Promise<boolean> {
  let count = 0
  for (const item of items) {
    if (++count % itemsBetween === 0 && turnIsLong()) await rest()
    if (!holds(item)) return false
  }
  return true
}

/** Maps items; the event loop gets its turn in between where that takes long. */
export async function mapInTurns<T, R>(items: Iterable<T>, map: (item: T) => R): Promise<R[]> {
  const mapped: R[] = []
  await eachInTurns(items, (item) => mapped.push(map(item)))
  return mapped
}
