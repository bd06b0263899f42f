import test from 'ava'
import { apply } from '../../src/index.js'
import type { LinkSpec, Spec } from '../../src/spec/types.js'
import { type ReconcileNamespace, reconcileNamespace } from '../helpers/reconcile.js'

const whole: Spec = {
  links: [
    { name: 'br0', kind: 'bridge', addresses: ['10.0.0.1/24', 'fd00::1/64'] },
    { name: 'tap0', kind: 'tap', master: 'br0' },
    { name: 'v0', kind: 'veth', veth: { peer: { name: 'v1' } } },
    { name: 'v1', master: 'br0' },
  ],
  routes: [
    { to: '10.9.0.0/16', via: '10.0.0.254' },
    { to: 'fd09::/32', via: 'fd00::ff' },
  ],
  rules: [
    { priority: 100, from: '10.9.0.0/16', table: 100 },
    { priority: 100, from: 'fd09::/32', table: 100 },
  ],
  neighbors: [{ dev: 'br0', address: '10.0.0.7', mac: '02:00:00:00:00:07' }],
}

function linkNames(namespace: ReconcileNamespace): unknown[] {
  return namespace.ip('link').map(({ ifname }) => ifname)
}

function altNames([link]: readonly Record<string, unknown>[]): unknown {
  return link?.['altnames'] ?? []
}

/** Objects of somebody else, of all sorts, some on the SDK's own links. */
const foreign = [
  'ip link add fbr type bridge',
  'ip link set fbr up',
  'ip address add 10.0.0.9/24 dev br0',
  'ip address add 192.168.7.1/24 dev fbr',
  'ip route add 10.8.0.0/16 via 10.0.0.253 proto static',
  'ip rule add priority 100 from 10.9.0.0/16 table 100 proto static',
  'ip rule add priority 90 from 10.7.0.0/16 table 99',
  'ip neighbor add 10.0.0.8 lladdr 02:00:00:00:00:08 dev br0',
].join(' && ')

test('what bears the mark and is not in the spec any more is removed, and nothing else', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.apply(whole)
  namespace.sh(foreign)
  const kept: Spec = { links: [{ name: 'br0', kind: 'bridge' }] }
  t.deepEqual((await namespace.plan(kept)).steps, [], 'without prune nothing goes')
  const report = await namespace.apply(kept, { prune: true })
  t.deepEqual(report.steps.map(({ action, object, id }) => `${action} ${object} ${id}`).sort(), [
    // The foreign one is a secondary of one that goes, and would go with it.
    'create address 10.0.0.9/24 dev br0',
    'delete address 10.0.0.1/24 dev br0',
    'delete address 10.0.0.9/24 dev br0',
    'delete address fd00::1/64 dev br0',
    'delete link tap0',
    'delete link v1',
    'delete neighbor 10.0.0.7 dev br0',
    'delete route 10.9.0.0/16',
    'delete route fd09::/32',
    'delete rule priority 100 from 10.9.0.0/16',
    'delete rule priority 100 from fd09::/32 (inet6)',
  ])
  t.deepEqual(linkNames(namespace), ['lo', 'br0', 'fbr'])
  t.regex(namespace.sh('ip address'), /10\.0\.0\.9\/24[\s\S]*192\.168\.7\.1\/24/)
  t.regex(namespace.sh('ip route'), /10\.8\.0\.0\/16 via 10\.0\.0\.253/)
  t.regex(namespace.sh('ip rule'), /90:.*10\.7[\s\S]*100:.*10\.9\.0\.0\/16 lookup 100 proto static/)
  t.regex(namespace.sh('ip neighbor show nud permanent'), /10\.0\.0\.8/)
  t.false((await namespace.apply(kept, { prune: true })).changed)
})

test('two owners in one namespace leave each other alone', async (t) => {
  const namespace = reconcileNamespace(t)
  const other = { owner: 'vpn', protocol: 120 }
  await namespace.apply(whole)
  const theirs: Spec = {
    links: [{ name: 'tun7', kind: 'tun', addresses: ['10.77.0.1/24'] }],
    routes: [{ to: '10.78.0.0/16', via: '10.77.0.2' }],
    rules: [{ priority: 70, from: '10.77.0.0/24', table: 70 }],
  }
  await namespace.apply(theirs, other)
  t.false((await namespace.apply(whole, { prune: true })).changed)
  t.false((await namespace.apply(theirs, { ...other, prune: true })).changed)
  const before = namespace.picture()
  await namespace.apply({}, { ...other, prune: true })
  t.notDeepEqual(namespace.picture(), before)
  t.false((await namespace.apply(whole, { prune: true })).changed, 'the first one lost something to the second')
  t.false(linkNames(namespace).includes('tun7'))
  await namespace.apply({}, { prune: true })
  t.deepEqual(linkNames(namespace), ['lo'])
})

test('what was adopted keeps the mark that it had, so that prune leaves it', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh('ip link add br0 type bridge && ip link set br0 up && ip address add 10.0.0.1/24 dev br0')
  namespace.sh('ip route add 10.9.0.0/16 via 10.0.0.254 && ip neighbor add 10.0.0.7 lladdr 02:00:00:00:00:07 dev br0')
  await namespace.apply({
    links: [{ name: 'br0', kind: 'bridge', mtu: 1400, addresses: [{ address: '10.0.0.1/24', metric: 7 }] }],
    routes: [{ to: '10.9.0.0/16', via: '10.0.0.253' }],
    neighbors: [{ dev: 'br0', address: '10.0.0.7', mac: '02:00:00:00:00:09' }],
  })
  const before = namespace.picture()
  t.false((await namespace.apply({}, { prune: true })).changed)
  t.deepEqual(namespace.picture(), before)
})

test('a mark outlives a change of lifetime, a recreation and a rollback; a foreign link stays without one', async (t) => {
  const namespace = reconcileNamespace(t)
  const names = (dev: string): unknown => altNames(namespace.ip('link', 'show', 'dev', dev))
  namespace.sh('ip link add x1 type vxlan id 5 dstport 4790')
  await namespace.apply({
    links: [
      { name: 'x0', kind: 'vxlan', vxlan: { id: 1, port: 4789 }, addresses: ['10.0.0.1/24'] },
      { name: 'x1', kind: 'vxlan', vxlan: { id: 6, port: 4790 } },
    ],
  })
  t.deepEqual(names('x0'), ['linkwright.default.x0'])
  t.deepEqual(names('x1'), [])
  await namespace.apply({
    links: [
      {
        name: 'x0',
        kind: 'vxlan',
        vxlan: { id: 2, port: 4789 },
        addresses: [{ address: '10.0.0.1/24', validLifetime: 5000, preferredLifetime: 4000 }],
      },
    ],
  })
  t.deepEqual(names('x0'), ['linkwright.default.x0'])
  const pruned = await namespace.plan({ links: [{ name: 'x0' }] }, { prune: true })
  t.deepEqual(
    pruned.steps.map(({ id }) => id),
    ['10.0.0.1/24 dev x0'],
  )
  const error = await namespace.fails({
    links: [{ name: 'x0', absent: true }],
    routes: [{ to: '10.1.0.0/16', via: '10.99.0.1' }],
  })
  t.true(error.rollback?.restored, error.message)
  t.deepEqual(names('x0'), ['linkwright.default.x0'])
})

test('a link of somebody else that stands on a pruned one bars it', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.apply({ links: [{ name: 'v0', kind: 'veth', veth: { peer: { name: 'v1' } } }] })
  namespace.sh('ip link add m0 link v0 type macvlan')
  const error = await namespace.refuses({}, 'INVALID_SPEC', { prune: true })
  t.regex(error.message, /v0 cannot be removed, since m0 stands on it/)
})

test('a mark that a renamed link took along is not taken for that of a new link', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.apply({ links: [{ name: 'br0', kind: 'bridge', up: false }] })
  namespace.sh('ip link set br0 name br9')
  await namespace.apply({ links: [{ name: 'br0', kind: 'bridge' }, { name: 'br9' }] }, { prune: true })
  t.deepEqual(altNames(namespace.ip('link', 'show', 'dev', 'br0')), ['linkwright.default.br0.2'])
  await namespace.apply({ links: [{ name: 'br0' }] }, { prune: true })
  t.deepEqual(linkNames(namespace), ['lo', 'br0'])
})

test('an owner without a protocol of its own, or with a name that no link could bear, is refused', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.refuses({ links: [{ name: 'br0', kind: 'bridge' }] }, 'INVALID_ARGUMENT', { owner: 'vpn' })
  await namespace.refuses({ links: [{ name: 'br0', kind: 'bridge' }] }, 'INVALID_ARGUMENT', {
    owner: 'a b',
    protocol: 9,
  })
})

test('a plan that is carried out later still prunes, for the owner that it was made for', async (t) => {
  const namespace = reconcileNamespace(t)
  const other = { owner: 'vpn', protocol: 120 }
  await namespace.apply({ links: [{ name: 'br0', kind: 'bridge' }] }, other)
  const kept = await namespace.plan({ links: [{ name: 'br1', kind: 'bridge' }] }, { ...other, prune: true })
  const result = await apply(kept, { namespace: { fd: namespace.fd } })
  t.true(result.ok, result.err ? result.val.message : '')
  t.deepEqual(linkNames(namespace), ['lo', 'br1'])
  t.deepEqual(altNames(namespace.ip('link', 'show', 'dev', 'br1')), ['linkwright.vpn.br1'])
})

test('what a link that is made anew takes along comes back only if prune leaves it', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.apply({
    links: [
      { name: 'x0', kind: 'vxlan', vxlan: { id: 1, port: 4789 }, addresses: ['10.0.2.1/24', 'fd02::1/64'] },
      { name: 'm0', kind: 'macvlan', macvlan: { link: 'x0' } },
    ],
    nexthops: [
      { id: 1, dev: 'x0' },
      { id: 2, dev: 'x0' },
    ],
    routes: [
      { to: '10.9.0.0/16', via: '10.0.2.2' },
      { to: '10.11.0.0/16', nexthopId: 1 },
    ],
    neighbors: [{ dev: 'x0', address: '10.0.2.2', mac: '02:00:00:00:00:07' }],
  })
  namespace.sh(
    [
      'ip address add 10.0.3.1/24 dev x0',
      'ip route add 10.8.0.0/16 via 10.0.3.2 proto static',
      'ip route add 10.7.0.0/16 via 10.0.2.2 proto static',
      'ip route add 10.6.0.0/16 dev m0 proto static',
      'ip route add 10.10.0.0/16 nhid 2 proto static',
      'ip neighbor add 10.0.3.2 lladdr 02:00:00:00:00:08 dev x0',
      'ip neighbor add 10.0.5.5 lladdr 02:00:00:00:00:09 dev m0',
    ].join(' && '),
  )
  const spec: Spec = {
    links: [{ name: 'x0', kind: 'vxlan', vxlan: { id: 2, port: 4789 } }],
  }
  await namespace.apply(spec, { prune: true })
  const [link] = namespace.ip('address', 'show', 'dev', 'x0')
  const shown = JSON.stringify(link?.['addr_info'])
  t.regex(shown, /10\.0\.3\.1/)
  t.notRegex(shown, /10\.0\.2\.1|fd02::1|"protocol":"108"/)
  t.deepEqual(
    namespace.ip('route').map(({ dst }) => dst),
    ['10.0.3.0/24', '10.8.0.0/16', '10.10.0.0/16'],
  )
  t.deepEqual(
    namespace.ip('nexthop').map(({ id }) => id),
    [2],
  )
  t.deepEqual(
    namespace.ip('neighbor', 'show', 'nud', 'permanent').map(({ dst }) => dst),
    ['10.0.3.2'],
  )
  t.deepEqual(linkNames(namespace), ['lo', 'x0'])
  t.deepEqual((await namespace.apply(spec, { prune: true })).steps, [])
})

test('a nexthop object that its group no longer has is pruned, also where its link is made anew', async (t) => {
  const namespace = reconcileNamespace(t)
  const link = (id: number): LinkSpec => ({
    name: 'x0',
    kind: 'vxlan',
    vxlan: { id, port: 4789 },
    addresses: ['10.0.2.1/24'],
  })
  const nexthops = [1, 2].map((id) => ({ id, via: `10.0.2.${id + 1}`, dev: 'x0' }))
  await namespace.apply({ links: [link(1)], nexthops: [...nexthops, { id: 9, group: [1, 2] }] })
  for (const spec of [
    { links: [link(1)], nexthops: [...nexthops.slice(1), { id: 9, group: [2] }] },
    { links: [link(2)], nexthops: [...nexthops.slice(0, 1), { id: 9, group: [1] }] },
  ] satisfies Spec[]) {
    await namespace.apply(spec, { prune: true })
    t.deepEqual(
      namespace.ip('nexthop').map(({ id }) => id),
      spec.nexthops.map(({ id }) => id),
    )
  }
})

test.serial(
  'the end of a pair that no spec named goes with the one that is pruned, and comes back with it',
  async (t) => {
    const namespace = reconcileNamespace(t)
    await namespace.converges({ links: [{ name: 'v0', kind: 'veth', veth: { peer: { name: 'v1' } } }] })
    namespace.sh('ip link set v1 up; ip address add 10.0.0.9/24 dev v1')
    const before = namespace.picture({ portable: true })
    const { rollback } = await namespace.fails({}, { prune: true, guards: [() => false] })
    t.true(rollback?.restored, rollback?.error)
    t.deepEqual(namespace.picture({ portable: true }), before)
    await namespace.apply({}, { prune: true })
    t.deepEqual(linkNames(namespace), ['lo'])
    t.true((await namespace.plan({}, { prune: true })).empty)
  },
)
