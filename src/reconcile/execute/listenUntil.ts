import { NetworkError } from '../../error.js'
import { maximumDelay } from '../../netlink/exchange.js'
import { Monitor } from '../../netlink/monitor.js'
import { Bell } from '../../system/bell.js'
import type { Place } from '../world/place.js'

/** How long to listen. */
export interface ListenOptions {
  /** Milliseconds. */
  readonly timeout: number
  readonly signal: AbortSignal | undefined
  /** What is waited for, for the error of an abort. */
  readonly subject: string
}

/** After a look, so many times as long as it took passes before the next one: notifications come in crowds. */
const restAfterLook = 3

/**
 * Waits until something is so, by listening to the kernel instead of sleeping.
 *
 * @param groups the notifications after which it is worth another look
 * @param isSo `undefined` where it could not be told, so that another look is worth it in any case
 * @returns whether it has become so in time; an abort is the error `ABORTED`
 */
export async function listenUntil(
  place: Place,
  groups: readonly number[],
  isSo: () => Promise<boolean | undefined>,
  { timeout, signal, subject }: ListenOptions,
): Promise<boolean> {
  if (await isSo()) return true
  const ending = new AbortController()
  const end = (): void => ending.abort()
  const timer = setTimeout(end, Math.min(Math.max(0, timeout), maximumDelay))
  signal?.addEventListener('abort', end, { once: true })
  const bell = new Bell()
  await using monitor = new Monitor(place.kernel.transport(), groups, () => true)
  const listening = ringing(monitor, bell).finally(end)
  // It is told of below.
  listening.catch(() => undefined)
  try {
    // At once, too, now that the monitor listens, so that nothing falls between.
    while (!ending.signal.aborted) {
      bell.reset()
      const began = performance.now()
      const answer = await isSo()
      if (answer) return true
      await new Bell().rung(ending.signal, restAfterLook * (performance.now() - began))
      if (answer === false) await bell.rung(ending.signal)
    }
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', end)
    monitor.close()
    await listening
  }
  if (signal?.aborted) throw new NetworkError('ABORTED', `waiting for ${subject}: aborted`)
  return false
}

async function ringing(monitor: Monitor<boolean>, bell: Bell): Promise<void> {
  for await (const _event of monitor) bell.ring()
}
