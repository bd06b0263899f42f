import { closeSync } from 'node:fs'
import { NetworkError } from '../error.js'
import { GenericNetlink } from '../genetlink/genericNetlink.js'
import { Connection } from '../netlink/connection.js'
import { closed, type RequestOptions } from '../netlink/exchange.js'
import type { Transport } from '../netlink/transports/transport.js'
import { attempt, type Result } from '../result.js'
import { type Allowed, abortSignal, checkAllowed, deadline, flag } from '../system/optionValues.js'
import type { ListOptions } from './objects.js'

/** What makes the sockets of a network; without one for generic netlink there is none. */
export interface Transports {
  readonly transport: (namespaceFd: number) => Transport
  readonly genericTransport: ((namespaceFd: number) => Transport) | undefined
}

/** What the options of every call can be. */
export const requestOptions: Allowed<RequestOptions> = { signal: abortSignal, timeout: deadline }
const listOptions: Allowed<ListOptions> = { ...requestOptions, allowInconsistent: flag }

/** What the objects of one network share: its namespace, a socket for requests, and how calls end. */
export class Session {
  readonly #namespaceFd: number
  readonly #transport: (namespaceFd: number) => Transport
  readonly #genericTransport: ((namespaceFd: number) => Transport) | undefined
  readonly #timeout: number | undefined
  readonly #listeners = new Set<() => void>()
  #connection: Connection | undefined
  #generic: GenericNetlink | undefined
  #closed = false

  /** Takes the descriptor over, unless it throws. */
  constructor(namespaceFd: number, transports: Transports, timeout: number | undefined) {
    const { transport, genericTransport } = transports
    this.#namespaceFd = namespaceFd
    this.#transport = transport
    this.#genericTransport = genericTransport
    this.#timeout = timeout
    this.#connection = new Connection(transport(namespaceFd))
  }

  /** Never kept across an `await`: after the close another file may have its number. */
  get namespaceFd(): number {
    if (this.#closed) throw closed('network')
    return this.#namespaceFd
  }

  get connection(): Connection {
    if (this.#closed || !this.#connection) throw closed('network')
    return this.#connection
  }

  /** Whether there is {@link generic}. */
  get hasGeneric(): boolean {
    return this.#genericTransport !== undefined
  }

  /** Generic netlink, whose socket is opened when it is first asked for. */
  get generic(): GenericNetlink {
    const { namespaceFd } = this
    if (!this.#genericTransport) {
      throw new NetworkError(
        'UNSUPPORTED',
        'this network was opened with a transport of its own, and no genericTransport',
      )
    }
    this.#generic ??= new GenericNetlink(new Connection(this.#genericTransport(namespaceFd)))
    return this.#generic
  }

  get closed(): boolean {
    return this.#closed
  }

  /** Runs one call of the public face. */
  run<T>(options: RequestOptions, work: (options: RequestOptions) => Promise<T> | T): Promise<Result<T>> {
    return this.runAllowed(options, requestOptions, work)
  }

  /** Runs one call that lists. */
  runList<T>(options: ListOptions, work: (options: ListOptions) => Promise<T> | T): Promise<Result<T>> {
    return this.runAllowed(options, listOptions, work)
  }

  /** Runs one call that takes more options, or others. */
  runAllowed<Options extends RequestOptions, T>(
    options: Options,
    allowed: Allowed<Options>,
    work: (options: Options) => Promise<T> | T,
  ): Promise<Result<T>> {
    return attempt(() => {
      if (this.#closed) throw closed('network')
      checkAllowed(options, allowed)
      assertNotAborted(options)
      return work(options.timeout === undefined ? { ...options, timeout: this.#timeout } : options)
    })
  }

  /** Opens a further socket, and calls `onClose` when the network is closed. */
  listen(onClose: () => void): Transport {
    const transport = this.#transport(this.namespaceFd)
    this.#listeners.add(onClose)
    return transport
  }

  forget(onClose: () => void): void {
    this.#listeners.delete(onClose)
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#connection?.close()
    this.#generic?.connection.close()
    for (const onClose of [...this.#listeners]) onClose()
    closeSync(this.#namespaceFd)
  }
}

/** Throws where the caller wants no more; for steps that are no requests. */
export function assertNotAborted({ signal }: RequestOptions): void {
  if (signal?.aborted) throw new NetworkError('ABORTED', 'aborted', { cause: signal.reason })
}
