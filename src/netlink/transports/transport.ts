/** One received datagram. */
export interface Datagram {
  /** The bytes; a view that is valid until the next call of `receive`. */
  readonly bytes: Uint8Array
  /** The sender's port: 0 is the kernel, anything else another program. */
  readonly senderPortId: number
  /** Whether the datagram was longer than the buffer, so that its end is lost. */
  readonly truncated: boolean
}

/** What `receive` found. */
export type Received =
  | { readonly kind: 'datagram'; readonly datagram: Datagram }
  /** Nothing is there now. */
  | { readonly kind: 'empty' }
  /** The receive buffer was full and messages are lost; the socket works on. */
  | { readonly kind: 'overrun' }

/** One netlink socket in one namespace, as bytes: it knows neither messages nor requests. */
export interface Transport {
  /** The socket's port, which the kernel addresses its answers to. */
  readonly portId: number
  /** How many answers the receive buffer surely holds; a sender that has more outstanding may lose some. */
  readonly answerCapacity: number
  /** Whether {@link close} was called. */
  readonly closed: boolean
  /** Sends one datagram to the kernel; throws a `NetworkError` where that fails. */
  send(datagram: Uint8Array): void
  /**
   * The same for what the kernel may need long for, with the event loop going on; rejects where it fails. The bytes may
   * be written over at once.
   */
  sendAside?(datagram: Uint8Array): Promise<void>
  /** Takes what has arrived, without waiting; throws a `NetworkError` where the socket is broken or closed. */
  receive(): Received
  /**
   * Begins to take many datagrams while the event loop goes on, for `receive` to give: of a dump that has shown to be
   * long. Until they are there, `receive` gives nothing.
   */
  readAhead?(): void
  /**
   * Resolves when `receive` may have something to give, when the transport is closed, or when the signal fires: then
   * the wait is withdrawn and keeps the process alive no longer.
   */
  readable(signal?: AbortSignal): Promise<void>
  /** Joins a multicast group, such as 1 for RTNLGRP_LINK. */
  join(group: number): void
  /** Leaves a multicast group. */
  leave(group: number): void
  /** Closes the socket, whatever is pending; a second call does nothing. */
  close(): void
}
