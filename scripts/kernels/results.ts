import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readTap, type TestResult } from './tap.js'

/** The tests of one file on one kernel. */
export interface FileResults {
  /** Its path below `dist/test`, such as `reconcile/vlans`. */
  readonly file: string
  readonly seconds: number
  /** Why it did not succeed, where it did not. */
  readonly trouble?: string
  readonly tests: readonly TestResult[]
  /** What its tests recorded beside their outcome, by test/helpers/record.ts: a JSON document a line. */
  readonly records: readonly unknown[]
}

/** The tests of one kernel. */
export interface KernelResults {
  readonly release: string
  readonly files: readonly FileResults[]
}

/** The short name of a compiled file of tests. */
export function nameOf(path: string): string {
  return path.replace(/^dist\/test\//, '').replace(/\.test\.js$/, '')
}

/** Puts results in the place of older ones of the same file, or after them. */
export function merged(older: readonly FileResults[], newer: readonly FileResults[]): FileResults[] {
  const byFile = new Map([...older, ...newer].map((one) => [one.file, one]))
  return [...byFile.values()]
}

/**
 * Reads what {@link commandOf} left in a directory: those of the files that were begun, in order. One without
 * a status was under way when the guest ended.
 */
export function readResults(directory: string, files: readonly string[]): FileResults[] {
  const read = (index: number, name: string): string => {
    const path = join(directory, `${index}`, name)
    return existsSync(path) ? readFileSync(path, 'utf8') : ''
  }
  return files.flatMap((path, index) => {
    if (!existsSync(join(directory, `${index}`))) return []
    const tests = readTap(read(index, 'tap'))
    const [status, seconds = '0'] = read(index, 'status').trim().split(' ')
    const trouble = troubleOf(status ?? '', tests)
    const lines = read(index, 'records').split('\n').filter(Boolean)
    const records = lines.map((line): unknown => JSON.parse(line))
    return {
      file: nameOf(path),
      seconds: Number(seconds),
      ...(trouble === undefined ? {} : { trouble }),
      tests,
      records,
    }
  })
}

function troubleOf(status: string, tests: readonly TestResult[]): string | undefined {
  if (status === '') return 'it did not come to an end'
  const failed = tests.filter(({ outcome }) => outcome === 'failed').length
  if (failed > 0) return `${failed} failed`
  if (status !== '0') return `AVA ended with status ${status}`
  return tests.length === 0 ? 'no test ran' : undefined
}
