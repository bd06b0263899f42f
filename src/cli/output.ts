/** Where a command writes: results to `out`, messages to `err`. */
export interface Output {
  out(text: string): void
  err(text: string): void
  /** Whether results, or messages, may be in color. */
  readonly color: { readonly out: boolean; readonly err: boolean }
  /** Whether messages go to a terminal, where a line can be written over. */
  readonly terminal: boolean
}

/** The process's own streams. A reader that went away is no error. */
export function standardOutput(): Output {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreClosedPipe)
  return {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    color: { out: wantsColor(process.stdout), err: wantsColor(process.stderr) },
    terminal: process.stderr.isTTY === true,
  }
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
}

/** On a terminal, unless the user wants none: https://no-color.org */
function wantsColor(stream: NodeJS.WriteStream): boolean {
  if (process.env['NO_COLOR']) return false
  return stream.isTTY === true && process.env['TERM'] !== 'dumb'
}
