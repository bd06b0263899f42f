import { formatVlans, type NumberRange } from './vlanRange.js'

/** Something about a number or a range of them. */
interface OfRange {
  readonly id: number | string
}

/** Numbers from first to last that have the same in both lists. */
interface Segment<T> extends NumberRange {
  readonly wanted: T | undefined
  readonly actual: T | undefined
}

/** Cuts two lists of ranges where one of them begins or ends, in order. */
export function* segments<T extends OfRange>(
  wanted: readonly T[],
  actual: readonly T[],
  rangeOf: (id: number | string) => NumberRange,
): Generator<Segment<T>> {
  const cuts = new Set<number>()
  for (const { id } of [...wanted, ...actual]) {
    const { first, last } = rangeOf(id)
    cuts.add(first).add(last + 1)
  }
  const sorted = [...cuts].sort((a, b) => a - b)
  const finders = [wanted, actual].map((list) => finder(list, rangeOf))
  for (const [index, first] of sorted.entries()) {
    const next = sorted[index + 1]
    const [own, other] = finders.map((find) => find(first))
    if (next !== undefined && (own || other)) yield { first, last: next - 1, wanted: own, actual: other }
  }
}

/** Finds the range of a number, asked in ascending order. */
function finder<T extends OfRange>(
  list: readonly T[],
  rangeOf: (id: number | string) => NumberRange,
): (number: number) => T | undefined {
  const ranges = list.map((item) => ({ item, ...rangeOf(item.id) })).sort((a, b) => a.first - b.first)
  let position = 0
  return (number) => {
    while ((ranges[position]?.last ?? number) < number) position++
    const range = ranges[position]
    return range && range.first <= number ? range.item : undefined
  }
}

/**
 * Puts ranges that follow each other together, of an ordered list.
 * @param continues whether one says on from its first number what the one before it says
 */
export function mergedRanges<T extends OfRange>(
  list: readonly T[],
  rangeOf: (id: number | string) => NumberRange,
  continues: (before: T, item: T, first: number) => boolean,
): T[] {
  const result: T[] = []
  for (const item of list) {
    const before = result.at(-1)
    const { first, last } = rangeOf(item.id)
    const range = before && rangeOf(before.id)
    if (before && range?.last === first - 1 && continues(before, item, first)) {
      result[result.length - 1] = { ...before, id: formatVlans({ first: range.first, last }) }
    } else result.push(item)
  }
  return result
}
