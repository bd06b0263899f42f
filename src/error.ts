/**
 * Codes of the SDK's own; every other code of a {@link NetworkError} is the kernel's (`EEXIST`, `EINVAL`, …).
 *
 * - `INVALID_SPEC`: the input is not a valid spec; `problems` lists everything that is wrong, nothing was sent.
 * - `INVALID_ARGUMENT`: an argument of an imperative call is not valid; nothing was sent.
 * - `NOT_FOUND`: something that the input refers to by name does not exist.
 * - `UNSUPPORTED`: this kernel, or this machine, lacks what is needed.
 * - `DISRUPTIVE`: the plan would interrupt traffic and `disruption: 'forbid'` was given.
 * - `STALE_PLAN`: the network changed after the plan was made.
 * - `GUARD_FAILED`: a guard did not pass; `object` names it.
 * - `LOCKED`: another process is changing the namespace; the message names it.
 * - `UNSAFE_STATE`: what lies in the state directory cannot be trusted.
 * - `NOT_APPLIED`: every step succeeded, yet the kernel does not show what the spec says.
 * - `INCONSISTENT`: the kernel's state changed while it was read, again and again.
 * - `OVERRUN`: answers were lost because the socket's receive buffer was full.
 * - `TIMEOUT`: no answer within the given time.
 * - `ABORTED`: the caller's `AbortSignal` fired.
 * - `CLOSED`: the socket, the network or the device was closed.
 */
export type OwnErrorCode =
  | 'INVALID_SPEC'
  | 'INVALID_ARGUMENT'
  | 'NOT_FOUND'
  | 'UNSUPPORTED'
  | 'DISRUPTIVE'
  | 'STALE_PLAN'
  | 'GUARD_FAILED'
  | 'LOCKED'
  | 'UNSAFE_STATE'
  | 'NOT_APPLIED'
  | 'INCONSISTENT'
  | 'OVERRUN'
  | 'TIMEOUT'
  | 'ABORTED'
  | 'CLOSED'

/** The code of an error: one of the SDK's own, or the name of the kernel's error number. */
export type ErrorCode = OwnErrorCode | (string & Record<never, never>)

/** One thing that is wrong with a spec. */
export interface Problem {
  /** Where: a JSON pointer into the spec (RFC 6901), such as `/links/2/bridge/forwardDelay`. */
  readonly path: string
  /** What is wrong, in one sentence. */
  readonly message: string
  /** What a valid value looks like. */
  readonly expected?: string
  /** What stood there, as JSON, shortened. */
  readonly found?: string
  /** What was probably meant, such as the nearest valid key. */
  readonly hint?: string
}

/** What undoing a failed apply did. */
export interface RollbackReport {
  /** Whether the network is as it was found, but for what is gone with a namespace. */
  readonly restored: boolean
  /** The steps that undid, in order, each as its `ip` command. */
  readonly steps: readonly string[]
  /** Why the rollback failed, where it did. */
  readonly error?: string
  /** What nobody can put back, each with the reason: links that led into a namespace which is gone or has no name. */
  readonly lost?: readonly string[]
}

/** What became of an earlier apply that was cut off, by a kill or a crash. */
export interface Recovery {
  /** When it began, as ISO 8601. */
  readonly since?: string
  /** The process that it was in. */
  readonly pid?: number
  /** That process's command line. */
  readonly command?: string
  /**
   * `restored`: what it had done was undone, but for what `rollback.lost` tells; `continued`: it stands, as was asked for;
   * `refused`: what was noted of it cannot be trusted and was put aside.
   */
  readonly action: 'restored' | 'continued' | 'refused'
  /** Why it was refused. */
  readonly reason?: string
  /** What undoing did. */
  readonly rollback?: RollbackReport
}

/** Why undoing did not bring the former state back. */
export function whyNotRestored({ error, lost }: RollbackReport): string {
  return error ?? lost?.join('; ') ?? 'the kernel does not show the former state'
}

/** Whether nothing is left that another try could put back. */
export function isSettled({ restored, error, lost }: RollbackReport): boolean {
  return restored || (error === undefined && lost !== undefined)
}

/** Everything that a {@link NetworkError} can carry besides its message. */
export interface NetworkErrorDetails {
  /** The kernel's error number, positive. */
  readonly errno?: number
  /** What the kernel said, by its extended acknowledgment. */
  readonly kernelMessage?: string
  /** The attribute that the kernel complained about. */
  readonly attribute?: string
  /** JSON pointer to what the error is about. */
  readonly path?: string
  /** The object that the error is about, such as `link br0`. */
  readonly object?: string
  /** The step that failed, as its `ip` command. */
  readonly step?: string
  /** What undoing did, where something had been done. */
  readonly rollback?: RollbackReport
  /** What became of earlier applies that were cut off, before this one failed. */
  readonly recovered?: readonly Recovery[]
  /** All that is wrong with the spec. */
  readonly problems?: readonly Problem[]
  /** The error underneath. */
  readonly cause?: unknown
}

/** The one error type: what failed, on which object, and what the kernel said of it. */
export class NetworkError extends Error {
  /** The kernel's name of the error (`EEXIST`) or the SDK's own code (`INVALID_SPEC`). */
  readonly code: ErrorCode
  /** The kernel's error number, positive. */
  declare readonly errno?: number
  /** What the kernel said in its extended acknowledgement. */
  declare readonly kernelMessage?: string
  /** Path of the attribute that the kernel objected to, such as `linkinfo.data.forwardDelay`. */
  declare readonly attribute?: string
  /** JSON pointer into the spec, where the error belongs to one place of it. */
  declare readonly path?: string
  /** The object that the error is about, such as `link br0`. */
  declare readonly object?: string
  /** The step of the plan that failed, as its `ip` command. */
  declare readonly step?: string
  /** What undoing did, where something had been done before the failure. */
  declare readonly rollback?: RollbackReport
  /** What became of earlier applies that were cut off: they are undone first, also where this one then changes nothing. */
  declare readonly recovered?: readonly Recovery[]
  /** All problems of an invalid spec, or all that the kernel lacks for it. */
  declare readonly problems?: readonly Problem[]

  constructor(code: ErrorCode, message: string, details: NetworkErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'NetworkError'
    this.code = code
    const { cause: _cause, ...rest } = details
    Object.assign(this, rest)
  }

  /** The same error with more details: what is known only higher up, such as the step. */
  with(details: NetworkErrorDetails, message: string = this.message): NetworkError {
    const { errno, kernelMessage, attribute, path, object, step, rollback, recovered, problems, cause } = this
    const known = { errno, kernelMessage, attribute, path, object, step, rollback, recovered, problems, cause }
    const given = Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined))
    return new NetworkError(this.code, message, { ...given, ...details })
  }

  /** Plain data for `JSON.stringify`. */
  toJSON(): Record<string, unknown> {
    const { code, message, errno, kernelMessage, attribute, path, object, step, rollback, recovered, problems } = this
    return { code, message, errno, kernelMessage, attribute, path, object, step, rollback, recovered, problems }
  }
}
