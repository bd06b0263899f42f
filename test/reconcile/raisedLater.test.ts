import test from 'ava'
import type { LinkSpec, Spec } from '../../src/spec/types.js'
import { reconcileNamespace } from '../helpers/reconcile.js'

const count = 1200
const addresses = Array.from({ length: count }, (_, index) => `10.1.${index >> 8}.${index & 255}/32`)
const bridge: LinkSpec = { name: 'br0', kind: 'bridge', mac: '02:00:00:00:00:01' }
const spec: Spec = {
  links: [
    { name: 'mv0', kind: 'macvlan', macvlan: { link: 'br0' }, mac: '02:00:00:00:00:02', addresses: ['10.3.0.1/24'] },
    { ...bridge, addresses: [...addresses, '10.2.0.1/24'] },
    { name: 'v0', kind: 'veth', master: 'br0', mac: '02:00:00:00:00:03', veth: { peer: { name: 'v1' } } },
    { name: 'v1', mac: '02:00:00:00:00:04' },
  ],
  routes: [{ to: '10.9.0.0/16', via: '10.2.0.2' }],
  neighbors: [{ dev: 'br0', address: '10.2.0.2', mac: '02:00:00:00:00:09' }],
}

test('a new link with many IPv4 addresses comes up once it has them, and before what needs it up', async (t) => {
  const here = reconcileNamespace(t)
  const { steps } = await here.converges(spec)
  const raised = steps.findIndex(({ equivalent }) => equivalent === 'ip link set dev br0 up')
  t.deepEqual(steps[raised]?.changes, [{ property: 'up', before: false, after: true }])
  const position = (id: RegExp): number => steps.findIndex((step) => id.test(step.id))
  t.true(steps.findLastIndex(({ object, id }) => object === 'address' && id.endsWith('dev br0')) < raised)
  for (const id of [/^mv0$/, /^10\.9\.0\.0\/16/, /^10\.2\.0\.2 /]) t.true(position(id) > raised, String(id))

  const other = reconcileNamespace(t)
  await other.apply({ links: [bridge] })
  await other.apply(spec)
  t.deepEqual(here.picture({ portable: true }), other.picture({ portable: true }))
})

test('a link that is wanted down stays down, one with fewer addresses comes up at once', async (t) => {
  const here = reconcileNamespace(t)
  const down: Spec = { links: [{ ...bridge, up: false, addresses }] }
  t.is((await here.plan(down)).steps.filter(({ object }) => object === 'link').length, 1)
  const few: Spec = { links: [{ ...bridge, addresses: addresses.slice(0, 999) }] }
  t.is((await here.plan(few)).steps.filter(({ object }) => object === 'link').length, 1)
})

test('a link that came up after its addresses is undone with them', async (t) => {
  const here = reconcileNamespace(t)
  const before = here.picture()
  const error = await here.fails(spec, { guards: [() => false] })
  t.true(error.rollback?.restored, error.rollback?.error)
  t.deepEqual(here.picture(), before)
})
