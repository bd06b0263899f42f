import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, release } from 'node:os'
import { join } from 'node:path'

/** What was measured in one run: numbers by name. */
export type Figures = Record<string, number>

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

/** The ratio of a figure of ours to another contender's, round by round; the last round stands for those it lacks. */
export function ratiosOf({ rows }: Section, key: string, other: string, own = 'linkwright'): number[] {
  const [ours, theirs] = [rows[own] ?? [], rows[other] ?? []]
  return ours.map((row, index) => (row[key] ?? Number.NaN) / ((theirs[index] ?? theirs.at(-1))?.[key] ?? Number.NaN))
}

const shown = (number: number): string => (number >= 100 ? number.toFixed(0) : number.toFixed(2))

/** The median of numbers, with the least and the greatest. */
export function spread(numbers: readonly number[]): string {
  const [least, greatest] = [Math.min(...numbers), Math.max(...numbers)].map(shown)
  const middle = shown(median(numbers))
  return least === greatest ? middle : `${middle} (${least}–${greatest})`
}

/** A table in Markdown. */
export function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/**
 * When and where something was measured.
 * @param before the load when it began
 * @param versions of what was measured
 */
export function circumstances(before: readonly number[], versions: string): string {
  const [processor] = cpus()
  const load = [before, loadavg()].map(([minute = 0]) => minute.toFixed(1)).join(' before, ')
  const day = new Date().toISOString().slice(0, 10)
  return `${day}; Linux ${release()}, ${cpus().length} × ${processor?.model.trim()}, ${versions}; load ${load} after`
}

/** Writes a page of the documentation, and the pictures on it by the name of their file. */
export function publish(
  docs: string,
  name: string,
  { page, images }: { readonly page: string; readonly images: ReadonlyMap<string, string> },
): void {
  writeFileSync(join(docs, name), page)
  mkdirSync(join(docs, 'images'), { recursive: true })
  for (const [file, image] of images) writeFileSync(join(docs, 'images', file), image)
}
