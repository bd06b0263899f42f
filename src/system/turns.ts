import { setImmediate as nextTurn } from 'node:timers/promises'

/** Milliseconds of work after which the event loop gets its turn. */
export const turnBudget = 8

/** Work that goes over many rows between such looks at the clock takes well under a millisecond. */
const sliceSize = 1 << 13

/** Does long work a slice at a time, so that the event loop gets its turn in between. */
export async function inSlices(count: number, work: (start: number, end: number) => void): Promise<void> {
  let turnStart = performance.now()
  for (let start = 0; start < count; start += sliceSize) {
    work(start, Math.min(start + sliceSize, count))
    if (performance.now() - turnStart <= turnBudget) continue
    await nextTurn()
    turnStart = performance.now()
  }
}
