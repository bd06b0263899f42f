import { readdirSync, readlinkSync } from 'node:fs'

/** How many descriptors this process has open. */
export function openDescriptors(): number {
  return readdirSync('/proc/self/fd').length
}

/** How many of them lead to a file. */
export function descriptorsOf(path: string): number {
  const targets = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`)
    } catch {
      // The one by which the directory was read.
      return ''
    }
  })
  return targets.filter((target) => target === path).length
}
