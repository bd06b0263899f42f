import test from 'ava'
import { apply, plan, type Spec } from '../../src/index.js'
import { FakeKernel } from '../../src/testing/index.js'
import { type ReconcileNamespace, reconcileNamespace } from '../helpers/reconcile.js'

const bridgeWithUpper =
  'ip link add name br0 type bridge; ip link set br0 up; ip link add name m0 link br0 type macvlan mode bridge; ip link set m0 up'

const port: Spec['links'] = [{ name: 't0', kind: 'tap', mtu: 1400, master: 'br0', up: true }]
const pinned: Spec = { links: [{ name: 'br0', mtu: 1500 }, ...port] }

function mtus({ ip }: ReconcileNamespace): Record<string, unknown> {
  return Object.fromEntries(ip('link', 'show').map(({ ifname, mtu }) => [ifname, mtu]))
}

const whole: Spec = {
  links: [
    { name: 'br0', kind: 'bridge', up: true, mtu: 1500 },
    ...port,
    { name: 'm0', kind: 'macvlan', up: true, mtu: 1500, macvlan: { mode: 'bridge', link: 'br0' } },
  ],
}

test.serial('a new bridge has the ordinary MTU for good, so that what stands on it can have it, too', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.converges(whole)
  t.like(mtus(namespace), { br0: 1500, t0: 1400, m0: 1500 })
})

test.serial('the commands of a plan give a new bridge the ordinary MTU for good', async (t) => {
  const namespace = reconcileNamespace(t)
  for (const { equivalent } of (await namespace.plan(whole)).steps) namespace.sh(`set -e\n${equivalent}`)
  t.like(mtus(namespace), { br0: 1500, t0: 1400, m0: 1500 })
})

test.serial('a bridge that is there keeps the MTU that is wanted, and what stands on it its own', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh(bridgeWithUpper)
  const { steps } = await namespace.plan(pinned)
  t.deepEqual(
    steps.map(({ id, changes }) => [id, ...changes.filter(({ before }) => before !== undefined)]),
    [
      ['br0', { property: 'mtu', before: 1500, after: 1501 }],
      ['br0', { property: 'mtu', before: 1501, after: 1500 }],
      ['t0'],
    ],
  )
  await namespace.converges(pinned)
  t.like(mtus(namespace), { br0: 1500, t0: 1400, m0: 1500 })
})

test.serial('a bridge keeps its MTU when a port that it has gets another one', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh(`${bridgeWithUpper}; ip tuntap add dev t0 mode tap; ip link set t0 master br0`)
  const changed: Spec = {
    links: [
      { name: 'br0', mtu: 1500 },
      { name: 't0', mtu: 1400 },
    ],
  }
  await namespace.converges(changed)
  t.like(mtus(namespace), { br0: 1500, t0: 1400, m0: 1500 })
})

test.serial('no bridge is given its MTU where no port will take it away', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh(`${bridgeWithUpper}; ip tuntap add dev t1 mode tap; ip link set t1 master br0`)
  for (const mtu of [1500, 9000]) {
    const spec: Spec = {
      links: [
        { name: 'br0', mtu: 1500 },
        { name: 't1', mtu: 1500 },
        { name: 't0', kind: 'tap', mtu, master: 'br0' },
      ],
    }
    t.deepEqual(
      (await namespace.plan(spec)).steps.map(({ id }) => id),
      ['t0'],
    )
  }
})

/** A bridge of a larger MTU because its only port has that, and a MACVLAN on it, which nobody names. */
const jumbo =
  'ip tuntap add dev t0 mode tap; ip link set t0 mtu 9000; ip link add name br0 type bridge; ip link set t0 master br0; ip link set br0 up; ip link add name m0 link br0 type macvlan mode bridge'

const jumboSpecs: Readonly<Record<string, Spec['links']>> = {
  goes: [{ name: 't0', absent: true }],
  leaves: [{ name: 't0', master: null }],
  'is made anew': [{ name: 't0', kind: 'tap', tap: { multiQueue: true } }],
  'is replaced': [
    { name: 't0', absent: true },
    { name: 't1', kind: 'tap', mtu: 9000, master: 'br0' },
  ],
}

for (const [what, links] of Object.entries(jumboSpecs)) {
  test.serial(`a bridge keeps a larger MTU when its last port ${what}`, async (t) => {
    const namespace = reconcileNamespace(t)
    namespace.sh(jumbo)
    await namespace.converges({ links: [{ name: 'br0', mtu: 9000 }, ...(links ?? [])] })
    t.like(mtus(namespace), { br0: 9000, m0: 9000 })
  })
}

test.serial('no bridge is given its MTU when one of two ports goes', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh(`${jumbo}; ip tuntap add dev t1 mode tap; ip link set t1 mtu 9000; ip link set t1 master br0`)
  const { steps } = await namespace.plan({ links: [{ name: 'br0', mtu: 9000 }, ...(jumboSpecs['goes'] ?? [])] })
  t.deepEqual(
    steps.map(({ id }) => id),
    ['t0'],
  )
})

test.serial('a bridge gets another MTU without having the smaller one of a new port by the way', async (t) => {
  for (const mtu of [1490, 1600]) {
    const namespace = reconcileNamespace(t)
    namespace.sh(bridgeWithUpper)
    await namespace.converges({ links: [...port, { name: 'br0', mtu }] })
    t.like(mtus(namespace), { br0: mtu, t0: 1400, m0: Math.min(mtu, 1500) })
  }
})

test.serial('a bridge keeps its MTU when a port is lowered with what it stands on', async (t) => {
  const namespace = reconcileNamespace(t)
  const lower = 'ip tuntap add dev e0 mode tap; ip link add name mv0 link e0 type macvlan mode passthru'
  namespace.sh(`${bridgeWithUpper}; ${lower}; ip link set mv0 master br0`)
  const lowered: Spec = {
    links: [
      { name: 'br0', mtu: 1500 },
      { name: 'e0', mtu: 1400 },
    ],
  }
  await namespace.converges(lowered)
  t.like(mtus(namespace), { br0: 1500, e0: 1400, mv0: 1400, m0: 1500 })
})

test.serial('undoing a port gives back the MTU of what stands on its bridge, which nobody named', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh(bridgeWithUpper)
  let meanwhile: Record<string, unknown> = {}
  const guard = (): Promise<never> => {
    meanwhile = mtus(namespace)
    return Promise.reject(new Error('undo it'))
  }
  const result = await apply({ links: port }, { namespace: { fd: namespace.fd }, guards: [guard] })
  t.true(result.err)
  t.like(meanwhile, { br0: 1400, m0: 1400 })
  t.deepEqual(mtus(namespace), { lo: 65536, br0: 1500, m0: 1500 })
})

test.serial('a bridge that comes back by undoing follows its ports as before', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh('ip link add name br0 type bridge; ip tuntap add dev t0 mode tap; ip link set t0 master br0')
  const guards = [() => Promise.reject(new Error('undo it'))]
  const result = await apply({ links: [{ name: 'br0', absent: true }] }, { namespace: { fd: namespace.fd }, guards })
  t.true(result.err)
  namespace.sh('ip link set t0 mtu 1400')
  t.like(mtus(namespace), { br0: 1400, t0: 1400 })
})

test('a bridge of the kernel in memory keeps only an MTU that it was given by a change', async (t) => {
  const kernel = new FakeKernel()
  ;(await apply({ links: [{ name: 'br0', kind: 'bridge' }] }, { kernel })).unwrap()
  ;(await apply(pinned, { kernel })).unwrap()
  ;(await apply({ links: [{ name: 'br1', kind: 'bridge' }] }, { kernel })).unwrap()
  ;(await apply({ links: [{ name: 't1', kind: 'tap', mtu: 1400, master: 'br1' }] }, { kernel })).unwrap()
  const left = (await plan({ links: ['br0', 'br1'].map((name) => ({ name, mtu: 1400 })) }, { kernel })).unwrap()
  t.deepEqual(
    left.steps.map(({ id, changes }) => [id, changes[0]?.before]),
    [['br0', 1500]],
  )
})
