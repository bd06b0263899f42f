import { AF_UNIX, SOCK_CLOEXEC, SOCK_DGRAM, SOCK_NONBLOCK } from './constants.js'
import { isExhaustion } from './errno.js'
import { libc } from './libc.js'
import type { Watch, WatchHandlers } from './readiness.js'

/** The self-test of the lent socket: its outcome, once it is known. */
export interface SelfTest {
  readonly outcome: boolean | undefined
  readonly finished: Promise<boolean>
}

type Lend = (fd: number, slab: Uint8Array, handlers: WatchHandlers) => Watch

const patience = 1000
const mark = 0x6c
let test: { outcome: boolean | undefined; finished: Promise<boolean> } | undefined

/**
 * Tells whether libuv, which was given one descriptor under the number of another, reads the new one: a datagram is
 * sent to a socket that was lent that way, and must come out. Tried once a thread; it takes a turn of the event loop.
 */
export function lentSocketWorks(lend: Lend): SelfTest {
  if (test) return test
  const run: { outcome: boolean | undefined; finished: Promise<boolean> } = {
    outcome: undefined,
    finished: tryToLend(lend).then((works) => {
      run.outcome = works
      // Whoever watches next tries again.
      if (works === undefined) test = undefined
      return works ?? false
    }),
  }
  test = run
  return run
}

/** @returns whether it works; `undefined` where there was no room to try */
function tryToLend(lend: Lend): Promise<boolean | undefined> {
  return new Promise((resolve) => {
    const pair = new Int32Array(2)
    const type = SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK
    if (libc.socketpair(AF_UNIX, type, 0, new Uint8Array(pair.buffer)) < 0) return resolve(undefined)
    const [near = -1, far = -1] = pair
    let finished = false
    const finish = (works: boolean | undefined): void => {
      // Closing twice would close whatever has got these numbers meanwhile.
      if (finished) return
      finished = true
      clearTimeout(timer)
      libc.close(near)
      libc.close(far)
      resolve(works)
    }
    // After a blocked loop timers come before what is readable; the check phase comes after both.
    const timer = setTimeout(() => setImmediate(finish, false), patience)
    try {
      const watch = lend(near, new Uint8Array(16), {
        onRead(slab, length) {
          watch.stop()
          finish(length === 1 && slab[0] === mark)
          return false
        },
        onEnd: (error) => {
          if (error) finish(false)
        },
      })
      libc.write(far, Uint8Array.of(mark), 1)
    } catch (error) {
      finish(isExhaustion(error) ? undefined : false)
    }
  })
}
