import test from 'ava'
import type { LinkSpec } from '../../src/spec/types.js'
import { reconcileNamespace } from '../helpers/reconcile.js'

const stays: readonly LinkSpec[] = [
  { name: 'v1', up: true },
  { name: 'v1', kind: 'veth' },
  { name: 'v1', kind: 'veth', veth: { peer: { name: 'v0' } } },
]

for (const other of stays) {
  test(`an end cannot stay without the other one: ${JSON.stringify(other)}`, async (t) => {
    const namespace = reconcileNamespace(t)
    namespace.sh('ip link add v0 type veth peer name v1')
    const error = await namespace.fails({ links: [{ name: 'v0', absent: true }, other] })
    t.is(error.path, '/links/1')
    t.regex(error.message, /v1 goes with v0, the other end of its pair, which is absent/)
  })
}

const isMadeAnew: readonly LinkSpec[] = [
  { name: 'v1', kind: 'bridge' },
  { name: 'v1', kind: 'veth', veth: { peer: { name: 'v2' } } },
  { name: 'v1', absent: true },
]

for (const other of isMadeAnew) {
  test(`what becomes of the other end of one that goes: ${JSON.stringify(other)}`, async (t) => {
    const namespace = reconcileNamespace(t)
    namespace.sh('ip link add v0 type veth peer name v1')
    await namespace.converges({ links: [{ name: 'v0', absent: true }, other] })
    t.false(namespace.sh('ip -br link').includes('v0'))
  })
}
