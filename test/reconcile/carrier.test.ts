import { setTimeout as delay } from 'node:timers/promises'
import test from 'ava'
import { mostFew } from '../../src/reconcile/observe/observeFew.js'
import type { Spec } from '../../src/spec/types.js'
import { kernelIsAtLeast } from '../../src/system/kernelRelease.js'
import { reconcileNamespace } from '../helpers/reconcile.js'
import { skipped } from '../helpers/skipped.js'

const spec: Spec = { links: [{ name: 'v0', up: true }] }

// Timers of Node fire at once beyond 2 ** 31 - 1 ms.
for (const settleTimeout of [60_000, 2 ** 31, Number.POSITIVE_INFINITY]) {
  test.serial(
    `a carrier that comes later is waited for, where that is asked: at most ${settleTimeout} ms`,
    async (t) => {
      const namespace = reconcileNamespace(t)
      namespace.sh('ip link add v0 type veth peer name v1')
      const start = performance.now()
      const applied = namespace.apply(spec, { waitForCarrier: 'all', settleTimeout })
      let isDone = false
      void applied.then(() => {
        isDone = true
      })
      await delay(400)
      t.false(isDone)
      namespace.sh('ip link set v1 up')
      await applied
      const elapsed = performance.now() - start
      t.log(`${elapsed.toFixed(0)} ms`)
      t.true(elapsed >= 400 && elapsed < 30_000, `${elapsed}`)
      t.regex(namespace.sh('ip link show v0'), /LOWER_UP/)
    },
  )
}

test.serial('one that never comes is no error, and virtual devices are not waited for by default', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh('ip link add v0 type veth peer name v1')
  let start = performance.now()
  await namespace.apply(spec, { waitForCarrier: 'all', settleTimeout: 300 })
  const waited = performance.now() - start
  t.true(waited >= 300, `${waited}`)
  namespace.sh('ip link set v0 down')
  for (const options of [{}, { waitForCarrier: 'none' as const }]) {
    start = performance.now()
    await namespace.apply(
      { links: [{ name: 'br0', kind: 'bridge' }, ...(spec.links ?? [])] },
      { ...options, settleTimeout: 60_000 },
    )
    t.true(performance.now() - start < 30_000)
  }
})

test.serial('the wait ends by the signal, and everything is undone', async (t) => {
  const namespace = reconcileNamespace(t)
  // One that was up before keeps its queue discipline.
  namespace.sh('ip link add v0 type veth peer name v1; ip link set v0 up; ip link set v0 down')
  const controller = new AbortController()
  const onPlan = (): unknown => setTimeout(() => controller.abort(), 300)
  const options = { waitForCarrier: 'all', signal: controller.signal, onPlan } as const
  const error = await namespace.refuses(spec, 'ABORTED', options)
  t.true(error.rollback?.restored)
  t.is((await namespace.fails(spec, JSON.parse('{ "waitForCarrier": "soon" }'))).code, 'INVALID_ARGUMENT')
})

test.serial('a bridge never enables the port of a new TAP that nobody holds', async (t) => {
  if (!kernelIsAtLeast(6, 8)) {
    skipped(t, 'a kernel before 6.8 takes note of such a carrier within a second only')
    return
  }
  const namespace = reconcileNamespace(t)
  // Of more than these, none is asked for by itself at the end.
  const names = Array.from({ length: mostFew + 8 }, (_, index) => `tap${index}`)
  const taps = names.map((name) => ({ name, kind: 'tap', master: 'br0' }) as const)
  await namespace.apply({ links: [{ name: 'br0', kind: 'bridge' }, ...taps] })
  const links = namespace.ip('link', 'show', 'master', 'br0')
  t.deepEqual(
    links.map(({ ifname, operstate, linkinfo }) => [ifname, operstate, JSON.stringify(linkinfo).includes('disabled')]),
    names.map((name) => [name, 'DOWN', true]),
  )
})
