import test from 'ava'
import type { LinkSpec, Spec } from '../../src/spec/types.js'
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

test('what hangs on the other end of a pair that goes can be absent, too, and lead elsewhere', async (t) => {
  const pair = `ip link add a0 type veth peer name b0 && ip link set a0 up && ip link set b0 up
    ip address add 10.3.0.1/24 dev b0 && ip address add fd03::1/64 dev b0 nodad
    ip route add 10.4.0.0/16 via 10.3.0.9 && ip route add fd04::/64 via fd03::9
    ip neighbor add 10.3.0.9 dev b0 lladdr 02:00:00:00:00:01 nud permanent`
  const gone: Spec = { links: [{ name: 'a0', absent: true }] }
  const specs: readonly Spec[] = [
    { ...gone, routes: [{ to: '10.4.0.0/16', absent: true }] },
    { ...gone, routes: [{ to: 'fd04::/64', absent: true }] },
    { ...gone, neighbors: [{ dev: 'b0', address: '10.3.0.9', absent: true }] },
  ]
  for (const spec of specs) {
    const namespace = reconcileNamespace(t)
    namespace.sh(pair)
    const { steps } = await namespace.converges(spec)
    t.deepEqual(
      steps.map(({ action, id }) => `${action} ${id}`),
      ['delete a0'],
    )
  }
  const namespace = reconcileNamespace(t)
  namespace.sh(pair)
  const links = [
    { name: 'a0', absent: true },
    { name: 'c0', kind: 'bridge', addresses: ['10.3.0.1/24'] },
  ]
  const { steps } = await namespace.converges({ links, routes: [{ to: '10.4.0.0/16', via: '10.3.0.9' }] })
  t.true(steps.some(({ action, id }) => action === 'create' && id === '10.4.0.0/16'))
  t.like(namespace.ip('route', 'show', '10.4.0.0/16')[0], { dev: 'c0' })
})

test('a link that stands on the other end of a pair is not taken along in silence', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh('ip link add a0 type veth peer name b0 && ip link add m0 link b0 type macvlan')
  const { code, message } = await namespace.fails({ links: [{ name: 'a0', absent: true }] })
  t.is(code, 'INVALID_SPEC')
  t.regex(message, /^\/links\/0: the link b0 cannot be removed, since m0 stands on it/)
  t.regex(namespace.sh('ip link'), /m0@b0/)
  await namespace.converges({
    links: [
      { name: 'a0', absent: true },
      { name: 'm0', absent: true },
    ],
  })
  t.notRegex(namespace.sh('ip link'), /[abm]0/)
})

test('what stands on the other end of a pair comes after what makes room for it there', async (t) => {
  const namespace = reconcileNamespace(t)
  const links: LinkSpec[] = [
    { name: 'v0', kind: 'veth', veth: { peer: { name: 'v1' } } },
    { name: 'm0', kind: 'macvlan', macvlan: { link: 'v1' }, mtu: 9000 },
    { name: 'v1', mtu: 9000 },
  ]
  await namespace.converges({ links })
  const before = namespace.picture({ portable: true })
  const error = await namespace.fails(
    { links: ['m0', 'v0', 'v1'].map((name) => ({ name, absent: true })) },
    { guards: [() => false] },
  )
  t.true(error.rollback?.restored, error.rollback?.error)
  t.deepEqual(namespace.picture({ portable: true }), before)
})
