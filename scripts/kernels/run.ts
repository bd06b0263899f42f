import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { release, tmpdir } from 'node:os'
import { join } from 'node:path'
import { inRepository } from '../../test/helpers/repository.js'
import { resultsInGuest, runInGuest } from './boot.js'
import { fetchKernel } from './image.js'
import { readTap, type TestResult } from './tap.js'

/** The tests of one kernel. */
export interface KernelResults {
  readonly release: string
  readonly seconds: number
  /** Why the run as a whole did not succeed, where it did not. */
  readonly trouble?: string
  readonly tests: readonly TestResult[]
  /** What tests recorded beside their outcome, by test/helpers/record.ts: a JSON document a line. */
  readonly records: readonly unknown[]
}

const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`

/**
 * The shell command for AVA; emulation is ten times slower than the machine. Where tests of one file wait for tools so
 * long that the requests of the others get no answer in time, AVA's `--serial` helps.
 */
function commandOf(ava: readonly string[], results: string): string {
  const words = ['node', 'node_modules/ava/entrypoints/cli.mjs', '--tap', '--timeout=900s', '--concurrency=2', ...ava]
  const command = words.map(quoted).join(' ')
  return [
    `export LINKWRIGHT_TEST_RECORDS=${results}/records`,
    'set -o pipefail',
    `${command} 2>&1 | tee ${results}/tap`,
  ].join('; ')
}

/**
 * Runs compiled tests on a kernel: the newest of a series such as `6.1`, under emulation, or that of this machine,
 * which is called `here`.
 */
export async function runTests(series: string, ava: readonly string[], seconds: number): Promise<KernelResults> {
  const results = mkdtempSync(join(tmpdir(), 'linkwright-results-'))
  const start = performance.now()
  const image = series === 'here' ? undefined : fetchKernel(series)
  try {
    if (image) await runInGuest(image, inRepository('.'), commandInBash(ava), results, seconds)
    else await runHere(commandOf(ava, results), results)
    const read = (name: string): string =>
      existsSync(join(results, name)) ? readFileSync(join(results, name), 'utf8') : ''
    const tests = readTap(read('tap'))
    const trouble = troubleOf(read('status').trim(), tests)
    return {
      release: image?.release ?? release(),
      seconds: Math.round((performance.now() - start) / 1000),
      ...(trouble === undefined ? {} : { trouble }),
      tests,
      records: read('records')
        .split('\n')
        .filter(Boolean)
        .map((line): unknown => JSON.parse(line)),
    }
  } finally {
    rmSync(results, { recursive: true })
  }
}

/** The guest's script is run by a shell that knows no `pipefail`. */
function commandInBash(ava: readonly string[]): string {
  return `bash -c ${quoted(commandOf(ava, resultsInGuest))}`
}

async function runHere(command: string, results: string): Promise<void> {
  const script = `(${command}); echo $? >${quoted(join(results, 'status'))}`
  const bash = spawn('bash', ['-c', script], { cwd: inRepository('.'), stdio: ['ignore', 'inherit', 'inherit'] })
  await new Promise((resolve) => bash.once('close', resolve))
}

function troubleOf(status: string, tests: readonly TestResult[]): string | undefined {
  if (status === '') return 'it did not come to an end'
  const failed = tests.filter(({ outcome }) => outcome === 'failed').length
  if (failed > 0) return `${failed} failed`
  if (status !== '0') return `AVA ended with status ${status}`
  return tests.length === 0 ? 'no test ran' : undefined
}
