import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { codeOf } from './errno.js'

/**
 * Makes a directory, and those above it, unless they are there. Node's own `recursive` never returns where a file system
 * makes no directories and says ENOENT, as /proc does, and says ENOENT where it is read-only.
 */
export function makeDirectory(path: string, mode: number): void {
  try {
    makeOne(path, mode)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' || existsSync(dirname(path))) throw error
    makeDirectory(dirname(path), mode)
    makeOne(path, mode)
  }
}

/** Somebody else may make it at the same time. */
function makeOne(path: string, mode: number): void {
  try {
    mkdirSync(path, { mode })
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
  }
}
