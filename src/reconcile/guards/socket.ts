import { SOCK_CLOEXEC, SOCK_NONBLOCK, SOL_SOCKET } from '../../system/constants.js'
import { errnoNumber, systemError } from '../../system/errno.js'
import { checked, lastErrno, libc } from '../../system/libc.js'
import { inNamespace } from '../../system/namespace.js'
import { socketFamily, type Target } from './target.js'

// include/uapi/asm-generic/socket.h
const SO_ERROR = 4
const SO_BINDTODEVICE = 25

// include/uapi/linux/in.h and in6.h
const IPPROTO_IP = 0
const IP_RECVERR = 11
const IPPROTO_IPV6 = 41
const IPV6_RECVERR = 25

const EAGAIN = errnoNumber('EAGAIN')
const EINTR = errnoNumber('EINTR')
const EINPROGRESS = errnoNumber('EINPROGRESS')

/** `struct sockaddr_in` or `sockaddr_in6`; the family is in the machine's order, the port in the network's. */
export function socketAddress(address: Uint8Array, port = 0): Uint8Array {
  const isIpv4 = address.length === 4
  const bytes = new Uint8Array(isIpv4 ? 16 : 28)
  new Uint16Array(bytes.buffer)[0] = socketFamily(address)
  new DataView(bytes.buffer).setUint16(2, port)
  bytes.set(address, isIpv4 ? 4 : 8)
  return bytes
}

/** Opens a non-blocking socket in the namespace; the caller closes it by `libc.close`. */
export function openSocket(target: Target, type: number, protocol: number, namespaceFd: number | undefined): number {
  const flags = SOCK_NONBLOCK | SOCK_CLOEXEC
  const open = (): number => checked(libc.socket(socketFamily(target.address), type | flags, protocol), 'open socket')
  return namespaceFd === undefined ? open() : inNamespace(namespaceFd, open)
}

/**
 * Binds a socket to the source and the link of a target, and connects it.
 *
 * @returns whether it is connected; `false` means that it is under way
 */
export function connectSocket(fd: number, target: Target, port = 0): boolean {
  const { source, interface: link } = target
  if (link !== undefined) {
    const name = Buffer.from(link)
    checked(libc.setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, name.length), `use link ${link}`)
  }
  if (source) {
    const from = socketAddress(source)
    checked(libc.bind(fd, from, from.length), 'use source address')
  }
  const to = socketAddress(target.address, port)
  if (libc.connect(fd, to, to.length) === 0) return true
  const errno = lastErrno()
  if (errno === EINPROGRESS) return false
  throw systemError(errno, 'connect')
}

/** Throws the error that a socket has met, which is told once. */
export function throwSocketError(fd: number, what: string): void {
  const value = new Int32Array(1)
  const length = Int32Array.of(4)
  checked(
    libc.getsockopt(fd, SOL_SOCKET, SO_ERROR, new Uint8Array(value.buffer), new Uint8Array(length.buffer)),
    'getsockopt',
  )
  const [errno = 0] = value
  if (errno !== 0) throw systemError(errno, what)
}

/** Has the socket told of every error that comes back, not only of the fatal ones (ip(7), ipv6(7)). */
export function reportErrors(fd: number, address: Uint8Array): void {
  const [level, option] = address.length === 4 ? [IPPROTO_IP, IP_RECVERR] : [IPPROTO_IPV6, IPV6_RECVERR]
  checked(libc.setsockopt(fd, level, option, new Uint8Array(Int32Array.of(1).buffer), 4), 'setsockopt')
}

/** Takes a datagram that has arrived; `undefined` where there is none. */
export function receive(fd: number, slab: Uint8Array): Uint8Array | undefined {
  const length = libc.recvfrom(fd, slab, slab.length, 0, null, null)
  if (length >= 0) return slab.subarray(0, length)
  const errno = lastErrno()
  if (errno === EAGAIN || errno === EINTR) return undefined
  throw systemError(errno, 'receive')
}
