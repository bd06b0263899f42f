import { type Figures, ratiosOf, type Section } from '../results.js'

/** What a contender is judged by: bits per second where there are any, else packets. */
export const keyOf = (rows: readonly Figures[]): string => (rows.some((row) => 'gigabits' in row) ? 'gigabits' : 'kpps')

/** Ours divided by another's, round by round. */
export function ratios(section: Section, other: string): number[] {
  return ratiosOf(section, keyOf(section.rows[other] ?? []), other)
}
