import { lstatSync, readFileSync } from 'node:fs'
import { uptime } from 'node:os'
import { codeOf, thrownError } from './errno.js'

/** A text that changes with each start of the machine. */
export function bootIdentity(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch (cause) {
    throw thrownError(cause, 'read when the machine started')
  }
}

/** Whether a file was last written before the machine started; false where there is none. */
export function isFromBeforeBoot(path: string): boolean {
  try {
    return lstatSync(path).mtimeMs < Date.now() - uptime() * 1000
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
}
