import type { Recovery } from '../index.js'

/** What became of an apply that was cut off, in one line. */
export function recoveryLine({ action, since, pid, reason, rollback }: Recovery): string {
  if (action === 'refused') return `put aside what cannot be trusted: ${reason}`
  const what = action === 'restored' ? 'undone first' : 'gone on from'
  const lost = rollback?.lost ? `, but for what is lost: ${rollback.lost.join('; ')}` : ''
  return `an apply that was cut off (process ${pid}, ${since}) was ${what}${lost}`
}
