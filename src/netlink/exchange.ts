import { NetworkError } from '../error.js'
import { turnIsLong, wholeTurn } from '../system/turns.js'
import { messagesOf, type ReceivedMessage } from './message.js'
import type { Transport } from './transports/transport.js'

/** How long, and until when the caller wants it. */
export interface RequestOptions {
  /**
   * Cancels the wait: the error is `ABORTED`. What has not been sent then never will be; what the kernel was already
   * sent is done nevertheless.
   */
  readonly signal?: AbortSignal | undefined
  /**
   * Milliseconds that the kernel has to answer what it was sent, until the error `TIMEOUT`; 15 seconds by default. A
   * long list has them again with each part of it. The time that a request waits for those before it does not count:
   * bound that, and the whole, by `signal`.
   */
  readonly timeout?: number | undefined
}

// From a megabyte of a dump on the kernel goes on with it while it is decoded.
const datagramsAtOnce = 32

const defaultTimeout = 15_000
/** The largest delay that timers take; beyond it they fire at once. */
export const maximumDelay = 2 ** 31 - 1

/** When the time of a request that begins now is over, by `performance.now()`. */
export function deadlineOf(options: RequestOptions): number {
  return performance.now() + (options.timeout ?? defaultTimeout)
}

/**
 * Receives messages until `visit` returns true. Messages of other senders, other ports and other requests are
 * skipped: a holder of CAP_NET_ADMIN may send to our port, and a request that was given up leaves answers behind.
 * @param before how many datagrams are received before the transport reads ahead
 */
export function receiveUntil(
  transport: Transport,
  options: RequestOptions,
  subject: string,
  isOurs: (sequence: number) => boolean,
  visit: (message: ReceivedMessage) => boolean,
  before = datagramsAtOnce,
): Promise<void> {
  return receiveDatagrams(
    transport,
    options,
    subject,
    (datagram) => visitAll(transport, datagram, isOurs, visit),
    before,
  )
}

/**
 * Receives datagrams of the kernel until `visit` returns true; one that was another program's has no bytes.
 * @param before how many datagrams are received before the transport reads ahead
 */
export async function receiveDatagrams(
  transport: Transport,
  options: RequestOptions,
  subject: string,
  visit: (datagram: Uint8Array) => boolean,
  before = datagramsAtOnce,
): Promise<void> {
  let deadline = deadlineOf(options)
  for (let count = 0; ; ) {
    assertWanted(transport, options, subject)
    const received = takeDatagram(transport, subject)
    if (!received) {
      await waitReadable(transport, deadline, options.signal, subject)
      continue
    }
    // The kernel is at it: a large forwarding database takes it longer with each part (net/bridge/br_fdb.c, br_fdb_dump).
    if (received.length > 0) deadline = deadlineOf(options)
    if (++count > before) transport.readAhead?.()
    // A datagram may take as long as a turn: it is to count even where nobody has asked in this turn so far.
    turnIsLong()
    if (visit(received)) return
    if (!turnIsLong()) continue
    if (performance.now() > deadline) throw timedOut(subject)
    await wholeTurn()
  }
}

/** Sends what the kernel may need long for. The bytes may be written over at once. */
export async function sendLong(transport: Transport, datagram: Uint8Array): Promise<void> {
  if (transport.sendAside) await transport.sendAside(datagram)
  else transport.send(datagram)
}

/** Visits what has already arrived, without waiting for more. */
export function receiveArrived(
  transport: Transport,
  subject: string,
  isOurs: (sequence: number) => boolean,
  visit: (message: ReceivedMessage) => boolean,
): void {
  for (;;) {
    const received = transport.closed ? undefined : takeDatagram(transport, subject)
    if (!received || visitAll(transport, received, isOurs, visit)) return
  }
}

/** The next datagram, one without bytes where it was another program's; `undefined` where nothing is there. */
function takeDatagram(transport: Transport, subject: string): Uint8Array | undefined {
  const received = transport.receive()
  if (received.kind === 'empty') return undefined
  if (received.kind === 'overrun') {
    // In a buffer that stays full the next answer would be lost too.
    for (let more = transport.receive(); more.kind !== 'empty'; more = transport.receive());
    throw new NetworkError('OVERRUN', `${subject}: answers were lost, the receive buffer was full`)
  }
  const { bytes, senderPortId, truncated } = received.datagram
  if (senderPortId !== 0) return new Uint8Array()
  if (truncated) throw new NetworkError('EMSGSIZE', `${subject}: an answer was longer than the receive buffer`)
  return bytes
}

function visitAll(
  transport: Transport,
  datagram: Uint8Array,
  isOurs: (sequence: number) => boolean,
  visit: (message: ReceivedMessage) => boolean,
): boolean {
  for (const message of messagesOf(datagram)) {
    if (message.portId === transport.portId && isOurs(message.sequence) && visit(message)) return true
  }
  return false
}

async function waitReadable(
  transport: Transport,
  deadline: number,
  signal: AbortSignal | undefined,
  subject: string,
): Promise<void> {
  const remaining = deadline - performance.now()
  if (remaining <= 0) throw timedOut(subject)
  const given = new AbortController()
  const giveUp = (): void => given.abort()
  const timer = setTimeout(giveUp, Math.min(remaining, maximumDelay))
  signal?.addEventListener('abort', giveUp, { once: true })
  try {
    await transport.readable(given.signal)
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', giveUp)
  }
}

/** Resolves with `before`; rejects when the signal fires first. */
export function untilTurn(before: Promise<void>, options: RequestOptions, subject: string): Promise<void> {
  const { signal } = options
  if (!signal) return before
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(aborted(subject, signal))
    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort, { once: true })
    void before.then(() => {
      signal.removeEventListener('abort', abort)
      resolve()
    })
  })
}

/** Throws where the caller or the connection wants no more. */
export function assertWanted(transport: Transport, options: RequestOptions, subject: string): void {
  if (options.signal?.aborted) throw aborted(subject, options.signal)
  if (transport.closed) throw closed(subject)
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
