import test from 'ava'
import type { LinkSpec, Spec } from '../../src/spec/types.js'
import { reconcileNamespace } from '../helpers/reconcile.js'

test('a link becomes one that carries no Ethernet, and back, and keeps what both kinds have', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh('ip link add br0 type bridge')
  await namespace.converges({
    links: [{ name: 't0', kind: 'tap', mac: '02:00:00:00:00:01', group: 7, alias: 'guest' }],
  })
  await namespace.converges({ links: [{ name: 't0', kind: 'tun' }] })
  t.like(namespace.ip('link', 'show', 't0')[0], { link_type: 'none', group: '7', ifalias: 'guest' })
  await namespace.converges({ links: [{ name: 't0', kind: 'tap', master: 'br0' }] })
  t.like(namespace.ip('link', 'show', 't0')[0], { link_type: 'ether', master: 'br0', group: '7', ifalias: 'guest' })
  // A bridge takes no port that carries no Ethernet, so that it leaves.
  await namespace.converges({ links: [{ name: 't0', kind: 'tun' }] })
  t.like(namespace.ip('link', 'show', 't0')[0], { link_type: 'none', master: undefined, group: '7' })
})

test('a link becomes another one of Ethernet, and keeps its MAC address and its master', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh('ip link add br0 type bridge')
  await namespace.converges({ links: [{ name: 't0', kind: 'tap', mac: '02:00:00:00:00:01', master: 'br0' }] })
  await namespace.converges({ links: [{ name: 't0', kind: 'vxlan', vxlan: { id: 5, port: 4789 } }] })
  t.like(namespace.ip('link', 'show', 't0')[0], {
    address: '02:00:00:00:00:01',
    master: 'br0',
    linkinfo: { info_kind: 'vxlan' },
  })
})

test('the MTU of a VXLAN changes together with its options', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.converges({ links: [{ name: 'vx0', kind: 'vxlan', vxlan: { id: 1, port: 4789 } }] })
  await namespace.converges({ links: [{ name: 'vx0', mtu: 1400, vxlan: { ageing: 100 } }] })
  t.like(namespace.ip('link', 'show', 'vx0')[0], { mtu: 1400, linkinfo: { info_data: { ageing: 100 } } })
  await namespace.refuses({ links: [{ name: 'vx0', mtu: 1300, vxlan: { ageing: 50 } }] }, 'GUARD_FAILED', {
    guards: [() => false],
  })
})

const otherKinds: Record<string, LinkSpec> = {
  tap: { name: '', kind: 'tap' },
  tun: { name: '', kind: 'tun' },
  bridge: { name: '', kind: 'bridge' },
  vxlan: { name: '', kind: 'vxlan', vxlan: { id: 5, port: 4789 } },
}

for (const [kind, other] of Object.entries(otherKinds)) {
  test(`an end of a pair that becomes a ${kind} is undone, whichever end it is`, async (t) => {
    const namespace = reconcileNamespace(t)
    const pair: LinkSpec[] = [
      { name: 'x', kind: 'veth', veth: { peer: { name: 'y' } }, addresses: ['10.0.0.1/24'] },
      { name: 'y', mtu: 1400, addresses: ['10.0.0.2/24'] },
    ]
    await namespace.converges({ links: pair })
    for (const name of ['x', 'y']) {
      const before = namespace.picture({ portable: true })
      const { rollback } = await namespace.fails({ links: [{ ...other, name }] }, { guards: [() => false] })
      t.true(rollback?.restored, JSON.stringify(rollback))
      t.deepEqual(namespace.picture({ portable: true }), before)
    }
  })
}

test('two links become one pair, and are undone', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh('ip link add br0 type bridge')
  await namespace.converges({
    links: [
      { name: 'x', kind: 'tap', mac: '02:00:00:00:00:01' },
      { name: 'y', kind: 'tap', mac: '02:00:00:00:00:02', master: 'br0', addresses: ['10.0.0.2/24'] },
    ],
  })
  const ends: LinkSpec[] = [
    { name: 'x', kind: 'veth', veth: { peer: { name: 'y' } } },
    { name: 'y', kind: 'veth', veth: { peer: { name: 'x' } } },
  ]
  const before = namespace.picture({ portable: true })
  for (const links of [ends, [...ends].reverse()]) {
    await namespace.refuses({ links }, 'DISRUPTIVE', { disruption: 'forbid' })
    const { rollback } = await namespace.fails({ links }, { guards: [() => false] })
    t.true(rollback?.restored, JSON.stringify(rollback))
    t.deepEqual(namespace.picture({ portable: true }), before)
  }
  await namespace.converges({ links: ends })
  t.like(namespace.ip('link', 'show', 'y')[0], { link: 'x', address: '02:00:00:00:00:02', master: 'br0' })
  t.regex(namespace.sh('ip -br address show y'), /10.0.0.2\/24/)
})

test('the ends of two pairs are paired otherwise, and are undone', async (t) => {
  const namespace = reconcileNamespace(t)
  const pairs = (first: string, second: string): LinkSpec[] =>
    [
      ['a', first],
      [first, 'a'],
      ['b', second],
      [second, 'b'],
    ].map(([name = '', peer = '']) => ({ name, kind: 'veth', veth: { peer: { name: peer } } }))
  await namespace.converges({ links: pairs('c', 'd') })
  const before = namespace.picture({ portable: true })
  const { rollback } = await namespace.fails({ links: pairs('d', 'c') }, { guards: [() => false] })
  t.true(rollback?.restored, JSON.stringify(rollback))
  t.deepEqual(namespace.picture({ portable: true }), before)
  await namespace.converges({ links: pairs('d', 'c') })
})

test('an end of a pair becomes that of a new one, and keeps its features', async (t) => {
  const namespace = reconcileNamespace(t)
  const c: LinkSpec = { name: 'c', features: { tso: false } }
  await namespace.converges({ links: [{ name: 'a', kind: 'veth', veth: { peer: { name: 'c' } } }, c] })
  await namespace.converges({
    links: [
      { name: 'a', absent: true },
      { name: 'x', kind: 'veth', veth: { peer: { name: 'c' } } },
      { name: 'c', kind: 'veth', veth: { peer: { name: 'x' } } },
    ],
  })
  t.true((await namespace.plan({ links: [c] })).empty)
})

test.serial('a link in another namespace becomes the other end of a pair, and is undone', async (t) => {
  const namespace = reconcileNamespace(t)
  const blue = `lwt-kind-${process.pid}`
  t.teardown(() => namespace.sh(`ip netns delete ${blue} 2>/dev/null || true`))
  await namespace.converges({ namespaces: { [blue]: { links: [{ name: 'y', kind: 'tap' }] } } })
  const far = () => namespace.ip('-n', blue, 'link', 'show', 'y')[0]
  const spec: Spec = {
    links: [{ name: 'x', kind: 'veth', veth: { peer: { name: 'y', namespace: blue } } }],
    namespaces: { [blue]: { links: [{ name: 'y', kind: 'veth' }] } },
  }
  const { rollback } = await namespace.fails(spec, { guards: [() => false] })
  t.true(rollback?.restored, JSON.stringify(rollback))
  t.like(far(), { linkinfo: { info_kind: 'tun' } })
  await namespace.converges(spec)
  t.like(far(), { linkinfo: { info_kind: 'veth' } })
})
