import { closeSync, openSync } from 'node:fs'

/** Takes all descriptors that the process may have, but for a few; the caller closes them. */
export function takeAllBut(count: number): number[] {
  const taken: number[] = []
  try {
    for (;;) taken.push(openSync('/dev/null', 'r'))
  } catch {
    for (const fd of taken.splice(0, count)) closeSync(fd)
    return taken
  }
}

/** The command that runs another one with so many descriptors at the most. */
export function withDescriptors(count: number, command: readonly string[]): readonly string[] {
  return ['sh', '-c', `ulimit -n ${count} && exec "$@"`, 'sh', ...command]
}
