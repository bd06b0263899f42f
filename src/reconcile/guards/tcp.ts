import { NetworkError } from '../../error.js'
import { SOCK_STREAM } from '../../system/constants.js'
import { errnoNumber, systemError } from '../../system/errno.js'
import { checked, libc } from '../../system/libc.js'
import { type Guard, namedGuard } from './guard.js'
import { pause, poll } from './pause.js'
import { connectSocket, openSocket, socketAddress, throwSocketError } from './socket.js'
import { checkedTarget, invalid, type ReachOptions, reachValues, type Target } from './target.js'

/** How {@link tcp} asks. */
export type TcpOptions = ReachOptions

const POLLOUT = 4

/** Milliseconds between an attempt that failed and the next. */
const retryInterval = 100

/** Milliseconds for one attempt: the kernel asks again more and more seldom, a new attempt asks at once. */
const attemptTimeout = 2000

/**
 * Makes a guard that passes once a TCP connection is made, which it closes at once, and fails when none came about in
 * time. A refused one is tried again, every 100 ms: the server may be about to start.
 *
 * @param address an IPv4 or IPv6 address; names are not resolved, since that would test the name server
 * @param port 1 to 65,535
 * @throws NetworkError `INVALID_ARGUMENT` at once, where an argument is not valid
 */
export function tcp(address: string, port: number, options: TcpOptions = {}): Guard {
  const what = String(address).includes(':') ? `tcp [${address}]:${port}` : `tcp ${address}:${port}`
  const target = checkedTarget(what, address, options, reachValues)
  if (!(Number.isInteger(port) && port > 0 && port < 65536)) throw invalid(`${what}: the port is not 1 to 65535`)
  return namedGuard(what, ({ namespaceFd, signal }) => tryUntilConnected(target, port, namespaceFd, signal))
}

async function tryUntilConnected(
  target: Target,
  port: number,
  namespaceFd: number | undefined,
  signal: AbortSignal,
): Promise<void> {
  const deadline = performance.now() + target.timeout
  let reason = ''
  for (let left = target.timeout; left > 0; left = deadline - performance.now()) {
    try {
      const until = performance.now() + Math.min(left, attemptTimeout)
      if (await connects(target, port, namespaceFd, until, signal)) return
      reason ||= 'no answer'
    } catch (error) {
      if (!(error instanceof NetworkError) || error.code === 'ABORTED') throw error
      reason = error.message
    }
    await pause(Math.max(0, Math.min(retryInterval, deadline - performance.now())), signal)
  }
  throw new NetworkError('TIMEOUT', `no connection within ${target.timeout} ms; the last attempt: ${reason}`)
}

/** Tries once; `false` when nothing was heard until the given time. */
async function connects(
  target: Target,
  port: number,
  namespaceFd: number | undefined,
  until: number,
  signal: AbortSignal,
): Promise<boolean> {
  const fd = openSocket(target, SOCK_STREAM, 0, namespaceFd)
  try {
    const connected = connectSocket(fd, target, port) || (await poll(() => isWritable(fd) || undefined, until, signal))
    if (!connected) return false
    throwSocketError(fd, 'connect')
    throwIfSelf(fd, socketAddress(target.address, port))
    return true
  } finally {
    libc.close(fd)
  }
}

function isWritable(fd: number): boolean {
  const request = new Uint8Array(8)
  new Int32Array(request.buffer)[0] = fd
  new Uint16Array(request.buffer)[2] = POLLOUT
  return libc.poll(request, 1, 0) > 0
}

/** The kernel may choose the very port that it connects to, and then the socket has connected to itself (RFC 9293 §3.5). */
function throwIfSelf(fd: number, peer: Uint8Array): void {
  const own = new Uint8Array(28)
  checked(libc.getsockname(fd, own, new Uint8Array(Int32Array.of(own.length).buffer)), 'getsockname')
  const end = peer.length === 16 ? 8 : 24
  if (Buffer.compare(own.subarray(0, end), peer.subarray(0, end)) !== 0) return
  throw systemError(errnoNumber('ECONNREFUSED'), 'connect')
}
