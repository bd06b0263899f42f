import type { Recovery } from '../index.js'

/** What became of an apply that was cut off, in one line. */
export function recoveryLine({ action, since, pid, reason }: Recovery): string {
  if (action === 'refused') return `put aside what cannot be trusted: ${reason}`
  const what = action === 'restored' ? 'undone first' : 'gone on from'
  return `an apply that was cut off (process ${pid}, ${since}) was ${what}`
}
