import { setTimeout as delay } from 'node:timers/promises'
import test from 'ava'
import type { BridgeOptions } from '../../src/rtnetlink/kinds/bridge.js'
import type { Spec } from '../../src/spec/types.js'
import { type ReconcileNamespace, reconcileNamespace } from '../helpers/reconcile.js'

const withBridge = (bridge: BridgeOptions): Spec => ({
  links: [
    { name: 'br0', kind: 'bridge', bridge: { stp: true, forwardDelay: 2, maxAge: 6, helloTime: 1, ...bridge } },
    { name: 'v0', kind: 'veth', veth: { peer: { name: 'v1' } }, master: 'br0' },
    { name: 'v1' },
  ],
})

interface Shown {
  readonly ageing_time: number
  readonly topology_change: number
}

function shown({ sh }: ReconcileNamespace): Shown {
  return JSON.parse(sh('ip -j -d link show dev br0'))[0].linkinfo.info_data
}

/** Waits until the topology of the bridge changes, or does so no longer. */
async function until(namespace: ReconcileNamespace, change: number): Promise<void> {
  while (shown(namespace).topology_change !== change) await delay(100)
}

test('the ageing time of a changing topology is not taken for a setting', async (t) => {
  const namespace = reconcileNamespace(t)
  const spec = withBridge({ ageingTime: 300 })
  await namespace.apply(spec)
  await until(namespace, 1)
  t.is(shown(namespace).ageing_time, 400)
  t.deepEqual((await namespace.plan(spec)).steps, [])
  const bridge = (await namespace.snapshot()).links?.find(({ name }) => name === 'br0')?.bridge
  t.is(bridge?.forwardDelay, 2)
  t.false('ageingTime' in (bridge ?? {}))
  const error = await namespace.fails(withBridge({ priority: 4096 }), { guards: [() => false] })
  t.true(error.rollback?.restored, error.rollback?.error)
  t.is(shown(namespace).topology_change, 1)
  await until(namespace, 0)
  t.is(shown(namespace).ageing_time, 30000)
  t.deepEqual((await namespace.plan(spec)).steps, [])
})

test('an ageing time that is wished while the topology changes is set, once and for good', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.apply(withBridge({}))
  await until(namespace, 1)
  const spec = withBridge({ ageingTime: 100 })
  const { steps } = await namespace.apply(spec)
  t.deepEqual(
    steps.map(({ changes }) => changes),
    [[{ property: 'bridge.ageingTime', after: 100 }]],
  )
  t.is(shown(namespace).topology_change, 1)
  t.false((await namespace.apply(spec)).changed)
  const error = await namespace.fails(withBridge({ ageingTime: 200 }), { guards: [() => false] })
  t.true(error.rollback?.restored, error.rollback?.error)
  await until(namespace, 0)
  t.is(shown(namespace).ageing_time, 10000)
})

test('an ageing time that is the one of a changing topology is as it is wished', async (t) => {
  const namespace = reconcileNamespace(t)
  const spec = withBridge({ ageingTime: 4 })
  await namespace.apply(spec)
  await until(namespace, 1)
  t.deepEqual((await namespace.plan(spec)).steps, [])
})
