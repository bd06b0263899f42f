import { randomBytes } from 'node:crypto'
import { NetworkError } from '../../error.js'
import { SOCK_DGRAM, SOCK_RAW } from '../../system/constants.js'
import { checked, libc } from '../../system/libc.js'
import { echoRequest, isEchoReply } from './echo.js'
import { type Guard, namedGuard } from './guard.js'
import { poll } from './pause.js'
import { connectSocket, openSocket, receive, reportErrors } from './socket.js'
import { checkedTarget, type ReachOptions, reachValues, span, type Target } from './target.js'

/** How {@link ping} asks. */
export interface PingOptions extends ReachOptions {
  /** Milliseconds between two requests. Default 200. */
  readonly interval?: number
}

const IPPROTO_ICMP = 1
const IPPROTO_ICMPV6 = 58

/**
 * Makes a guard that passes once a host has answered an echo request, as `ping` sends them, and fails when none came
 * in time. It asks anew every 200 ms, whatever became of the requests before. Without the right to raw sockets it uses
 * what `net.ipv4.ping_group_range` allows.
 *
 * @param address an IPv4 or IPv6 address; names are not resolved, since that would test the name server
 * @throws NetworkError `INVALID_ARGUMENT` at once, where an argument is not valid
 */
export function ping(address: string, options: PingOptions = {}): Guard {
  const what = `ping ${address}`
  const target = checkedTarget<PingOptions>(what, address, options, { ...reachValues, interval: span })
  const { interval = 200 } = options
  return namedGuard(what, ({ namespaceFd, signal }) => askUntilAnswered(target, interval, namespaceFd, signal))
}

async function askUntilAnswered(
  target: Target,
  interval: number,
  namespaceFd: number | undefined,
  signal: AbortSignal,
): Promise<void> {
  const deadline = performance.now() + target.timeout
  const token = randomBytes(16)
  const slab = new Uint8Array(2048)
  let socket: EchoSocket | undefined
  let reason: string | undefined
  try {
    for (let sequence = 1; performance.now() < deadline; sequence++) {
      const next = Math.min(deadline, performance.now() + interval)
      try {
        socket ??= openEchoSocket(target, namespaceFd)
        const request = echoRequest(target.address, sequence, token)
        checked(libc.send(socket.fd, request, request.length, 0), 'send')
      } catch (error) {
        // There may be no route or no source address yet; another socket will choose anew.
        reason = reasonOf(error)
        if (socket) libc.close(socket.fd)
        socket = undefined
      }
      const answered = await poll(
        () => {
          try {
            return socket && takeReply(socket, target, token, slab)
          } catch (error) {
            // What a router, or the own kernel in want of a neighbor, says of a request.
            reason = reasonOf(error)
            return undefined
          }
        },
        next,
        signal,
      )
      if (answered) return
    }
  } finally {
    if (socket) libc.close(socket.fd)
  }
  const last = reason === undefined ? '' : `; the last error was: ${reason}`
  throw new NetworkError('TIMEOUT', `no answer within ${target.timeout} ms${last}`)
}

function reasonOf(error: unknown): string {
  if (error instanceof NetworkError) return error.message
  throw error
}

interface EchoSocket {
  readonly fd: number
  readonly raw: boolean
}

function openEchoSocket(target: Target, namespaceFd: number | undefined): EchoSocket {
  const protocol = target.address.length === 4 ? IPPROTO_ICMP : IPPROTO_ICMPV6
  let socket: EchoSocket
  try {
    socket = { fd: openSocket(target, SOCK_RAW, protocol, namespaceFd), raw: true }
  } catch (error) {
    if (!(error instanceof NetworkError) || !['EPERM', 'EACCES'].includes(error.code)) throw error
    socket = { fd: openSocket(target, SOCK_DGRAM, protocol, namespaceFd), raw: false }
  }
  try {
    reportErrors(socket.fd, target.address)
    connectSocket(socket.fd, target)
    return socket
  } catch (error) {
    libc.close(socket.fd)
    throw error
  }
}

/** Reads what has arrived until it is the reply. */
function takeReply(
  { fd, raw }: EchoSocket,
  { address }: Target,
  token: Uint8Array,
  slab: Uint8Array,
): true | undefined {
  for (let datagram = receive(fd, slab); datagram; datagram = receive(fd, slab)) {
    if (isEchoReply(address, datagram, token, raw)) return true
  }
  return undefined
}
