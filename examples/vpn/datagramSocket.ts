import { createSocket } from 'node:dgram'
import { endianness } from 'node:os'
import { formatIpv4, parseIpv4 } from '../../src/ip/ipv4.js'
import {
  MSG_DONTWAIT,
  SO_RCVBUFFORCE,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOL_SOCKET,
} from '../../src/system/constants.js'
import { checked, libc } from '../../src/system/libc.js'

const AF_INET = 2
const SO_MARK = 36
const largest = 65_535
const datagramsABatch = 64
// include/uapi/linux/udp.h: the kernel cuts what is sent into datagrams of so many bytes, the last of which may be shorter.
const SOL_UDP = 17
const UDP_SEGMENT = 103
const largestTrain = 60_000
const mostSegments = 64

/** Where a datagram comes from or goes to: a `sockaddr_in`. */
export type SocketAddress = Uint8Array

/** Who takes what comes. */
export interface Listener {
  each(message: Buffer, from: SocketAddress): void
  end(): void
  fail(error: Error): void
}

/** The address of a port. */
export function socketAddress(address: string, port: number): SocketAddress {
  const host = parseIpv4(address)
  if (!host) throw new TypeError(`not an IPv4 address: ${address}`)
  const family = endianness() === 'LE' ? [AF_INET, 0] : [0, AF_INET]
  return Uint8Array.from([...family, port >> 8, port & 0xff, ...host, ...new Uint8Array(8)])
}

/** As text, such as `192.0.2.1:5000`. */
export function describeSocketAddress(address: SocketAddress): string {
  return `${formatIpv4(address.subarray(4, 8))}:${((address[2] ?? 0) << 8) | (address[3] ?? 0)}`
}

/**
 * A UDP socket whose packets bear a mark, by which rules keep them out of the tunnel: that needs CAP_NET_ADMIN.
 * `node:dgram` waits for datagrams and takes the first; the others of a burst are read here, since a callback and a new
 * buffer for each cost more than the rest of the way.
 */
export class DatagramSocket {
  readonly #fd: number
  readonly #socket = createSocket('udp4')
  readonly #slab = Buffer.alloc(datagramsABatch * 2048 + largest)
  readonly #from = new Uint8Array(16)
  readonly #fromLength = new Uint8Array(Uint32Array.of(16).buffer)
  /** Datagrams that go with one call: all but the last of them have `segment` bytes. */
  readonly #train = Buffer.alloc(largest)
  #filled = 0
  #segment = 0
  #cars = 0
  #kernelSegment = 0
  #closed = false

  constructor(port: number, mark: number) {
    this.#fd = checked(libc.socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), 'socket')
    checked(libc.setsockopt(this.#fd, SOL_SOCKET, SO_MARK, int(mark), 4), 'mark packets')
    // Room for what comes while the other direction has its turn.
    checked(libc.setsockopt(this.#fd, SOL_SOCKET, SO_RCVBUFFORCE, int(8 << 20), 4), 'set receive buffer')
    const address = socketAddress('0.0.0.0', port)
    checked(libc.bind(this.#fd, address, address.length), `bind port ${port}`)
    this.#socket.bind({ fd: this.#fd })
  }

  /** Hands over datagrams; the bytes of one are valid until `end` returns, which follows the last one of a burst. */
  listen({ each, end, fail }: Listener): void {
    this.#socket.on('error', fail)
    this.#socket.on('message', (message, { address, port }) => {
      each(message, socketAddress(address, port))
      this.#drain(each)
      end()
    })
  }

  /** Sends a datagram together with others of its size, at the latest by {@link flush}. */
  append(message: Uint8Array, to: SocketAddress): void {
    const { length } = message
    const last = this.#filled % this.#segment !== 0
    if (last || length > this.#segment || this.#filled + length > largestTrain || this.#cars === mostSegments) {
      this.flush(to)
    }
    if (this.#filled === 0) this.#segment = length
    this.#train.set(message, this.#filled)
    this.#filled += length
    this.#cars++
  }

  /** Sends what was appended. */
  flush(to: SocketAddress): void {
    const [train, segment] = [this.#train.subarray(0, this.#filled), this.#segment]
    this.#filled = this.#cars = 0
    if (train.length === 0 || this.#closed) return
    const segmented = train.length > segment && this.#setSegment(segment)
    if (segmented && libc.sendto(this.#fd, train, train.length, MSG_DONTWAIT, to, to.length) >= 0) return
    // A single one, or a device on the way that cannot take them together.
    for (let at = 0; at < train.length; at += segment) this.send(train.subarray(at, at + segment), to)
  }

  #setSegment(size: number): boolean {
    if (size === this.#kernelSegment) return true
    if (libc.setsockopt(this.#fd, SOL_UDP, UDP_SEGMENT, int(size), 4) < 0) return false
    this.#kernelSegment = size
    return true
  }

  /** Sends a datagram; one that cannot be sent is lost, as any may be on the way. */
  send(message: Uint8Array, to: SocketAddress): void {
    if (this.#closed) return
    if (message.length > this.#kernelSegment) this.#setSegment(0)
    libc.sendto(this.#fd, message, message.length, MSG_DONTWAIT, to, to.length)
  }

  close(): void {
    if (!this.#closed) this.#socket.close()
    this.#closed = true
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #drain(each: Listener['each']): void {
    let at = 0
    for (let count = 1; count < datagramsABatch && !this.#closed && at + largest <= this.#slab.length; count++) {
      const place = this.#slab.subarray(at, at + largest)
      const length = libc.recvfrom(this.#fd, place, largest, MSG_DONTWAIT, this.#from, this.#fromLength)
      if (length < 0) break
      each(place.subarray(0, length), this.#from.slice())
      at += length
    }
  }
}

function int(value: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(value).buffer)
}
