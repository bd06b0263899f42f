import { createSocket, type Socket } from 'node:dgram'
import { endianness } from 'node:os'
import { SO_RCVBUFFORCE, SOCK_CLOEXEC, SOCK_DGRAM, SOCK_NONBLOCK, SOL_SOCKET } from '../../src/system/constants.js'
import { checked, libc } from '../../src/system/libc.js'

const AF_INET = 2
const SO_MARK = 36

/** A UDP socket whose packets bear a mark, by which rules keep them out of the tunnel. Needs CAP_NET_ADMIN. */
export async function markedSocket(port: number, mark: number): Promise<Socket> {
  const fd = checked(libc.socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), 'socket')
  checked(libc.setsockopt(fd, SOL_SOCKET, SO_MARK, int(mark), 4), 'mark packets')
  checked(libc.setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, int(8 << 20), 4), 'set receive buffer')
  const address = new Uint8Array(16)
  address.set(int16(AF_INET))
  address.set([port >> 8, port & 0xff], 2)
  checked(libc.bind(fd, address, address.length), `bind port ${port}`)
  const socket = createSocket('udp4')
  await new Promise<void>((resolve) => socket.bind({ fd }, resolve))
  return socket
}

function int(value: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(value).buffer)
}

function int16(value: number): number[] {
  return endianness() === 'LE' ? [value, 0] : [0, value]
}
