import test from 'ava'
import { apply, plan } from '../../src/reconcile/apply.js'
import type { ApplyOptions } from '../../src/reconcile/options/options.js'
import { snapshot } from '../../src/reconcile/snapshot.js'
import type { Spec } from '../../src/spec/types.js'
import { reconcileNamespace } from '../helpers/reconcile.js'

test('a kept plan is carried out, and refused once the network has changed', async (t) => {
  const namespace = reconcileNamespace(t)
  const place = { namespace: { fd: namespace.fd } }
  const spec: Spec = { links: [{ name: 'br0', kind: 'bridge', addresses: ['10.0.0.1/24'] }] }
  const kept = await namespace.plan(spec)
  namespace.sh('ip link add br0 type bridge')
  const before = namespace.picture()
  const stale = await apply(kept, place)
  t.is(stale.err ? stale.val.code : '', 'STALE_PLAN')
  t.deepEqual(namespace.picture(), before)
  const fresh = await namespace.plan(spec)
  t.true((await apply(fresh, place)).unwrap().changed)
  t.deepEqual((await namespace.plan(spec)).steps, [])
})

test('a plan is the same for the same input, and changes nothing', async (t) => {
  const namespace = reconcileNamespace(t)
  const spec: Spec = {
    links: [
      { name: 'tap0', kind: 'tap', master: 'br0' },
      { name: 'br0', kind: 'bridge', addresses: ['10.0.0.1/24'] },
    ],
    routes: [{ to: 'default', via: '10.0.0.9' }],
  }
  const before = namespace.picture()
  const [one, other] = [await namespace.plan(spec), await namespace.plan(spec)]
  t.deepEqual(JSON.stringify(one), JSON.stringify(other))
  t.deepEqual(namespace.picture(), before)
  t.true(one.steps.every(({ equivalent }) => equivalent !== ''))
})

test('unknown options are refused with the nearest known one', async (t) => {
  const wrong = { namespacee: 'x' } as ApplyOptions
  for (const result of [await apply({}, wrong), await plan({}, wrong), await snapshot(wrong)]) {
    t.is(result.err ? result.val.code : '', 'INVALID_ARGUMENT')
    t.regex(result.err ? result.val.message : '', /did you mean namespace/)
  }
})

test('an aborted signal keeps everything as it was', async (t) => {
  const namespace = reconcileNamespace(t)
  const spec: Spec = { links: [{ name: 'br0', kind: 'bridge' }] }
  const early = await namespace.refuses(spec, 'ABORTED', { signal: AbortSignal.abort() })
  t.truthy(early.message)
  const controller = new AbortController()
  const many: Spec = { links: Array.from({ length: 20 }, (_, index) => ({ name: `br${index}`, kind: 'bridge' })) }
  const error = await namespace.refuses(many, 'ABORTED', {
    signal: controller.signal,
    onProgress: (done) => {
      if (done === 5) controller.abort()
    },
  })
  t.true(error.rollback?.restored)
})

test('what onProgress throws, or rejects, ends the work and is thrown', async (t) => {
  const namespace = reconcileNamespace(t)
  const before = namespace.picture()
  const spec: Spec = { links: Array.from({ length: 20 }, (_, index) => ({ name: `br${index}`, kind: 'bridge' })) }
  const failing = (): never => {
    throw new RangeError('no paper')
  }
  for (const onProgress of [failing, async () => failing()]) {
    await t.throwsAsync(namespace.apply(spec, { onProgress }), { instanceOf: RangeError, message: 'no paper' })
    t.deepEqual(namespace.picture(), before)
  }
})

test('a missing namespace is told', async (t) => {
  const result = await apply({}, { namespace: `lwt-missing-${process.pid}` })
  t.is(result.err ? result.val.code : '', 'NOT_FOUND')
})

test.serial('a new namespace is removed again when something fails', async (t) => {
  const namespace = reconcileNamespace(t)
  const name = `lwt-new-${process.pid}`
  t.teardown(() => namespace.sh(`ip netns delete ${name} 2>/dev/null || true`))
  const spec: Spec = {
    links: [{ name: 'v0', kind: 'veth', veth: { peer: { name: 'v1', namespace: name } } }],
    namespaces: {
      [name]: { links: [{ name: 'v1', addresses: ['10.0.0.1/24'] }], routes: [{ to: 'default', via: '10.9.9.9' }] },
    },
  }
  const error = await namespace.refuses(spec, /ENETUNREACH/)
  t.true(error.rollback?.restored)
  t.regex(error.message, new RegExp(name))
  t.notRegex(namespace.sh('ip netns list'), new RegExp(name))
})
