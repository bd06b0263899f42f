import test from 'ava'
import { apply } from '../../src/reconcile/apply.js'
import { snapshot } from '../../src/reconcile/snapshot.js'
import { newLink, setLink } from '../../src/rtnetlink/linkMessages.js'
import type { Spec } from '../../src/spec/types.js'
import { FakeKernel } from '../../src/testing/index.js'

/** A kernel with a pair that is up, and an address on it. */
async function pair(): Promise<FakeKernel> {
  const kernel = new FakeKernel()
  const links: Spec = {
    links: [
      { name: 'v0', kind: 'veth', veth: { peer: { name: 'v1' } }, addresses: ['10.0.0.1/24', 'fd00::1/64'] },
      { name: 'v1', up: true },
    ],
  }
  ;(await apply(links, { kernel })).unwrap()
  return kernel
}

const target: Spec = {
  nexthops: [
    { id: 1, via: '10.0.0.2', dev: 'v0' },
    { id: 2, via: 'fd00::2', dev: 'v0' },
    { id: 3, blackhole: true },
    { id: 10, group: [1, { id: 2, weight: 3 }] },
    { id: 11, group: [2], type: 'resilient', buckets: 8 },
  ],
  routes: [
    { to: '10.20.0.0/16', nexthopId: 10 },
    { to: '10.21.0.0/16', nexthopId: 3 },
    { to: 'fd20::/32', nexthopId: 11 },
  ],
}

test('nexthop objects are made, changed, made anew and removed in memory', async (t) => {
  const kernel = await pair()
  t.true((await apply(target, { kernel })).unwrap().changed)
  t.false((await apply(target, { kernel })).unwrap().changed)
  const { nexthops = [], routes = [] } = (await snapshot({ kernel })).unwrap()
  t.deepEqual(
    nexthops.map(({ id }) => id),
    [1, 2, 3, 10, 11],
  )
  t.deepEqual(
    routes.map(({ to, nexthopId }) => [to, nexthopId]),
    [
      ['10.20.0.0/16', 10],
      ['10.21.0.0/16', 3],
      ['fd20::/32', 11],
    ],
  )
  const changed = {
    ...target,
    nexthops: [
      { id: 10, via: '10.0.0.9', dev: 'v0' },
      { id: 11, group: [2], type: 'mpath' },
    ],
  } satisfies Spec
  t.deepEqual(
    (await apply(changed, { kernel })).unwrap().steps.map(({ action, object, id }) => `${action} ${object} ${id}`),
    ['recreate nexthop 10', 'recreate nexthop 11', 'create route 10.20.0.0/16', 'create route fd20::/32'],
  )
  ;(await apply({ nexthops: [{ id: 2, absent: true }] }, { kernel })).unwrap()
  const left = (await snapshot({ kernel })).unwrap()
  t.deepEqual(
    left.nexthops?.map(({ id }) => id),
    [1, 3, 10],
  )
  t.deepEqual(
    left.routes?.map(({ to }) => to),
    ['10.20.0.0/16', '10.21.0.0/16'],
  )
})

test('a failure at any change leaves everything as it was', async (t) => {
  for (let change = 1; ; change++) {
    const kernel = await pair()
    ;(await apply(target, { kernel })).unwrap()
    const before = (await snapshot({ kernel })).unwrap()
    kernel.faults.failChange(change, 'ENOBUFS')
    const result = await apply(
      {
        nexthops: [
          { id: 1, group: [2] },
          { id: 10, absent: true },
          { id: 3, via: '10.0.0.9', dev: 'v0' },
        ],
      },
      { kernel },
    )
    if (result.ok) {
      t.true(change > 4, `${change} changes`)
      return
    }
    t.deepEqual((await snapshot({ kernel })).unwrap(), before, `change ${change}: ${result.val.message}`)
  }
})

test('objects go with the carrier of their link', async (t) => {
  const kernel = await pair()
  ;(await apply(target, { kernel })).unwrap()
  kernel.execute(setLink({ index: 3 }, { up: false }))
  const { nexthops, routes } = (await snapshot({ kernel })).unwrap()
  t.deepEqual(
    nexthops?.map(({ id }) => id),
    [3],
  )
  t.deepEqual(
    routes?.map(({ to }) => to),
    ['10.21.0.0/16'],
  )
  kernel.execute(newLink({ name: 'br0', kind: 'bridge' }))
  const refused = await apply({ nexthops: [{ id: 1, via: '10.0.0.2', dev: 'br0' }] }, { kernel })
  t.regex(refused.err ? refused.val.message : '', /Nexthop device is not up/)
})
