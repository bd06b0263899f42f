import { NetworkError } from '../../error.js'
import { sendAside } from '../../system/aside.js'
import {
  AF_NETLINK,
  MSG_DONTWAIT,
  MSG_TRUNC,
  SO_RCVBUF,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_RAW,
  SOL_SOCKET,
} from '../../system/constants.js'
import { errnoNumber, systemError } from '../../system/errno.js'
import { checked, lastErrno, libc } from '../../system/libc.js'
import { FixedMemory } from '../../system/memory.js'
import { inNamespace } from '../../system/namespace.js'
import { type Watch, watchDescriptor } from '../../system/readiness.js'
import { littleEndian } from '../bytes.js'
import { ReadAhead } from './readAhead.js'
import {
  getOption,
  makeRoom,
  NETLINK_ADD_MEMBERSHIP,
  NETLINK_DROP_MEMBERSHIP,
  SOL_NETLINK,
  setCommonOptions,
  setOption,
} from './socketOptions.js'
import type { Received, Transport } from './transport.js'
import { Waiters } from './waiters.js'

/** How to open a netlink socket. */
export interface FfiTransportOptions {
  /** The netlink family; 0 is NETLINK_ROUTE. */
  readonly protocol?: number
  /** Descriptor of the namespace that the socket belongs to; the calling thread's own by default. */
  readonly namespaceFd?: number
  /** Bytes of receive buffer to ask for; 8 MiB by default. */
  readonly receiveBuffer?: number
  /** Whether waiting for a message keeps the process alive; true by default. */
  readonly ref?: boolean
}

const EAGAIN = errnoNumber('EAGAIN')
const EINTR = errnoNumber('EINTR')
const EMSGSIZE = errnoNumber('EMSGSIZE')
const ENOBUFS = errnoNumber('ENOBUFS')

// The kernel makes the datagrams of a dump as large as the largest buffer that was ever offered, up to 32 KiB
// (net/netlink/af_netlink.c, netlink_dump); a single message can be larger.
const slabSize = 1 << 16

// Shorter ones are no parts of a long dump, at which the kernel works inside of the receiving, but lie there already.
const leastOfDump = 1 << 12

// An answer costs the receive buffer its skb and not its bytes: some 800 an acknowledgement, 1300 one with a text.
const bytesAnAnswer = 2048

/**
 * A netlink socket by plain system calls.
 *
 * rtnetlink does its work inside `send`, so an answer is there when that returns and a request waits for nothing.
 */
export class FfiTransport implements Transport {
  readonly portId: number
  readonly answerCapacity: number
  readonly #fd: number
  readonly #slab = new Uint8Array(slabSize)
  readonly #sender = new Uint8Array(12)
  readonly #senderView = new DataView(this.#sender.buffer)
  readonly #senderLength = new Uint8Array(4)
  readonly #ref: boolean
  #closed = false
  /** How many calls on other threads have the descriptor. */
  #borrowed = 0
  #sendMemory: FixedMemory | undefined
  #ahead: ReadAhead | undefined
  #failure: NetworkError | undefined
  #watch: Watch | undefined
  readonly #waiters = new Waiters((waiting) => (waiting ? this.#startWatch() : this.#watch?.setRef(false)))
  /** The datagram that libuv's own read took; it comes before anything that the socket still holds. */
  #taken: Uint8Array | undefined
  #overrun = false
  #lastLength = 0

  constructor(options: FfiTransportOptions = {}) {
    // Non-blocking, since libuv reads it too: a read of what was taken meanwhile would stop the process.
    const type = SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK
    const open = () => checked(libc.socket(AF_NETLINK, type, options.protocol ?? 0), 'open netlink socket')
    this.#fd = options.namespaceFd === undefined ? open() : inNamespace(options.namespaceFd, open)
    this.#ref = options.ref ?? true
    try {
      setCommonOptions(this.#fd, options.receiveBuffer ?? 8 << 20)
      const kernel = new Uint8Array(12)
      new DataView(kernel.buffer).setUint16(0, AF_NETLINK, littleEndian)
      checked(libc.bind(this.#fd, kernel, kernel.length), 'bind netlink socket')
      // Other programs can no longer send to our port (net/netlink/af_netlink.c, netlink_getsockbyportid).
      checked(libc.connect(this.#fd, kernel, kernel.length), 'connect netlink socket to the kernel')
      this.portId = portIdOf(this.#fd)
      const buffer = getOption(this.#fd, SOL_SOCKET, SO_RCVBUF, 'read receive buffer size')
      this.answerCapacity = Math.max(16, Math.floor(buffer / bytesAnAnswer))
    } catch (error) {
      libc.close(this.#fd)
      throw error
    }
  }

  get closed(): boolean {
    return this.#closed
  }

  send(datagram: Uint8Array): void {
    this.#assertOpen()
    while (libc.send(this.#fd, datagram, datagram.length, 0) < 0) this.#assertWorthAnother(lastErrno(), datagram.length)
  }

  async sendAside(datagram: Uint8Array): Promise<void> {
    this.#assertOpen()
    const { length } = datagram
    // Taken while in use, since two sends may be under way.
    const known = this.#sendMemory
    const memory = known && known.bytes.length >= length ? known : new FixedMemory(Math.max(length, slabSize))
    this.#sendMemory = undefined
    memory.bytes.set(datagram)
    const send = (): Promise<number> => this.#borrowing(sendAside(this.#fd, memory, length))
    for (let sent = await send(); sent < 0; sent = await send()) {
      this.#assertOpen()
      this.#assertWorthAnother(-sent, length)
    }
    this.#sendMemory = memory
  }

  /** Throws the error of a send, unless another try can do better. */
  #assertWorthAnother(errno: number, length: number): void {
    if (errno === EINTR || (errno === EMSGSIZE && makeRoom(this.#fd, length))) return
    throw systemError(errno, `send ${length} bytes to the kernel`)
  }

  readAhead(): void {
    // libuv's own read would take a datagram out of its turn.
    if (this.#closed || this.#watch) return
    this.#ahead ??= new ReadAhead(this.#fd, slabSize, (errno) => this.#onAheadError(errno))
    if (this.#lastLength < leastOfDump) {
      this.#ahead.startNow()
      return
    }
    const underWay = this.#ahead.start()
    if (underWay) void this.#borrowing(underWay)
  }

  #onAheadError(errno: number): void {
    if (errno === ENOBUFS) this.#overrun = true
    else if (errno !== EAGAIN && errno !== EINTR) this.#failure = systemError(errno, 'receive from the kernel')
  }

  /** Keeps the descriptor open until a call on another thread is over. */
  async #borrowing<T>(call: Promise<T>): Promise<T> {
    this.#borrowed++
    try {
      return await call
    } finally {
      this.#borrowed--
      if (this.#closed && this.#borrowed === 0) libc.close(this.#fd)
    }
  }

  receive(): Received {
    this.#assertOpen()
    const taken = this.#taken
    if (taken) {
      this.#taken = undefined
      // read(2) does not tell the sender. The socket is connected to the kernel, and to multicast groups only a holder
      // of CAP_NET_ADMIN in the namespace can send (NETLINK_ROUTE lacks NL_CFG_F_NONROOT_SEND), who needs no forgery.
      return { kind: 'datagram', datagram: { bytes: taken, senderPortId: 0, truncated: false } }
    }
    const datagram = this.#ahead?.take()
    if (datagram) {
      this.#lastLength = datagram.bytes.length
      return { kind: 'datagram', datagram }
    }
    if (this.#ahead?.underWay) return { kind: 'empty' }
    if (this.#failure) throw this.#failure
    if (this.#overrun) {
      this.#overrun = false
      return { kind: 'overrun' }
    }
    const flags = MSG_DONTWAIT | MSG_TRUNC
    this.#senderLength[0] = this.#sender.length
    const length = libc.recvfrom(this.#fd, this.#slab, slabSize, flags, this.#sender, this.#senderLength)
    if (length < 0) return this.#receiveError(lastErrno())
    this.#lastLength = length
    return {
      kind: 'datagram',
      datagram: {
        bytes: this.#slab.subarray(0, Math.min(length, slabSize)),
        senderPortId: this.#senderView.getUint32(4, littleEndian),
        truncated: length > slabSize,
      },
    }
  }

  #receiveError(errno: number): Received {
    if (errno === EAGAIN || errno === EINTR) return { kind: 'empty' }
    if (errno === ENOBUFS) return { kind: 'overrun' }
    throw systemError(errno, 'receive from the kernel')
  }

  readable(signal?: AbortSignal): Promise<void> {
    if (this.#closed || this.#taken || this.#overrun || this.#failure || this.#ahead?.filled) return Promise.resolve()
    return this.#ahead?.underWay ?? this.#waiters.wait(signal)
  }

  join(group: number): void {
    this.#assertOpen()
    setOption(this.#fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group, `join multicast group ${group}`)
  }

  leave(group: number): void {
    this.#assertOpen()
    setOption(this.#fd, SOL_NETLINK, NETLINK_DROP_MEMBERSHIP, group, `leave multicast group ${group}`)
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#watch?.stop()
    this.#watch = undefined
    if (this.#borrowed === 0) libc.close(this.#fd)
    this.#waiters.wake()
  }

  #startWatch(): void {
    if (this.#watch) {
      this.#watch.setRef(this.#ref)
      this.#watch.resume()
      return
    }
    this.#watch = watchDescriptor(this.#fd, new Uint8Array(slabSize), {
      onRead: (slab, length) => {
        this.#taken = slab.slice(0, length)
        this.#waiters.wake()
        return false
      },
      onEnd: (error) => {
        this.#watch = undefined
        if (this.#closed) return
        // libuv ends a stream on any error; ours was an overrun, which the kernel reports once and then forgets.
        if (error) this.#overrun = true
        this.#waiters.wake()
      },
    })
    this.#watch.setRef(this.#ref)
  }

  #assertOpen(): void {
    if (this.#closed) throw new NetworkError('CLOSED', 'the netlink socket is closed')
  }
}

function portIdOf(fd: number): number {
  const address = new Uint8Array(12)
  const length = Uint8Array.of(address.length, 0, 0, 0)
  checked(libc.getsockname(fd, address, length), 'getsockname')
  return new DataView(address.buffer).getUint32(4, littleEndian)
}
