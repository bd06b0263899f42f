import { inSlices } from '../../system/turns.js'
import type { PackedRows } from './packedRows.js'

/** Rows that follow each other in ascending order of their addresses, no prefix of them twice. */
export interface Run {
  readonly start: number
  readonly end: number
  /** Whether of one address the longer prefixes come first, as the kernel has it in IPv4. */
  readonly longerFirst: boolean
}

/** More make no order. */
const mostRuns = 16

const known = new WeakMap<PackedRows, readonly Run[] | undefined>()

/**
 * The runs that rows consist of: one for each table of what the kernel tells, and of most lists; `undefined` where they
 * are in no order.
 */
export async function runsOf(rows: PackedRows): Promise<readonly Run[] | undefined> {
  if (!known.has(rows)) known.set(rows, await findRuns(rows))
  return known.get(rows)
}

/** Whether rows are one run, so that no prefix is there twice. */
export async function isOneRun(rows: PackedRows): Promise<boolean> {
  const runs = await runsOf(rows)
  return runs !== undefined && runs.length <= 1
}

async function findRuns(rows: PackedRows): Promise<Run[] | undefined> {
  const { count, lengths } = rows
  const runs: Run[] = []
  let start = 0
  let longerFirst: boolean | undefined
  const close = (end: number): void => {
    runs.push({ start, end, longerFirst: longerFirst ?? false })
    start = end
    longerFirst = undefined
  }
  await inSlices(count, (from, to) => {
    for (let row = Math.max(from, 1); row < to && runs.length < mostRuns; row++) {
      row = ascendingUntil(rows, row, to)
      if (row === to) break
      const order = compareAddresses(rows, row - 1, rows, row)
      if (order < 0) continue
      const difference = (lengths[row] ?? 0) - (lengths[row - 1] ?? 0)
      const isLonger = difference < 0
      if (order > 0 || difference === 0 || (longerFirst !== undefined && longerFirst !== isLonger)) close(row)
      else longerFirst = isLonger
    }
  })
  if (runs.length === mostRuns) return undefined
  if (count > 0) close(count)
  return runs
}

/** The first row from one on whose first numbers are not surely above those of the row before it. */
function ascendingUntil({ family, addresses }: PackedRows, start: number, end: number): number {
  let row = start
  if (family === 'inet') {
    while (row < end && (addresses[row - 1] ?? 0) < (addresses[row] ?? 0)) row++
    return row
  }
  for (; row < end; row++) {
    const at = row * 4
    const before = addresses[at - 4] ?? 0
    const after = addresses[at] ?? 0
    if (before < after) continue
    if (before > after || (addresses[at - 3] ?? 0) >= (addresses[at + 1] ?? 0)) return row
  }
  return row
}

/** Where the first row of a run is that is not before another row, looked for from a place that is probably near. */
export function positionIn(
  { start, end, longerFirst }: Run,
  rows: PackedRows,
  near: number,
  other: PackedRows,
  row: number,
): number {
  const isBefore = (candidate: number): boolean => {
    const order = compareAddresses(rows, candidate, other, row)
    if (order !== 0) return order < 0
    const difference = (rows.lengths[candidate] ?? 0) - (other.lengths[row] ?? 0)
    return longerFirst ? difference > 0 : difference < 0
  }
  // All before `low` are before it, and none from `high` on.
  let low = start
  let high = end
  const from = Math.min(Math.max(near, start), end)
  if (from < end && isBefore(from)) {
    low = from + 1
    for (let step = 1; low + step < end; step *= 2) {
      if (!isBefore(low + step)) {
        high = low + step
        break
      }
      low += step + 1
    }
  } else {
    high = from
    for (let step = 1; high - step >= start; step *= 2) {
      if (isBefore(high - step)) {
        low = high - step + 1
        break
      }
      high -= step
    }
  }
  while (low < high) {
    const middle = (low + high) >>> 1
    if (isBefore(middle)) low = middle + 1
    else high = middle
  }
  return low
}

function compareAddresses(one: PackedRows, row: number, other: PackedRows, otherRow: number): number {
  if (one.family === 'inet') return (one.addresses[row] ?? 0) - (other.addresses[otherRow] ?? 0)
  for (let word = 0; word < 4; word++) {
    const difference = (one.addresses[row * 4 + word] ?? 0) - (other.addresses[otherRow * 4 + word] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
