import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { Figures } from './scenarios.js'

/** What one comparison found. */
export interface Section {
  readonly title: string
  /** When, where and how often it was measured. */
  readonly how: string
  /** What is to be known about it, written by hand; gone when it is measured anew. */
  readonly remark?: string
  /** The runs of each contender. */
  readonly rows: Readonly<Record<string, readonly Figures[]>>
}

/** All that was measured so far. */
export function load(file: string): Section[] {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : []
}

/** Puts a section in the place of the one that was measured before. */
export function store(file: string, section: Section): void {
  const sections = load(file)
  const place = sections.findIndex(({ title }) => title === section.title)
  sections.splice(place < 0 ? sections.length : place, 1, section)
  writeFileSync(
    file,
    `${JSON.stringify(sections, (_key, value) => (typeof value === 'number' ? Number(value.toPrecision(5)) : value))}\n`,
  )
}

export const sorted = (numbers: readonly number[]): number[] => [...numbers].sort((a, b) => a - b)
export const median = (numbers: readonly number[]): number => sorted(numbers)[numbers.length >> 1] ?? Number.NaN

/** The median of one figure of a contender. */
export function medianOf(rows: readonly Figures[] | undefined, key: string): number {
  return median((rows ?? []).flatMap((row) => row[key] ?? []))
}

/** What a contender is judged by: bits per second where there are any, else packets. */
export const keyOf = (rows: readonly Figures[]): string => (rows.some((row) => 'gigabits' in row) ? 'gigabits' : 'kpps')

/** Ours divided by another's, round by round. */
export function ratios({ rows }: Section, other: string): number[] {
  const [ours, theirs] = [rows['linkwright'] ?? [], rows[other] ?? []]
  const key = keyOf(theirs)
  return theirs.map((row, index) => (ours[index]?.[key] ?? Number.NaN) / (row[key] ?? Number.NaN))
}
