import { createRequire } from 'node:module'
import { isMainThread } from 'node:worker_threads'
import type { RawNetlinkSocket } from 'netlink/dist/raw.js'
import { NetworkError } from '../../error.js'
import { SO_RCVBUF, SOL_SOCKET } from '../../system/constants.js'
import { netlinkDescriptors } from './socketDescriptor.js'
import { getOption } from './socketOptions.js'

/** Throws in a worker, where no hook runs before the addon is torn down: the process would die with the worker. */
export function assertMainThread(): void {
  if (isMainThread) return
  throw new NetworkError('UNSUPPORTED', 'the npm package netlink kills the process when a worker ends: use FFI there')
}

/** Loads the package when it is first asked for: a binary addon that most programs never need. */
export function loadRawNetlinkSocket(): typeof RawNetlinkSocket {
  const raw: typeof import('netlink/dist/raw.js') = createRequire(import.meta.url)('netlink/dist/raw.js')
  return raw.RawNetlinkSocket
}

/** The descriptor behind a socket, which the package does not tell. */
export function descriptorOf(socket: RawNetlinkSocket, protocol: number): number {
  let candidates = netlinkDescriptors(protocol, socket.address().port)
  // Sockets in several namespaces can have one port: the one whose buffer changes with it is ours.
  for (const size of [40_960, 50_176]) {
    if (candidates.length <= 1) break
    socket.setRecvBufferSize(size)
    const actual = socket.getRecvBufferSize()
    candidates = candidates.filter((fd) => getOption(fd, SOL_SOCKET, SO_RCVBUF, 'read buffer size') === actual)
  }
  const [fd] = candidates
  if (fd !== undefined && candidates.length === 1) return fd
  throw new NetworkError('UNSUPPORTED', 'the descriptor of the netlink socket cannot be told from the others')
}

const openSockets = new Set<RawNetlinkSocket>()

/** Sees to it that the socket is closed before the addon is torn down, which it does not survive. */
export function closeOnExit(socket: RawNetlinkSocket): void {
  if (openSockets.size === 0) process.on('exit', closeAll)
  openSockets.add(socket)
}

/** Closes a socket once no handler of it is running: a close inside one ends the process. */
export function closeLater(socket: RawNetlinkSocket): void {
  setImmediate(closeNow, socket)
}

function closeNow(socket: RawNetlinkSocket): void {
  if (!openSockets.delete(socket)) return
  if (openSockets.size === 0) process.off('exit', closeAll)
  try {
    socket.close()
  } catch {
    // A listener of the user's on 'close' threw, or the user had closed the socket already.
  }
}

function closeAll(): void {
  for (const socket of [...openSockets]) closeNow(socket)
}
