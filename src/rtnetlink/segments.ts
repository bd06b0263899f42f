/** Something about a number or a range of them. */
interface OfRange {
  readonly id: number | string
}

/** The first and the last of a range. */
interface Range {
  readonly first: number
  readonly last: number
}

/** Numbers from first to last that have the same in both lists. */
interface Segment<T> extends Range {
  readonly wanted: T | undefined
  readonly actual: T | undefined
}

/** Cuts two lists of ranges where one of them begins or ends, in order. */
export function* segments<T extends OfRange>(
  wanted: readonly T[],
  actual: readonly T[],
  rangeOf: (id: number | string) => Range,
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
  rangeOf: (id: number | string) => Range,
): (number: number) => T | undefined {
  const ranges = list.map((item) => ({ item, ...rangeOf(item.id) })).sort((a, b) => a.first - b.first)
  let position = 0
  return (number) => {
    while ((ranges[position]?.last ?? number) < number) position++
    const range = ranges[position]
    return range && range.first <= number ? range.item : undefined
  }
}
