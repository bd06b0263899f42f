import { setImmediate as nextTurn } from 'node:timers/promises'
import { NetworkError } from '../error.js'
import { messagesOf, type ReceivedMessage } from './message.js'
import type { Transport } from './transports/transport.js'

/** How long, and until when the caller wants it. */
export interface RequestOptions {
  /** Cancels the wait: the error is `ABORTED`. What the kernel was already sent is done nevertheless. */
  readonly signal?: AbortSignal | undefined
  /** Milliseconds until the error `TIMEOUT`; 15 seconds by default. */
  readonly timeout?: number | undefined
}

const defaultTimeout = 15_000
const turnBudget = 8

/**
 * Receives messages until `visit` returns true. Messages of other senders, other ports and other requests are
 * skipped: a holder of CAP_NET_ADMIN may send to our port, and a request that was given up leaves answers behind.
 */
export async function receiveUntil(
  transport: Transport,
  options: RequestOptions,
  subject: string,
  isOurs: (sequence: number) => boolean,
  visit: (message: ReceivedMessage) => boolean,
): Promise<void> {
  const deadline = performance.now() + (options.timeout ?? defaultTimeout)
  let turnStart = performance.now()
  for (;;) {
    if (options.signal?.aborted) throw aborted(subject, options.signal)
    if (transport.closed) throw closed(subject)
    const received = transport.receive()
    if (received.kind === 'empty') {
      await waitReadable(transport, deadline, options.signal, subject)
      turnStart = performance.now()
    } else if (received.kind === 'overrun') {
      throw new NetworkError('OVERRUN', `${subject}: answers were lost, the receive buffer was full`)
    } else {
      const { bytes, senderPortId, truncated } = received.datagram
      if (senderPortId !== 0) continue
      if (truncated) throw new NetworkError('EMSGSIZE', `${subject}: an answer was longer than the receive buffer`)
      for (const message of messagesOf(bytes)) {
        if (message.portId === transport.portId && isOurs(message.sequence) && visit(message)) return
      }
      if (performance.now() - turnStart > turnBudget) {
        await nextTurn()
        turnStart = performance.now()
      }
    }
  }
}

async function waitReadable(
  transport: Transport,
  deadline: number,
  signal: AbortSignal | undefined,
  subject: string,
): Promise<void> {
  const remaining = deadline - performance.now()
  if (remaining <= 0) throw timedOut(subject)
  let cancel = (): void => {}
  const given = new Promise<'timeout' | 'abort'>((resolve) => {
    const timer = setTimeout(resolve, remaining, 'timeout')
    const abort = (): void => resolve('abort')
    signal?.addEventListener('abort', abort, { once: true })
    cancel = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
    }
  })
  try {
    const outcome = await Promise.race([transport.readable(), given])
    if (outcome === 'timeout') throw timedOut(subject)
  } finally {
    cancel()
  }
}

function timedOut(subject: string): NetworkError {
  return new NetworkError('TIMEOUT', `${subject}: no answer in time`)
}

function aborted(subject: string, signal: AbortSignal): NetworkError {
  return new NetworkError('ABORTED', `${subject}: aborted`, { cause: signal.reason })
}

/** The error of everything that is pending or begun after a close. */
export function closed(subject: string): NetworkError {
  return new NetworkError('CLOSED', `${subject}: the connection is closed`)
}
