import type { KernelResults } from './results.js'
import { countOutcomes } from './tap.js'

/** What became of the tests of a kernel: those that failed, each directory, and all of them in the last line. */
export function summaryOf({ release, files }: KernelResults): string[] {
  const failed = files.flatMap(({ file, tests }) =>
    tests.filter(({ outcome }) => outcome === 'failed').map(({ title }) => `not ok: ${file} › ${title}`),
  )
  const directories = [...new Set(files.map(({ file }) => directoryOf(file)))].sort()
  const troubles = files.flatMap(({ file, trouble }) => (trouble === undefined ? [] : [`${file}: ${trouble}`]))
  return [
    ...failed,
    ...directories.map((name) => `  ${name}: ${countsOf(files.filter(({ file }) => directoryOf(file) === name))}`),
    `Linux ${release}: ${[countsOf(files), ...troubles].join('; ')}`,
  ]
}

/** The first directory of a file's path, or the file itself where it is in none. */
const directoryOf = (file: string): string => file.split('/', 1)[0] ?? file

function countsOf(files: KernelResults['files']): string {
  const { passed, failed, skipped } = countOutcomes(files.flatMap(({ tests }) => tests))
  const seconds = files.reduce((sum, one) => sum + one.seconds, 0)
  return `${passed} passed, ${failed} failed, ${skipped} skipped in ${seconds} s`
}
