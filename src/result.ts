// The one door to ts-results: its package is a UMD bundle, of which Node sees no named exports
// although TypeScript does (ts-results#36), so only the default import works at run time.
import type { Err as ErrOf, Ok as OkOf, Result as ResultOf } from 'ts-results'
import tsResults from 'ts-results'
import { NetworkError } from './error.js'

/** A success that holds `val`; `ok` is true. From the package `ts-results`. */
export type Ok<T> = OkOf<T>
/** A failure that holds `val`; `err` is true. From the package `ts-results`. */
export type Err<E> = ErrOf<E>
/**
 * What every function of the public face returns: {@link Ok} with the value or {@link Err} with the error.
 * From the package `ts-results`: `ok`, `err`, `val`, `unwrap()`, `map()`, `mapErr()`, `andThen()`.
 */
export type Result<T, E = NetworkError> = ResultOf<T, E>

/** Makes a success. */
export const Ok: typeof tsResults.Ok = tsResults.Ok
/** Makes a failure. It takes a stack trace (some 20 µs), so make one a call, never one an object. */
export const Err: typeof tsResults.Err = tsResults.Err

/** Runs `work` and turns a thrown {@link NetworkError} into an `Err`; any other exception is a bug and goes on. */
export async function attempt<T>(work: () => Promise<T> | T): Promise<Result<T>> {
  try {
    return Ok(await work())
  } catch (error) {
    return Err(networkErrorOrThrow(error))
  }
}

/** {@link attempt} for work that does not wait. */
export function attemptSync<T>(work: () => T): Result<T> {
  try {
    return Ok(work())
  } catch (error) {
    return Err(networkErrorOrThrow(error))
  }
}

function networkErrorOrThrow(error: unknown): NetworkError {
  if (error instanceof NetworkError) return error
  throw error
}
