import { SO_RCVBUF, SO_RCVBUFFORCE, SO_SNDBUF, SO_SNDBUFFORCE, SOL_SOCKET } from '../../system/constants.js'
import { checked, libc } from '../../system/libc.js'
import { littleEndian } from '../bytes.js'

// include/uapi/linux/netlink.h, include/linux/socket.h
export const SOL_NETLINK = 270
export const NETLINK_ADD_MEMBERSHIP = 1
export const NETLINK_DROP_MEMBERSHIP = 2
export const NETLINK_NO_ENOBUFS = 5
export const NETLINK_CAP_ACK = 10
export const NETLINK_EXT_ACK = 11
export const NETLINK_GET_STRICT_CHK = 12

/** Sets an option whose value is an int. */
export function setOption(fd: number, level: number, option: number, value: number, what: string): void {
  checked(libc.setsockopt(fd, level, option, int(value), 4), what)
}

/** Sets an option that older kernels lack, and goes on without it there. */
export function tryOption(fd: number, level: number, option: number, value: number): boolean {
  return libc.setsockopt(fd, level, option, int(value), 4) === 0
}

/** Reads an option whose value is an int. */
export function getOption(fd: number, level: number, option: number, what: string): number {
  const value = new Uint8Array(4)
  checked(libc.getsockopt(fd, level, option, value, int(4)), what)
  return new DataView(value.buffer).getInt32(0, littleEndian)
}

/** Sets the options that every request and monitor socket has. */
export function setCommonOptions(fd: number, receiveBuffer: number): void {
  tryOption(fd, SOL_NETLINK, NETLINK_EXT_ACK, 1)
  tryOption(fd, SOL_NETLINK, NETLINK_CAP_ACK, 1)
  tryOption(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1)
  enlarge(fd, SO_RCVBUFFORCE, SO_RCVBUF, receiveBuffer)
  enlarge(fd, SO_SNDBUFFORCE, SO_SNDBUF, 1 << 20)
}

/** Beyond the system's limit where the caller may (CAP_NET_ADMIN), up to the limit where not. */
function enlarge(fd: number, force: number, plain: number, size: number): void {
  if (!tryOption(fd, SOL_SOCKET, force, size)) tryOption(fd, SOL_SOCKET, plain, size)
}

/**
 * Makes the send buffer hold a datagram, if it is too small for it and the caller may; the kernel takes twice what it
 * is asked for.
 * @returns whether it is larger than before
 */
export function makeRoom(fd: number, size: number): boolean {
  const before = getOption(fd, SOL_SOCKET, SO_SNDBUF, 'read send buffer size')
  enlarge(fd, SO_SNDBUFFORCE, SO_SNDBUF, size)
  return getOption(fd, SOL_SOCKET, SO_SNDBUF, 'read send buffer size') > before
}

function int(value: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setInt32(0, value, littleEndian)
  return bytes
}
