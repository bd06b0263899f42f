import { setMaxListeners } from 'node:events'
import { NetworkError } from '../../error.js'
import type { Guard, GuardContext } from './guard.js'
import { aborted, assertWanted } from './pause.js'

/**
 * Runs all guards side by side and returns when all have passed. The first that fails ends the others by their signal
 * and is the error `GUARD_FAILED`, whose `cause` is what it threw. The caller's signal is the error `ABORTED`, also
 * where a guard does not heed it.
 */
export async function runGuards(guards: readonly Guard[], context: GuardContext): Promise<void> {
  assertWanted(context.signal)
  if (guards.length === 0) return
  const done = new AbortController()
  const signal = AbortSignal.any([context.signal, done.signal])
  // Every guard listens to it; more than ten are no leak.
  setMaxListeners(0, signal)
  try {
    const all = guards.map((guard, index) => runGuard(guard, nameOf(guard, index), { ...context, signal }))
    await Promise.race([Promise.all(all), rejectionBy(context.signal, done.signal)])
  } finally {
    done.abort()
  }
}

async function runGuard(guard: Guard, name: string, context: GuardContext): Promise<void> {
  let passed: unknown
  try {
    passed = await guard(context)
  } catch (cause) {
    if (context.signal.aborted) throw aborted(cause)
    throw failure(name, cause instanceof Error ? cause.message : String(cause), cause)
  }
  if (passed === false) throw failure(name, 'it returned false')
}

function failure(name: string, reason: string, cause?: unknown): NetworkError {
  return new NetworkError('GUARD_FAILED', `${name}: ${reason}`, { object: name, cause })
}

function nameOf({ name }: Guard, index: number): string {
  return name === '' ? `guard ${index + 1}` : `guard ${name}`
}

function rejectionBy(signal: AbortSignal, done: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(aborted(signal.reason)), { once: true, signal: done })
  })
}
