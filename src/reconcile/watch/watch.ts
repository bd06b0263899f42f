import { setTimeout as delay } from 'node:timers/promises'
import type { NetworkError } from '../../error.js'
import { attempt, attemptSync } from '../../result.js'
import { defined } from '../../rtnetlink/defined.js'
import { loadRoutes } from '../../spec/loadRoutes.js'
import type { Spec } from '../../spec/types.js'
import { validateSpecInTurns } from '../../spec/validate.js'
import { sameValue } from '../../state/equal.js'
import { Bell } from '../../system/bell.js'
import { leavable } from '../../system/leavable.js'
import { apply, plan } from '../apply.js'
import { checkOptions, type PlanOptions } from '../options/options.js'
import { desiredNetworks } from '../plan/desiredNetworks.js'
import { loadOptionsOf } from '../world/loadOptions.js'
import { BackOff } from './backOff.js'
import type { Drift, WatchOptions } from './drift.js'
import { Ears } from './ears.js'

/**
 * Watches whether the network stays as a spec says, by the kernel's notifications, and tells of every drift; the first
 * look is at once. With `heal: true` each drift is repaired as {@link apply} does, within milliseconds; where repairs
 * fail, or somebody else undoes them again and again, the next one waits, 50 ms and then twice as long up to 10 s.
 *
 * An error does not end the watch, unless the spec or an option is not valid: then the only drift tells why. Leaving
 * the loop or the `signal` ends it. What has no notifications (the owner of a TAP device, say) is seen with the next
 * change of anything else.
 */
export function watch(spec: Spec, options: WatchOptions = {}): AsyncIterableIterator<Drift> & AsyncDisposable {
  const checked = attemptSync(() => checkOptions(options, 'watch'))
  if (checked.err) return leavable(onlyDrift(checked.val), () => {})
  const controller = new AbortController()
  const { signal } = controller
  const { signal: given } = options
  // Node forgets the signal of a timeout that only `AbortSignal.any` refers to (nodejs/node issue 57736).
  given?.addEventListener('abort', () => controller.abort(given.reason), { once: true, signal })
  if (given?.aborted) controller.abort(given.reason)
  return leavable(drifts(spec, { ...options, signal }), () => controller.abort())
}

type HealOptions = Omit<WatchOptions, 'heal' | 'debounce'>
type Watching = WatchOptions & { readonly signal: AbortSignal }

/** Milliseconds until another try where a namespace is just being made, or its directory is not there yet. */
const incompleteRetry = 100

async function* drifts(spec: Spec, options: Watching): AsyncGenerator<Drift, void, undefined> {
  const { heal = false, debounce = 5, ...healOptions } = options
  const { signal } = options
  const bell = new Bell()
  const backOff = new BackOff()
  const loaded = await attempt(() => loadRoutes(spec, loadOptionsOf(options)))
  const opened = loaded.err ? loaded : await attempt(() => openEars(loaded.val as Spec, options, bell))
  if (opened.err) {
    yield failed(opened.val)
    return
  }
  using ears = opened.val
  const valid = loaded.unwrap() as Spec
  const planOptions = planOptionsOf(healOptions)
  let told: Drift | undefined
  let since = performance.now()
  while (!signal.aborted) {
    bell.reset()
    const start = performance.now()
    const { complete, drift: found } = await look(valid, planOptions, ears)
    const wait = heal && found?.plan ? backOff.delay(performance.now()) : 0
    const drift = found?.plan && heal ? await repair(valid, healOptions, found, wait) : found
    if (signal.aborted) return
    const now = performance.now()
    if (drift?.error || (drift && heal)) backOff.note(now, drift.error !== undefined)
    if (drift && (heal || !isSame(drift, told))) {
      const retry = drift.error ? { retryIn: backOff.delay(now) } : {}
      yield { ...drift, duration: now - since, ...retry }
    }
    told = drift
    if (drift?.error) {
      await pause(backOff.delay(performance.now()), signal)
      continue
    }
    const looked = performance.now() - start
    await bell.rung(signal, complete ? undefined : incompleteRetry)
    since = performance.now()
    // Notifications without end take half of the processor's time at most.
    const rested = since - start - looked
    await pause(Math.max(debounce, looked - rested), signal)
  }
}

function isSame(drift: Drift, told: Drift | undefined): boolean {
  return told !== undefined && drift.error?.message === told.error?.message && sameValue(drift.steps, told.steps)
}

function planOptionsOf(options: HealOptions): PlanOptions {
  const { namespace, kernel, signal, timeout, disruption, owner, protocol, prune, specDirectory, stateDirectory } =
    options
  return defined<PlanOptions>({
    namespace,
    kernel,
    signal,
    timeout,
    disruption,
    owner,
    protocol,
    prune,
    specDirectory,
    stateDirectory,
  })
}

/** Checks what can be checked without the kernel. */
async function openEars(spec: Spec, options: Watching, bell: Bell): Promise<Ears> {
  const valid = await validateSpecInTurns(spec)
  await desiredNetworks(valid, options.specDirectory)
  return new Ears(valid, options, () => bell.ring())
}

interface Look {
  /** Whether everything is listened to. */
  readonly complete: boolean
  readonly drift: Drift | undefined
}

/** Listens first, so that nothing falls between. */
async function look(spec: Spec, options: PlanOptions, ears: Ears): Promise<Look> {
  const listening = attemptSync(() => ears.follow())
  if (listening.err) return { complete: false, drift: failed(listening.val) }
  const planned = await plan(spec, options)
  if (planned.err) return { complete: listening.val, drift: failed(planned.val) }
  const { empty, steps } = planned.val
  const drift = empty ? undefined : { steps, plan: planned.val, healed: false, duration: 0 }
  return { complete: listening.val, drift }
}

/** A watch that never began. */
async function* onlyDrift(error: NetworkError): AsyncGenerator<Drift, void, undefined> {
  yield failed(error)
}

function failed(error: NetworkError): Drift {
  return { steps: [], healed: false, error, duration: 0 }
}

/** Repairs what is there to repair once the wait is over; `undefined` where it has gone by itself. */
async function repair(
  spec: Spec,
  options: HealOptions & { readonly signal: AbortSignal },
  found: Drift,
  wait: number,
): Promise<Drift | undefined> {
  await pause(wait, options.signal)
  const applied = await apply(spec, options)
  if (applied.err) return { ...found, error: applied.val }
  const { changed, steps } = applied.val
  return changed ? { ...found, steps, healed: true } : undefined
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (milliseconds > 0 && !signal.aborted) await delay(milliseconds, undefined, { signal }).catch(() => {})
}
