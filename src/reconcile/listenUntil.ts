import { NetworkError } from '../error.js'
import { maximumDelay } from '../netlink/exchange.js'
import { Monitor } from '../netlink/monitor.js'
import type { Place } from './place.js'

/** How long to listen. */
export interface ListenOptions {
  /** Milliseconds. */
  readonly timeout: number
  readonly signal: AbortSignal | undefined
  /** What is waited for, for the error of an abort. */
  readonly subject: string
}

/**
 * Waits until something is so, by listening to the kernel instead of sleeping.
 *
 * @param groups the notifications after which it is worth another look
 * @returns whether it has become so in time; an abort is the error `ABORTED`
 */
export async function listenUntil(
  place: Place,
  groups: readonly number[],
  isSo: () => Promise<boolean>,
  { timeout, signal, subject }: ListenOptions,
): Promise<boolean> {
  if (await isSo()) return true
  await using monitor = new Monitor(place.kernel.transport(), groups, () => true)
  const close = (): void => monitor.close()
  const timer = setTimeout(close, Math.min(Math.max(0, timeout), maximumDelay))
  signal?.addEventListener('abort', close, { once: true })
  try {
    // Once more now that the monitor listens, so that nothing falls between.
    if (await isSo()) return true
    for await (const _event of monitor) if (await isSo()) return true
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', close)
  }
  if (signal?.aborted) throw new NetworkError('ABORTED', `waiting for ${subject}: aborted`)
  return false
}
