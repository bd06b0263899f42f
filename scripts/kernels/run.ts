import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inRepository } from '../../test/helpers/repository.js'
import { resultsInGuest, runInGuest } from './boot.js'
import { commandOf, quoted, type RunOptions } from './command.js'
import type { KernelImage } from './image.js'
import { type FileResults, nameOf, readResults } from './results.js'

/**
 * Runs compiled files of tests on a kernel under emulation, or on that of this machine, in as many guests as it takes,
 * and yields what each guest found. A guest that ends too early loses the file that it was at, and no other one.
 */
export async function* runFiles(
  image: KernelImage | undefined,
  files: readonly string[],
  options: RunOptions,
): AsyncGenerator<readonly FileResults[]> {
  for (let rest = files; rest.length > 0; ) {
    const found = await runPieceOfBooted(image, rest, options)
    yield found.length > 0 ? found : rest.map(neverRan)
    rest = found.length > 0 ? rest.slice(found.length) : []
  }
}

/** How often a kernel may fail to boot, and in how many milliseconds it does so. */
const boots = 3
const bootTime = 60_000

/**
 * Emulated processors see now and then a breakpoint by which the kernel patches itself when it is gone already, on which
 * it panics while it boots (arch/x86/kernel/alternative.c, smp_text_poke_int3_handler): then it is booted again.
 */
async function runPieceOfBooted(
  image: KernelImage | undefined,
  files: readonly string[],
  options: RunOptions,
): Promise<readonly FileResults[]> {
  for (let boot = 1; ; boot++) {
    const start = performance.now()
    const found = await runPiece(image, files, options)
    if (found.length > 0 || boot === boots || performance.now() - start > bootTime) return found
  }
}

const neverRan = (path: string): FileResults => ({
  file: nameOf(path),
  seconds: 0,
  trouble: 'the guest did not get that far',
  tests: [],
  records: [],
})

async function runPiece(
  image: KernelImage | undefined,
  files: readonly string[],
  options: RunOptions,
): Promise<readonly FileResults[]> {
  const results = mkdtempSync(join(tmpdir(), 'linkwright-results-'))
  try {
    if (image) {
      // The guest's script is run by a shell that knows less.
      const command = `bash -c ${quoted(commandOf(files, options, resultsInGuest))}`
      await runInGuest(image, inRepository('.'), command, results, options.seconds * 4)
    } else await runHere(commandOf(files, { ...options, seconds: 3600 }, results))
    return readResults(results, files)
  } finally {
    rmSync(results, { recursive: true })
  }
}

/**
 * Runs a campaign on a kernel under emulation, or on that of this machine; what it prints comes out.
 * @param seconds after which the guest is killed
 */
export async function runCampaign(image: KernelImage | undefined, words: string, seconds: number): Promise<void> {
  const command = `LINKWRIGHT_TEST_PATIENCE=10 node dist/test/campaigns/main.js ${words}`
  if (!image) return await runHere(command)
  const results = mkdtempSync(join(tmpdir(), 'linkwright-results-'))
  try {
    await runInGuest(image, inRepository('.'), command, results, seconds)
  } finally {
    rmSync(results, { recursive: true })
  }
}

async function runHere(command: string): Promise<void> {
  const bash = spawn('bash', ['-c', command], { cwd: inRepository('.'), stdio: ['ignore', 'inherit', 'inherit'] })
  await new Promise((resolve) => bash.once('close', resolve))
}
