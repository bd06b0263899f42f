/** What a guard is told. */
export interface GuardContext {
  /** Descriptor of the network namespace that the spec's top level is about; a kernel in memory has none. */
  readonly namespaceFd: number | undefined
  /** Fires when the answer is no longer wanted: the caller gave up, or another guard has failed. */
  readonly signal: AbortSignal
}

/**
 * A check that decides whether a change stays. It fails when it throws, rejects, or gives `false`; everything else is
 * a pass. {@link ping} and {@link tcp} make guards; any function is one, and its name is in the error.
 *
 * A guard has no time limit but its own: a function of yours should end, or heed `context.signal`.
 */
export type Guard = (context: GuardContext) => unknown | Promise<unknown>

/** Gives a guard the name by which errors call it. */
export function namedGuard(name: string, guard: Guard): Guard {
  return Object.defineProperty(guard, 'name', { value: name })
}
