import { POLLERR, POLLHUP, POLLIN } from './constants.js'
import { errnoNumber, systemError } from './errno.js'
import { lastErrno, libc } from './libc.js'
import type { Watch, WatchHandlers } from './readiness.js'

const EAGAIN = errnoNumber('EAGAIN')
const EINTR = errnoNumber('EINTR')
const period = 5

/**
 * Asks the descriptor itself whether it is readable, every 5 ms. Slow, but it assumes nothing of libuv: what watching
 * falls back to where the self-test of the lent socket fails.
 */
export function watchByTimer(fd: number, slab: Uint8Array, handlers: WatchHandlers): Watch {
  const request = new Uint8Array(8)
  const events = new Uint16Array(request.buffer)
  new Int32Array(request.buffer)[0] = fd
  events[2] = POLLIN
  let paused = false
  let ended = false
  const end = (error: Error | undefined): void => {
    if (ended) return
    ended = true
    clearInterval(timer)
    setImmediate(() => handlers.onEnd(error))
  }
  const look = (): void => {
    if (paused || libc.poll(request, 1, 0) <= 0) return
    const length = libc.read(fd, slab, slab.length)
    if (length > 0) paused = !handlers.onRead(slab, length)
    else if (length === 0) end(undefined)
    else endUnlessEmpty(lastErrno(), events[3] ?? 0, end)
  }
  const timer = setInterval(look, period)
  return {
    stop: () => end(undefined),
    setRef: (ref) => (ref ? timer.ref() : timer.unref()),
    resume: () => {
      paused = false
    },
  }
}

function endUnlessEmpty(errno: number, told: number, end: (error: Error) => void): void {
  const broken = (told & (POLLERR | POLLHUP)) !== 0
  if (errno === EINTR || (errno === EAGAIN && !broken)) return
  end(systemError(errno, 'read a watched descriptor'))
}
