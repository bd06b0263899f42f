import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ExecutionContext } from 'ava'
import { run } from '../../src/cli/run.js'

/** How a command of the command line ended. */
export interface CommandEnd {
  readonly status: number
  readonly out: string
  readonly err: string
}

/** Runs the command line in this process, without colors, as if its output went to files. */
export async function commandLine(...argv: string[]): Promise<CommandEnd> {
  let out = ''
  let err = ''
  const status = await run(argv, {
    out: (text) => {
      out += text
    },
    err: (text) => {
      err += text
    },
    color: { out: false, err: false },
    terminal: false,
  })
  return { status, out, err }
}

/** Writes a file that ends with the test, and returns its path. */
export function temporaryFile(t: ExecutionContext, name: string, content: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'linkwright-'))
  t.teardown(() => rmSync(directory, { recursive: true }))
  const path = join(directory, name)
  writeFileSync(path, content)
  return path
}
