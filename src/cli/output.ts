import { exitStatus } from './exitStatus.js'

/** Where a command writes: results to `out`, messages to `err`. */
export interface Output {
  out(text: string): void
  err(text: string): void
  /** Whether results, or messages, may be in color. */
  readonly color: { readonly out: boolean; readonly err: boolean }
  /** Whether messages go to a terminal, where a line can be written over. */
  readonly terminal: boolean
  /** Aborted when results find no reader any more, as behind `head`. */
  readonly readerGone?: AbortSignal
}

/** The process's own streams. A reader that went away is no error; any other is told once, and is a failure at the end. */
export function standardOutput(): Output {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', noteFailure)
  const gone = new AbortController()
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
    if (code === 'EPIPE') gone.abort()
  })
  return {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    color: { out: wantsColor(process.stdout), err: wantsColor(process.stderr) },
    terminal: process.stderr.isTTY === true,
    readerGone: gone.signal,
  }
}

let hasFailed = false

/** The command goes on, since what it changes must not be left half done. */
function noteFailure(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE' || hasFailed) return
  hasFailed = true
  process.stderr.write(`error: cannot write the output: ${error.message}\n`)
  // Whatever the command itself ends with.
  process.once('exit', () => {
    process.exitCode = exitStatus.failed
  })
}

/** On a terminal, unless the user wants none: https://no-color.org */
function wantsColor(stream: NodeJS.WriteStream): boolean {
  if (process.env['NO_COLOR']) return false
  return stream.isTTY === true && process.env['TERM'] !== 'dumb'
}
