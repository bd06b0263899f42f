import type { Kernel } from '../../src/reconcile/world/kernel.js'
import { wrappedKernel } from './wrappedKernel.js'

/** The machine's kernel, and how many bytes it has told. */
export function countingKernel(): { kernel: (fd: number) => Kernel; told: () => number } {
  let total = 0
  const kernel = wrappedKernel({
    received(bytes) {
      total += bytes.length
      return bytes
    },
  })
  return { kernel, told: () => total }
}
