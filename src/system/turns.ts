import { setImmediate as nextTurn } from 'node:timers/promises'

/** Milliseconds of work after which the event loop gets its turn. */
const turnBudget = 5

/** Work that goes over many rows between such looks at the clock takes well under a millisecond. */
const sliceSize = 1 << 13

/** When somebody first asked in this turn of the event loop. */
let turnStart: number | undefined

/** Whether work has gone on for long in this turn of the event loop: all of it together, whoever's. */
export function turnIsLong(): boolean {
  const now = performance.now()
  if (turnStart === undefined) {
    turnStart = now
    setImmediate(() => {
      turnStart = undefined
    })
  }
  return now - turnStart > turnBudget
}

/** Lets the event loop have its turn, where this one has been long. */
export async function rest(): Promise<void> {
  if (turnIsLong()) await wholeTurn()
}

/** Lets the event loop come round: what was called by its poll phase gets to its check phase alone by one setImmediate. */
export async function wholeTurn(): Promise<void> {
  await nextTurn()
  await nextTurn()
  // What comes now counts from here on, not only from where somebody asks next.
  turnIsLong()
}

/** Does long work a slice at a time, so that the event loop gets its turn in between. */
export async function inSlices(count: number, work: (start: number, end: number) => void): Promise<void> {
  for (let start = 0; start < count; start += sliceSize) {
    if (turnIsLong()) await wholeTurn()
    work(start, Math.min(start + sliceSize, count))
  }
}
