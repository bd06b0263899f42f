import { NetworkError } from '../error.js'
import { maximumDelay } from '../netlink/exchange.js'
import { codeOf } from '../system/errno.js'

/** How long routes are waited for. */
export interface RouteReadOptions {
  /** Ends reading, also where the source never gives anything: the error is `ABORTED`. */
  readonly signal?: AbortSignal | undefined
  /** Milliseconds that the source has for each part, until the error `TIMEOUT`. Default: no end. */
  readonly timeout?: number | undefined
}

/** Throws where a caller has given up. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new NetworkError('ABORTED', 'reading routes: aborted', { cause: signal.reason })
}

/** What a source of routes threw. */
export class SourceError extends NetworkError {}

/** A source's own failure: what the system said of a file by its name, anything else as a fault of the argument. */
export function failed(cause: unknown): NetworkError {
  if (cause instanceof NetworkError) return cause
  const message = `cannot read routes: ${cause instanceof Error ? cause.message : String(cause)}`
  const errno = cause instanceof Error && 'errno' in cause ? cause.errno : undefined
  if (typeof errno !== 'number') return new SourceError('INVALID_ARGUMENT', message, { cause })
  const code = codeOf(cause)
  return new SourceError(code === 'ENOENT' ? 'NOT_FOUND' : code, message, { errno: -errno, cause })
}

/** What a call of a source returns. */
function told<T>(call: () => T): T {
  try {
    return call()
  } catch (error) {
    throw failed(error)
  }
}

/** What a source gives that need not be waited for. */
export function* given<T>(source: Iterable<T>): Generator<T> {
  try {
    yield* source
  } catch (error) {
    throw failed(error)
  }
}

/** What a source gives, which may never settle, waited for no longer than the caller wants. */
export class Awaited<T> implements AsyncIterableIterator<T> {
  readonly #iterator: AsyncIterator<T>
  readonly #options: RouteReadOptions
  readonly #timer: NodeJS.Timeout | undefined
  /** Set while the source is waited for. */
  #reject: ((error: unknown) => void) | undefined
  #ended: NetworkError | undefined

  constructor(source: AsyncIterable<T>, options: RouteReadOptions) {
    const { signal, timeout } = options
    this.#options = options
    this.#iterator = told(() => source[Symbol.asyncIterator]())
    if (timeout !== undefined) this.#timer = setTimeout(this.#onTimeout, Math.min(timeout, maximumDelay))
    signal?.addEventListener('abort', this.#onAbort)
    if (signal?.aborted) this.#onAbort()
  }

  // One promise of its own for each item: `Promise.race` would leave a reaction a time on what lasts as long as the signal.
  next(): Promise<IteratorResult<T>> {
    return new Promise((resolve, reject) => {
      if (this.#ended) {
        reject(this.#ended)
        return
      }
      this.#reject = reject
      this.#timer?.refresh()
      Promise.resolve(told(() => this.#iterator.next())).then(
        (result) => {
          this.#reject = undefined
          if (result.done) this.#release()
          resolve(result)
        },
        (error) => {
          this.#release()
          reject(failed(error))
        },
      )
    })
  }

  async return(): Promise<IteratorResult<T>> {
    this.#release()
    await Promise.resolve(told(() => this.#iterator.return?.())).catch((error) => {
      throw failed(error)
    })
    return { value: undefined, done: true }
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  readonly #onAbort = (): void => {
    const cause: unknown = this.#options.signal?.reason
    this.#end(new NetworkError('ABORTED', 'reading routes: aborted', { cause }))
  }

  readonly #onTimeout = (): void => {
    if (!this.#reject) return
    this.#end(new NetworkError('TIMEOUT', `reading routes: nothing came within ${this.#options.timeout} ms`))
  }

  /** Gives the source up. What it does about it is not waited for: a generator would go on with its wait first. */
  #end(error: NetworkError): void {
    this.#ended = error
    this.#release()
    this.#reject?.(error)
    new Promise((resolve) => resolve(this.#iterator.return?.())).catch(() => {})
  }

  #release(): void {
    clearTimeout(this.#timer)
    this.#options.signal?.removeEventListener('abort', this.#onAbort)
  }
}
