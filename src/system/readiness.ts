import { type OnReadOpts, Socket, type SocketConstructorOpts } from 'node:net'
import { AF_UNIX, O_CLOEXEC, SOCK_CLOEXEC, SOCK_NONBLOCK, SOCK_STREAM } from './constants.js'
import { lentSocketWorks, type SelfTest } from './lentSocketTest.js'
import { checked, libc } from './libc.js'
import { watchByTimer } from './readinessByTimer.js'

/** A descriptor that the event loop watches. */
export interface Watch {
  /** Stops watching and closes the watch's own duplicate of the descriptor. */
  stop(): void
  /** Whether the watch keeps the process alive. */
  setRef(ref: boolean): void
  /** Goes on after `onRead` returned false. */
  resume(): void
}

/** What a watched descriptor tells. */
export interface WatchHandlers {
  /**
   * The descriptor was readable and its first `read` went into the slab: `length` bytes, one packet or datagram.
   * More may wait: drain the original descriptor by non-blocking reads. Returning false pauses the watch.
   */
  onRead(slab: Uint8Array, length: number): boolean
  /** Watching has ended: by an error of the descriptor (an overrun, a deleted device) or its end. */
  onEnd(error: Error | undefined): void
}

/**
 * Watches a descriptor, which must be non-blocking. It is lent to libuv; where the self-test at the first use shows
 * that this does not work on this Node, it is asked by a timer instead.
 */
export function watchDescriptor(fd: number, slab: Uint8Array, handlers: WatchHandlers): Watch {
  const test: SelfTest = lentSocketWorks(lendDescriptor)
  if (test.outcome !== undefined) return watchBy(test.outcome, fd, slab, handlers)
  let inner: Watch | undefined
  let stopped = false
  let ref = true
  void test.finished.then((works) => {
    if (stopped) return handlers.onEnd(undefined)
    try {
      inner = watchBy(works, fd, slab, handlers)
      inner.setRef(ref)
    } catch (error) {
      handlers.onEnd(error instanceof Error ? error : new Error(String(error)))
    }
  })
  return {
    stop() {
      stopped = true
      inner?.stop()
    },
    setRef(wanted) {
      ref = wanted
      inner?.setRef(wanted)
    },
    resume: () => inner?.resume(),
  }
}

function watchBy(lent: boolean, fd: number, slab: Uint8Array, handlers: WatchHandlers): Watch {
  return lent ? lendDescriptor(fd, slab, handlers) : watchByTimer(fd, slab, handlers)
}

/**
 * Lends a duplicate of a descriptor to libuv, which watches nothing that it does not know the type of.
 *
 * A `net.Socket` is made on one end of a socket pair and then `dup3` puts the descriptor in that end's place. libuv
 * goes on with the number: it polls it, reads it and closes it, and does nothing else with a stream that is never
 * written to. `manualStart` keeps it from being registered with epoll before the swap. The caller keeps the original.
 */
function lendDescriptor(fd: number, slab: Uint8Array, handlers: WatchHandlers): Watch {
  const pair = new Int32Array(2)
  checked(
    libc.socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, new Uint8Array(pair.buffer)),
    'socketpair',
  )
  const [lent = -1, other = -1] = pair
  const onread: OnReadOpts = {
    buffer: slab,
    callback: (length) => handlers.onRead(slab, length),
  }
  // Node's types know neither for the constructor: `onread` is documented for `connect`, `manualStart` is what Node
  // itself uses for standard input.
  const options: SocketConstructorOpts & { onread: OnReadOpts; manualStart: boolean } = {
    fd: lent,
    readable: true,
    writable: false,
    manualStart: true,
    onread,
  }
  let socket: Socket | undefined
  try {
    socket = new Socket(options)
    checked(libc.dup3(fd, lent, O_CLOEXEC), 'dup3')
  } catch (error) {
    if (socket) socket.destroy()
    else libc.close(lent)
    throw error
  } finally {
    libc.close(other)
  }
  return watchOf(socket, handlers)
}

function watchOf(socket: Socket, handlers: WatchHandlers): Watch {
  let failure: Error | undefined
  socket.on('error', (error) => {
    failure = error
  })
  socket.on('close', () => handlers.onEnd(failure))
  socket.read(0)
  return {
    stop: () => socket.destroy(),
    setRef: (ref) => (ref ? socket.ref() : socket.unref()),
    resume: () => socket.resume(),
  }
}
