import { closeSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import test from 'ava'
import { createAnonymousNamespace, inNamespace } from '../../src/system/namespace.js'
import { openTun } from '../../src/tuntap/index.js'
import { type TestNamespace, testNamespace } from '../helpers/namespace.js'
import { patience } from '../helpers/patience.js'
import { fixture, runProgram } from '../helpers/program.js'
import type { Ended } from '../helpers/spawned.js'

const ways = {
  exit: [0, null],
  close: [0, null],
  throw: [1, null],
  terminated: [null, 'SIGTERM'],
  kill: [null, 'SIGKILL'],
}

/** Runs the program that ends in a way of its own while its device is under traffic. */
function flood({ path }: TestNamespace, way: string, timeout: number): Promise<Ended> {
  const program = fixture(import.meta.url, 'flood')
  return runProgram(['nsenter', `--net=${path}`, '--', process.execPath, program, way], { timeout })
}

for (const [way, [code, signal]] of Object.entries(ways)) {
  test.serial(`3 of 3 processes that end by "${way}" under traffic leave no device`, async (t) => {
    const namespace = testNamespace(t)
    for (let round = 0; round < 3; round++) {
      const ended = await flood(namespace, way, 20_000)
      t.like(ended, { code, signal, stdout: 'flooded\n' }, ended.stderr)
      t.is(namespace.ip('link').length, 1)
    }
  })
}

for (const way of ['worker.terminate', 'worker.exit', 'worker.close', 'worker.throw']) {
  test.serial(`3 of 3 workers that end by "${way}" under traffic leave no device and the process well`, async (t) => {
    const namespace = testNamespace(t)
    const ended = await flood(namespace, way, 60_000)
    t.like(ended, { code: 0, signal: null, stdout: '3 of 3 clean\n' }, ended.stderr)
  })
}

test('a namespace that is gone with the device in it is an error of the iteration', async (t) => {
  const other = createAnonymousNamespace()
  const namespace = testNamespace(t)
  const tun = openTun({ namespace: { fd: namespace.fd } }).unwrap()
  const waiting = (async () => {
    for await (const _batch of tun);
  })()
  await sleep(20)
  // The descriptor holds the namespace that it was opened in, so the device goes to another one, which then ends.
  namespace.sh(`ip link set tun0 netns /proc/${process.pid}/fd/${other}`)
  t.is(namespace.ip('link').length, 1)
  inNamespace(other, () => undefined)
  closeSync(other)
  await t.throwsAsync(Promise.race([waiting, sleep(patience(5000), undefined, { ref: false })]), { code: 'EBADFD' })
  t.true(tun.closed)
})

test.serial('the event loop stays responsive under full load', async (t) => {
  const namespace = testNamespace(t)
  const tun = openTun({ namespace: { fd: namespace.fd } }).unwrap()
  namespace.sh('ip link set tun0 up; ip addr add 10.0.0.1/24 dev tun0')
  const request = [
    0x45, 0, 0, 28, 0, 0, 0, 0, 64, 1, 0x66, 0xdf, 10, 0, 0, 2, 10, 0, 0, 1, 8, 0, 0xf7, 0xff, 0, 0, 0, 0,
  ]
  const ping = Uint8Array.from(request)
  const delay = monitorEventLoopDelay({ resolution: 1 })
  for (let index = 0; index < 64; index++) tun.write(ping)
  delay.enable()
  const end = performance.now() + 1000
  for await (const batch of tun) {
    for (const _packet of batch) tun.write(ping)
    if (performance.now() > end) break
  }
  delay.disable()
  const [median, p99] = [50, 99].map((percentile) => delay.percentile(percentile) / 1e6)
  t.log(`${tun.counters.received.packets} packets a second, delay ${median?.toFixed(1)} ms, p99 ${p99?.toFixed(1)} ms`)
  tun.close()
  // The machine of a test may be busy with others: this is to find a loop that never turns.
  t.true((median ?? Infinity) < 20)
})
