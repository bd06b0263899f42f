import { setTimeout as sleep } from 'node:timers/promises'
import test, { type ExecutionContext } from 'ava'
import { AF_UNIX, SOCK_CLOEXEC, SOCK_DGRAM, SOCK_NONBLOCK } from '../../src/system/constants.js'
import { lentSocketWorks } from '../../src/system/lentSocketTest.js'
import { checked, libc } from '../../src/system/libc.js'
import { type Watch, type WatchHandlers, watchDescriptor } from '../../src/system/readiness.js'
import { watchByTimer } from '../../src/system/readinessByTimer.js'
import { openDescriptors } from '../helpers/descriptors.js'

type Watcher = (fd: number, slab: Uint8Array, handlers: WatchHandlers) => Watch

const watchers: Readonly<Record<string, Watcher>> = { watchDescriptor, watchByTimer }

function pairOf(t: ExecutionContext): { near: number; far: number; closeFar: () => void } {
  const pair = new Int32Array(2)
  const type = SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK
  checked(libc.socketpair(AF_UNIX, type, 0, new Uint8Array(pair.buffer)), 'socketpair')
  const [near = -1, far = -1] = pair
  let open = true
  const closeFar = (): void => {
    if (open) libc.close(far)
    open = false
  }
  t.teardown(() => {
    libc.close(near)
    closeFar()
  })
  return { near, far, closeFar }
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 3000
  while (!condition() && performance.now() < deadline) await sleep(1)
}

for (const [name, watch] of Object.entries(watchers)) {
  test.serial(`${name}: tells each datagram, pauses, goes on, and stops`, async (t) => {
    const { near, far } = pairOf(t)
    const seen: number[] = []
    let ended = 0
    const watching = watch(near, new Uint8Array(64), {
      onRead(slab, length) {
        seen.push(slab[0] ?? 0, length)
        return false
      },
      onEnd: () => ended++,
    })
    libc.write(far, Uint8Array.of(1, 0), 2)
    libc.write(far, Uint8Array.of(2), 1)
    await until(() => seen.length > 0)
    await sleep(20)
    t.deepEqual(seen, [1, 2], 'paused after the first')
    watching.resume()
    await until(() => seen.length > 2)
    t.deepEqual(seen, [1, 2, 2, 1])
    watching.stop()
    watching.stop()
    await until(() => ended > 0)
    await sleep(10)
    t.is(ended, 1)
    libc.write(far, Uint8Array.of(3), 1)
    await sleep(20)
    t.is(seen.length, 4)
  })

  test.serial(`${name}: a watch that is stopped at once leaks nothing`, async (t) => {
    const { near } = pairOf(t)
    await sleep(20)
    const before = openDescriptors()
    let ended = 0
    for (let index = 0; index < 20; index++) {
      watch(near, new Uint8Array(8), { onRead: () => true, onEnd: () => ended++ }).stop()
    }
    await until(() => ended === 20)
    await sleep(10)
    t.is(ended, 20)
    t.is(openDescriptors(), before)
  })
}

test.serial('the self-test of the lent socket passes on this Node', async (t) => {
  const { finished } = lentSocketWorks(() => {
    throw new Error('the test is made once only')
  })
  t.true(await finished)
})
