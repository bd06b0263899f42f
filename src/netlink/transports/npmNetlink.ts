import type { RawNetlinkSocket } from 'netlink/dist/raw.js'
import { NetworkError } from '../../error.js'
import { MSG_DONTWAIT } from '../../system/constants.js'
import { systemError } from '../../system/errno.js'
import { libc } from '../../system/libc.js'
import { inNamespace } from '../../system/namespace.js'
import { littleEndian } from '../bytes.js'
import { headerSize, NLM_F_ACK, NLM_F_REQUEST, NLMSG_NOOP } from '../message.js'
import { assertMainThread, closeLater, closeOnExit, descriptorOf, loadRawNetlinkSocket } from './npmSocket.js'
import { dropCount } from './socketDescriptor.js'
import { NETLINK_NO_ENOBUFS, SOL_NETLINK, setCommonOptions, setOption } from './socketOptions.js'
import type { Datagram, Received, Transport } from './transport.js'
import { Waiters } from './waiters.js'

/** How to open a netlink socket by the npm package `netlink`, or which one to take over. */
export interface NpmNetlinkTransportOptions {
  /**
   * A socket that the caller already holds. The transport sets options on it, listens to it and closes it; listeners
   * of the caller's must not throw and must not close it, which would end the process.
   */
  readonly socket?: RawNetlinkSocket
  /** The netlink family; 0 is NETLINK_ROUTE. */
  readonly protocol?: number
  /** Descriptor of the namespace that the socket belongs to; the calling thread's own by default. */
  readonly namespaceFd?: number
  /** Bytes of receive buffer to ask for; 8 MiB by default. */
  readonly receiveBuffer?: number
  /** Whether waiting for a message keeps the process alive; true by default. */
  readonly ref?: boolean
}

const defaultReceiveBuffer = 8 << 20
const bytesAnAnswer = 2048
const slabSize = 1 << 16

/**
 * A netlink socket of the npm package `netlink`, of which the raw socket alone is used. The package ends the process
 * on a receive overrun, on an exception in a listener, on a close inside one and on exit with an open socket: so the
 * kernel is told not to report overruns (losses are read from the drop count instead), nothing of the user's runs
 * inside a listener, and closing waits for the event loop. It cannot be opened in a worker.
 */
export class NpmNetlinkTransport implements Transport {
  readonly portId: number
  readonly answerCapacity: number
  readonly #socket: RawNetlinkSocket
  readonly #fd: number
  readonly #ref: boolean
  readonly #queueLimit: number
  readonly #waiters = new Waiters((waiting) => this.#hold(waiting))
  #queue: Datagram[] = []
  #next = 0
  #queuedBytes = 0
  #drops: number
  #overrun = false
  #failure: NetworkError | undefined
  #closed = false
  #wakes = false

  constructor(options: NpmNetlinkTransportOptions = {}) {
    const protocol = options.protocol ?? 0
    this.#ref = options.ref ?? true
    assertMainThread()
    this.#socket = options.socket ?? openSocket(protocol, options.namespaceFd)
    closeOnExit(this.#socket)
    try {
      this.#fd = descriptorOf(this.#socket, protocol)
      setOption(this.#fd, SOL_NETLINK, NETLINK_NO_ENOBUFS, 1, 'keep overruns from ending the process')
      setCommonOptions(this.#fd, options.receiveBuffer ?? defaultReceiveBuffer)
      if (!options.socket) askForLargeDatagrams(this.#fd)
      this.portId = this.#socket.address().port
      this.#queueLimit = this.#socket.getRecvBufferSize()
      this.answerCapacity = Math.max(16, Math.floor(this.#queueLimit / bytesAnAnswer))
      this.#drops = dropCount(this.#fd)
      this.#socket.unref()
    } catch (error) {
      closeLater(this.#socket)
      throw error
    }
    this.#listen()
  }

  get closed(): boolean {
    return this.#closed
  }

  send(datagram: Uint8Array): void {
    this.#assertOpen()
    // The callback always comes, since without one an error would be emitted.
    this.#socket.send(datagram, {}, (error) => {
      if (error) this.#fail(error, `send ${datagram.length} bytes to the kernel`)
    })
  }

  receive(): Received {
    this.#assertOpen()
    if (this.#failure) {
      const failure = this.#failure
      this.#failure = undefined
      throw failure
    }
    if (this.#overran()) return { kind: 'overrun' }
    const datagram = this.#queue[this.#next]
    if (!datagram) return { kind: 'empty' }
    this.#next++
    this.#queuedBytes -= datagram.bytes.length
    if (this.#next === this.#queue.length || this.#next === 1024) {
      this.#queue.splice(0, this.#next)
      this.#next = 0
    }
    return { kind: 'datagram', datagram }
  }

  #overran(): boolean {
    const drops = dropCount(this.#fd)
    const overran = this.#overrun || drops !== this.#drops
    this.#drops = drops
    this.#overrun = false
    return overran
  }

  readable(signal?: AbortSignal): Promise<void> {
    if (this.#closed || this.#failure || this.#overrun || this.#queue.length > 0) return Promise.resolve()
    return this.#waiters.wait(signal)
  }

  join(group: number): void {
    this.#assertOpen()
    this.#membership(() => this.#socket.addMembership(group), `join multicast group ${group}`)
  }

  leave(group: number): void {
    this.#assertOpen()
    this.#membership(() => this.#socket.dropMembership(group), `leave multicast group ${group}`)
  }

  #membership(work: () => void, what: string): void {
    try {
      work()
    } catch (error) {
      throw errorOf(error, what)
    }
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#queue = []
    this.#waiters.wake()
    closeLater(this.#socket)
  }

  #listen(): void {
    const socket = this.#socket
    socket.on('message', (message, sender) => this.#take(message, sender.port, false))
    socket.on('truncatedMessage', (message, sender) => this.#take(message, sender.port, true))
    socket.on('error', (error) => this.#fail(error, 'receive from the kernel'))
    socket.on('close', () => this.#onClose())
  }

  /** Runs inside the addon's callback, where an exception would end the process: it only puts aside. */
  #take(message: Uint8Array, senderPortId: number, truncated: boolean): void {
    if (this.#closed) return
    if (this.#queuedBytes > this.#queueLimit) this.#overrun = true
    else {
      // A copy: in a socket of the user's that does not peek, each message holds on to a buffer of full size.
      this.#queue.push({ bytes: new Uint8Array(message), senderPortId, truncated })
      this.#queuedBytes += message.length
    }
    this.#wakeLater()
  }

  #fail(error: Error, what: string): void {
    this.#failure = errorOf(error, what)
    this.#wakeLater()
  }

  /** The socket's owner closed it. */
  #onClose(): void {
    if (this.#closed) return
    this.#closed = true
    closeLater(this.#socket)
    this.#wakeLater()
  }

  /** Whoever waits goes on outside of the addon's callback, where it may throw and close. */
  #wakeLater(): void {
    if (this.#wakes) return
    this.#wakes = true
    setImmediate(() => {
      this.#wakes = false
      this.#waiters.wake()
    })
  }

  #hold(waiting: boolean): void {
    if (this.#closed || !this.#ref) return
    if (waiting) this.#socket.ref()
    else this.#socket.unref()
  }

  #assertOpen(): void {
    if (this.#closed) throw new NetworkError('CLOSED', 'the netlink socket is closed')
  }
}

function openSocket(protocol: number, namespaceFd: number | undefined): RawNetlinkSocket {
  const Socket = loadRawNetlinkSocket()
  const open = (): RawNetlinkSocket => {
    try {
      // The kernel chooses the port. Peeking gives each message a buffer of its own size; without it, every
      // acknowledgement would be allocated at the size of the largest message.
      return new Socket(protocol, { localPort: 0, messagePeeking: true, recvBufferSize: 0, sendBufferSize: 0 })
    } catch (error) {
      throw errorOf(error, 'open netlink socket')
    }
  }
  return namespaceFd === undefined ? open() : inNamespace(namespaceFd, open)
}

/**
 * The kernel makes the datagrams of a dump as large as the largest buffer it was ever offered, and the package, which
 * peeks, offers none that is larger than the message. So the answer to a message that does nothing is received here.
 */
function askForLargeDatagrams(fd: number): void {
  const noop = new Uint8Array(headerSize)
  const view = new DataView(noop.buffer)
  view.setUint32(0, headerSize, littleEndian)
  view.setUint16(4, NLMSG_NOOP, littleEndian)
  view.setUint16(6, NLM_F_REQUEST | NLM_F_ACK, littleEndian)
  if (libc.send(fd, noop, noop.length, 0) < 0) return
  libc.recvfrom(fd, new Uint8Array(slabSize), slabSize, MSG_DONTWAIT, null, null)
}

function errorOf(error: unknown, what: string): NetworkError {
  if (error instanceof Error && 'errno' in error && typeof error.errno === 'number') {
    return systemError(Math.abs(error.errno), what)
  }
  return new NetworkError('EIO', `${what}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
}
