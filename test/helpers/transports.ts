import type { ExecutionContext } from 'ava'
import { littleEndian } from '../../src/netlink/bytes.js'
import type { NetlinkMessage } from '../../src/netlink/message.js'
import { FfiTransport } from '../../src/netlink/transports/ffi.js'
import { NpmNetlinkTransport } from '../../src/netlink/transports/npmNetlink.js'
import type { Received, Transport } from '../../src/netlink/transports/transport.js'
import { AF_NETLINK, SOCK_CLOEXEC, SOCK_RAW } from '../../src/system/constants.js'
import { checked, lastErrno, libc } from '../../src/system/libc.js'
import { inNamespace } from '../../src/system/namespace.js'
import { FakeKernel } from '../../src/testing/index.js'
import { testNamespace } from './namespace.js'

/** One kind of transport, with a network of its own to play in. */
export interface Arena {
  /** Opens a transport that ends with the test. */
  open(options?: { receiveBuffer?: number }): Transport
  /** Does a change by another socket, at once, without a turn of the event loop. */
  change(message: NetlinkMessage): void
}

export const kinds = ['ffi', 'npm', 'fake'] as const
export type Kind = (typeof kinds)[number]

/** Makes the arena of a kind. */
export function arenaOf(t: ExecutionContext, kind: Kind): Arena {
  if (kind === 'fake') return fakeArena(t, new FakeKernel())
  const { fd } = testNamespace(t)
  const Opened = kind === 'ffi' ? FfiTransport : NpmNetlinkTransport
  const other = new FfiTransport({ namespaceFd: fd })
  t.teardown(() => other.close())
  return {
    open: (options = {}) => closing(t, new Opened({ namespaceFd: fd, ...options })),
    change(message) {
      other.send(message.bytes)
      while (other.receive().kind !== 'empty');
    },
  }
}

export function fakeArena(t: ExecutionContext, kernel: FakeKernel): Arena {
  return { open: (options) => closing(t, kernel.transport(options)), change: (message) => kernel.execute(message) }
}

function closing(t: ExecutionContext, transport: Transport): Transport {
  t.teardown(() => transport.close())
  return transport
}

/** A transport in front of another one, which a test can make do other things. */
export class Wrapped implements Transport {
  readonly inner: Transport
  constructor(inner: Transport) {
    this.inner = inner
  }
  get portId(): number {
    return this.inner.portId
  }
  get answerCapacity(): number {
    return this.inner.answerCapacity
  }
  get closed(): boolean {
    return this.inner.closed
  }
  send(datagram: Uint8Array): void {
    this.inner.send(datagram)
  }
  receive(): Received {
    return this.inner.receive()
  }
  readable(signal?: AbortSignal): Promise<void> {
    return this.inner.readable(signal)
  }
  join(group: number): void {
    this.inner.join(group)
  }
  leave(group: number): void {
    this.inner.leave(group)
  }
  close(): void {
    this.inner.close()
  }
}

/** Sends nothing, so that no answer ever comes. */
export class Muted extends Wrapped {
  sent = 0
  override send(): void {
    this.sent++
  }
}

/** Sends a datagram to the port of another socket, as only a holder of CAP_NET_ADMIN may; returns the error number. */
export function sendToPort(namespaceFd: number, portId: number, datagram: Uint8Array): number {
  const type = SOCK_RAW | SOCK_CLOEXEC
  const fd = inNamespace(namespaceFd, () => checked(libc.socket(AF_NETLINK, type, 0), 'open netlink socket'))
  try {
    const address = new Uint8Array(12)
    const view = new DataView(address.buffer)
    view.setUint16(0, AF_NETLINK, littleEndian)
    view.setUint32(4, portId, littleEndian)
    checked(libc.connect(fd, address, address.length), 'connect')
    return libc.send(fd, datagram, datagram.length, 0) < 0 ? lastErrno() : 0
  } finally {
    libc.close(fd)
  }
}
