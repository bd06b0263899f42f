import { rest } from '../system/turns.js'
import { messagesOf, type ReceivedMessage } from './message.js'
import type { Datagram, Transport } from './transports/transport.js'

/** What a monitor tells. */
export type MonitorEvent<T> =
  /** The kernel notified of a change. */
  | { readonly kind: 'change'; readonly change: T }
  /** Notifications were lost; whoever keeps a picture of the state must read it anew. */
  | { readonly kind: 'overrun' }

/**
 * Listens to multicast groups. The iteration ends when `close` is called; an overrun is an event and the monitor
 * goes on. Leaving the iteration does not close it: notifications wait in the socket for the next one.
 */
export class Monitor<T> implements AsyncIterable<MonitorEvent<T>>, AsyncDisposable {
  readonly #transport: Transport
  readonly #decode: (message: ReceivedMessage) => T | undefined

  /**
   * @param transport a socket of the monitor's own
   * @param groups numbers of the multicast groups, such as 1 for RTNLGRP_LINK
   * @param decode reads a notification while its bytes are valid; `undefined` leaves it out
   */
  constructor(transport: Transport, groups: readonly number[], decode: (message: ReceivedMessage) => T | undefined) {
    this.#transport = transport
    this.#decode = decode
    try {
      for (const group of groups) transport.join(group)
    } catch (error) {
      transport.close()
      throw error
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<MonitorEvent<T>, void, undefined> {
    while (!this.#transport.closed) {
      const received = this.#transport.receive()
      if (received.kind === 'empty') {
        await this.#transport.readable()
        continue
      }
      const events = received.kind === 'overrun' ? this.#eventsUntilDrained() : this.#eventsOf(received.datagram)
      for (const event of events) {
        if (this.#transport.closed) return
        yield event
      }
      await rest()
    }
  }

  /**
   * After an overrun the kernel drops every notification without a word until the socket has been read empty
   * (net/netlink/af_netlink.c, NETLINK_S_CONGESTED). Told any earlier, the overrun would not stand for these.
   */
  #eventsUntilDrained(): MonitorEvent<T>[] {
    const events: MonitorEvent<T>[] = []
    for (let more = this.#transport.receive(); more.kind !== 'empty'; more = this.#transport.receive()) {
      if (more.kind === 'datagram') for (const event of this.#eventsOf(more.datagram)) events.push(event)
    }
    events.push({ kind: 'overrun' })
    return events
  }

  /** Decodes a whole datagram before anything is yielded, since the buffer is used again meanwhile. */
  #eventsOf({ bytes, senderPortId, truncated }: Datagram): MonitorEvent<T>[] {
    if (senderPortId !== 0) return []
    const events: MonitorEvent<T>[] = []
    for (const message of messagesOf(bytes)) {
      const change = this.#decode(message)
      if (change !== undefined) events.push({ kind: 'change', change })
    }
    if (truncated) events.push({ kind: 'overrun' })
    return events
  }

  /** Ends the iteration and frees the socket. */
  close(): void {
    this.#transport.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.close()
    return Promise.resolve()
  }
}
