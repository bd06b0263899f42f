import type { Lines } from './attributeLine.js'
import { type Reader, readerOf } from './attributeReader.js'
import { unknownProperty } from './invalidValue.js'
import { Shape } from './shape.js'

/** What follows from the lines of a table. */
export interface TableLayout<T extends object> {
  readonly byType: ReadonlyMap<number, readonly (keyof T & string)[]>
  /** The properties that are written, of bits of an attribute the first. */
  readonly written: readonly (keyof T & string)[]
  /** Which of these each property is written with. */
  readonly places: ReadonlyMap<string, readonly number[]>
  readonly readers: ReadonlyMap<number, readonly Reader[]>
  /** Those without what only tells of a state. */
  readonly settingReaders: ReadonlyMap<number, readonly Reader[]>
  readonly shape: Shape
  readonly conditional: readonly (keyof T & string)[]
  readonly withAbsent: readonly (keyof T & string)[]
}

/** Works out what follows from lines. */
export function layoutOf<T extends object>(lines: Lines<T>, names: readonly (keyof T & string)[]): TableLayout<T> {
  const byType = new Map<number, (keyof T & string)[]>()
  for (const name of names) {
    const { type, ipv6Type = type, toldIn, outer, separate } = lines[name]
    // The numbers of the message's own attributes are others than those of the options.
    if (outer || separate) continue
    for (const number of new Set([type, ipv6Type, toldIn?.type ?? type]))
      byType.set(number, [...(byType.get(number) ?? []), name])
  }
  const readersOf = (isRead: (name: keyof T & string) => boolean): Map<number, Reader[]> =>
    new Map(
      [...byType].map(([type, owners]) => [
        type,
        owners.filter(isRead).map((name) => readerOf(name, lines[name], type)),
      ]),
    )
  const written = names.filter((name) => {
    const { type, bit, outer, separate } = lines[name]
    return !outer && !separate && (bit === undefined || byType.get(type)?.[0] === name)
  })
  const placesOf = (name: keyof T & string): number[] => {
    const { type, bit, countsBy } = lines[name]
    const firstOf = (number: number): number => written.indexOf(byType.get(number)?.[0] ?? name)
    const places = [bit === undefined ? written.indexOf(name) : firstOf(type), countsBy ? firstOf(countsBy.type) : -1]
    return places.filter((place) => place >= 0)
  }
  return {
    byType,
    written,
    places: new Map(names.map((name) => [name, placesOf(name)])),
    readers: readersOf(() => true),
    settingReaders: readersOf((name) => !lines[name].state),
    shape: new Shape(),
    conditional: names.filter((name) => lines[name].countsBy !== undefined),
    withAbsent: names.filter((name) => lines[name].absent !== undefined),
  }
}

/** What has to be written for some values, in the order of the table: few are given of many. */
export function dueNames<T extends object>(values: T, { written, places }: TableLayout<T>): (keyof T & string)[] {
  const due: number[] = []
  for (const [name, value] of Object.entries(values)) {
    const own = places.get(name)
    if (own) for (const place of own) due.push(place)
    else if (value !== undefined) throw unknownProperty(name, places.keys())
  }
  due.sort((a, b) => a - b)
  return due.flatMap((place, index) => (due[index - 1] === place ? [] : (written[place] ?? [])))
}
