import { setTimeout as delay } from 'node:timers/promises'
import { NetworkError } from '../../error.js'

/** Waits, but no longer than the signal lets it. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(milliseconds, undefined, { signal })
  } catch (cause) {
    throw aborted(cause)
  }
}

/** Throws where the signal has fired. */
export function assertWanted(signal: AbortSignal): void {
  if (signal.aborted) throw aborted(signal.reason)
}

/** The error of a wait that the caller ended. */
export function aborted(cause: unknown): NetworkError {
  return new NetworkError('ABORTED', 'aborted', { cause })
}

/**
 * Asks again and again until there is something, or the deadline has come: at once, then after 1 ms, and seldomer the
 * longer it takes, since what is near answers in no time and what is far does not mind 10 ms.
 */
export async function poll<T>(ask: () => T | undefined, deadline: number, signal: AbortSignal): Promise<T | undefined> {
  for (let wait = 1; ; wait = Math.min(10, wait * 1.5)) {
    assertWanted(signal)
    const answer = ask()
    if (answer !== undefined) return answer
    const left = deadline - performance.now()
    if (left <= 0) return undefined
    await pause(Math.min(wait, left), signal)
  }
}
