import type { Domain } from '../netlink/codec.js'
import { bytesASecond } from '../rtnetlink/qdiscs/rate.js'

/** One property that is not as it should be. */
export interface PropertyChange {
  /** Its name, with the kind's in front for an option: `bridge.forwardDelay`. */
  readonly property: string
  /** What it is; left out where it is not set. */
  readonly before?: unknown
  /** What it should be. */
  readonly after?: unknown
}

/** How an entry of a database is compared. */
export interface EntryComparison<Entry> {
  /** What the kernel takes where nothing is said, and then tells nothing of. */
  readonly defaults: Partial<Entry>
  /** Whether what is not stated is to be as it is by itself. */
  readonly exact: boolean
  readonly same: (after: unknown, before: unknown) => boolean
}

/** Which of some properties an entry of a database has otherwise than they are stated. */
export function entryDifferences<Entry extends object>(
  properties: readonly (keyof Entry & string)[],
  wanted: Entry,
  actual: Entry,
  { defaults, exact, same }: EntryComparison<Entry>,
): PropertyChange[] {
  const changes: PropertyChange[] = []
  for (const property of properties) {
    const after = wanted[property] ?? (exact ? defaults[property] : undefined)
    const before = actual[property] ?? defaults[property]
    if (same(after, before) || (after === undefined && !exact)) continue
    changes.push({ property, ...(before === undefined ? {} : { before }), after })
  }
  return changes
}

/** Whether two values mean the same where not set, false and 0 are one. */
export function sameLoosely(a: unknown, b: unknown): boolean {
  return sameValue(a || undefined, b || undefined)
}

/** Whether two values are the same data. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  const left = Object.entries(a).filter(([, value]) => value !== undefined)
  const right = new Map<string, unknown>(Object.entries(b).filter(([, value]) => value !== undefined))
  return (
    left.length === right.size && left.every(([name, value]) => right.has(name) && sameValue(value, right.get(name)))
  )
}

/** Whether an option has a value, as far as the kernel keeps it exactly. */
export function sameOption(domain: Domain | undefined, wanted: unknown, actual: unknown): boolean {
  if (domain?.type === 'seconds' && typeof wanted === 'number' && typeof actual === 'number') {
    // The kernel keeps durations in its own ticks (CONFIG_HZ), so that a hundredth may be lost on the way.
    return Math.abs(wanted - actual) <= domain.resolution * 1.01
  }
  if (domain?.type === 'percent' && typeof wanted === 'number' && typeof actual === 'number') {
    return Math.abs(wanted - actual) <= 1e-6
  }
  if (domain?.type === 'rate' && typeof wanted === 'number' && typeof actual === 'number') {
    return bytesASecond(wanted) === bytesASecond(actual)
  }
  if (domain?.type === 'integer' || domain?.type === 'boolean') return wanted === actual
  if (domain?.type === 'list') return sameList(domain.unordered ?? false, wanted ?? [], actual ?? [])
  return sameValue(wanted, actual)
}

function sameList(unordered: boolean, wanted: unknown, actual: unknown): boolean {
  if (!unordered || !Array.isArray(wanted) || !Array.isArray(actual)) return sameValue(wanted, actual)
  return (
    wanted.length === actual.length &&
    wanted.every((item: unknown) => actual.some((other: unknown) => sameValue(item, other)))
  )
}
