import type { Output } from './output.js'

/** A line that is written over as work goes on; only for long work, and only on a terminal. */
export interface ProgressLine {
  update(done: number, total: number): void
  end(): void
}

const longEnough = 500
const interval = 100

/** Makes a progress line that shows itself when the work takes long. */
export function progressLine(output: Output): ProgressLine {
  const start = performance.now()
  let last = 0
  let shown = false
  return {
    update(done, total) {
      const now = performance.now()
      if (!output.terminal || now - start < longEnough || now - last < interval) return
      last = now
      shown = true
      output.err(`\r${done} of ${total} steps`)
    },
    end() {
      if (shown) output.err('\r\x1b[K')
    },
  }
}
