import { readdirSync } from 'node:fs'
import { AF_NETLINK, SO_PROTOCOL, SOL_SOCKET } from '../../system/constants.js'
import { libc } from '../../system/libc.js'
import { littleEndian } from '../bytes.js'
import { getOption } from './socketOptions.js'

/**
 * Finds the descriptors of this process that are netlink sockets of a protocol at a port. There can be several, one a
 * namespace: the kernel gives the process's id as port to the first socket in each.
 */
export function netlinkDescriptors(protocol: number, portId: number): number[] {
  const address = new Uint8Array(12)
  const view = new DataView(address.buffer)
  return readdirSync('/proc/self/fd')
    .map(Number)
    .filter((fd) => {
      if (libc.getsockname(fd, address, Uint8Array.of(address.length, 0, 0, 0)) < 0) return false
      if (view.getUint16(0, littleEndian) !== AF_NETLINK || view.getUint32(4, littleEndian) !== portId) return false
      return getOption(fd, SOL_SOCKET, SO_PROTOCOL, 'read protocol of a socket') === protocol
    })
}

// include/uapi/linux/sock_diag.h and include/uapi/asm-generic/socket.h
const SO_MEMINFO = 55
const memoryInfoSize = 36
const SK_MEMINFO_DROPS = 8

/** How many messages a socket has lost because its receive buffer was full. */
export function dropCount(fd: number): number {
  const info = new Uint8Array(memoryInfoSize)
  if (libc.getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info, Uint8Array.of(memoryInfoSize, 0, 0, 0)) < 0) return 0
  return new DataView(info.buffer).getUint32(SK_MEMINFO_DROPS * 4, littleEndian)
}
