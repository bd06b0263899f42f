import test from 'ava'
import type { Spec } from '../../src/spec/types.js'
import { type ReconcileNamespace, reconcileNamespace } from '../helpers/reconcile.js'

test('an alternative name stands for a link wherever a spec names one', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh('ip link add br0 type bridge && ip link property add dev br0 altname the-bridge-of-this-laboratory')
  namespace.sh('ip link add v0 type veth peer v1 && ip link property add dev v1 altname the-uplink-of-this-laboratory')
  await namespace.converges({
    links: [
      { name: 'the-bridge-of-this-laboratory', addresses: ['10.0.0.1/24'], up: true },
      { name: 'v0', master: 'the-bridge-of-this-laboratory', up: true },
      { name: 'the-uplink-of-this-laboratory', up: true, addresses: ['10.1.0.1/24'] },
      { name: 'm0', kind: 'macvlan', macvlan: { link: 'the-uplink-of-this-laboratory', mode: 'bridge' } },
    ],
    routes: [
      { to: '10.9.0.0/16', dev: 'the-bridge-of-this-laboratory' },
      {
        to: '10.8.0.0/16',
        nexthops: [
          { via: '10.0.0.2', dev: 'the-bridge-of-this-laboratory' },
          { via: '10.1.0.2', dev: 'the-uplink-of-this-laboratory' },
        ],
      },
    ],
    neighbors: [{ dev: 'the-bridge-of-this-laboratory', address: '10.0.0.7', mac: '02:00:00:00:00:07' }],
  })
  t.like(namespace.ip('link', 'show', 'v0')[0], { master: 'br0' })
  t.like(namespace.ip('link', 'show', 'm0')[0], { link: 'v1' })
  t.like(namespace.ip('route', 'show', '10.9.0.0/16')[0], { dev: 'br0' })
  t.regex(namespace.sh('ip route show 10.8.0.0/16'), /via 10\.0\.0\.2 dev br0[\s\S]*via 10\.1\.0\.2 dev v1/)
  t.like(namespace.ip('neighbor', 'show', '10.0.0.7')[0], { dev: 'br0' })
})

test('a new link is not made of another kind of link that has its name for an alternative one', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh('ip link add v0 type veth peer v1 && ip link property add dev v0 altname lan')
  const before = namespace.picture()
  const error = await namespace.refuses({ links: [{ name: 'lan', kind: 'bridge' }] }, 'INVALID_SPEC')
  t.is(error.path, '/links/0/name')
  t.regex(error.message, /lan is an alternative name of v0, a veth/)
  t.deepEqual(namespace.picture(), before)
  await namespace.converges({ links: [{ name: 'lan', kind: 'veth', veth: { peer: { name: 'v1' } }, mtu: 1400 }] })
  t.like(namespace.ip('link', 'show', 'v0')[0], { mtu: 1400 })
})

test('the longest alternative name finds a link, too', async (t) => {
  const namespace = reconcileNamespace(t)
  const name = 'n'.repeat(127)
  namespace.sh(`ip link add v0 type veth peer v1 && ip link property add dev v0 altname ${name}`)
  await namespace.converges({ links: [{ name, mtu: 1400 }] })
  t.like(namespace.ip('link', 'show', 'v0')[0], { mtu: 1400 })
})

/** The alternative names of links but for marks, of those that have any. */
function altNamesOf(namespace: ReconcileNamespace): Record<string, string> {
  const named = namespace.ip('link').flatMap(({ ifname, altnames = [] }) => {
    const own = (altnames as string[]).filter((name) => !name.startsWith('linkwright.'))
    return own.length > 0 ? [[String(ifname), own.sort().join(' ')]] : []
  })
  return Object.fromEntries(named)
}

const passing: readonly (readonly [string, Spec, Record<string, string>])[] = [
  [
    'in a circle',
    {
      links: [
        { name: 'v0', altNames: ['right'], mtu: 1400 },
        { name: 'v1', altNames: ['both', 'left'] },
      ],
    },
    { v0: 'right', v1: 'both left', br0: 'lan' },
  ],
  [
    'from a link that goes',
    {
      links: [
        { name: 'br0', absent: true },
        { name: 'v0', altNames: ['lan'] },
      ],
    },
    { v0: 'lan', v1: 'both right' },
  ],
  [
    'to a link that comes',
    {
      links: [
        { name: 'br1', kind: 'bridge', altNames: ['left', 'both'] },
        { name: 'v0', altNames: [] },
        { name: 'v1', altNames: ['right'] },
      ],
    },
    { v1: 'right', br0: 'lan', br1: 'both left' },
  ],
]
for (const [how, spec, expected] of passing) {
  test(`alternative names pass from one link to another, ${how}, and back when that is undone`, async (t) => {
    const namespace = reconcileNamespace(t)
    namespace.sh(`ip link add v0 type veth peer name v1; ip link set v0 up; ip link set v1 up
      ip link property add dev v0 altname left; ip link property add dev v1 altname right altname both
      ip link add br0 type bridge; ip link property add dev br0 altname lan`)
    const before = altNamesOf(namespace)
    const error = await namespace.fails(spec, { guards: [() => false] })
    t.true(error.rollback?.restored, error.rollback?.error)
    t.deepEqual(altNamesOf(namespace), before)
    await namespace.converges(spec)
    t.deepEqual(altNamesOf(namespace), expected)
  })
}

test('a name of a link in the spec is no alternative name of another one, which would be taken for it', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh('ip link add v0 type veth peer name v1; ip link add br0 type bridge')
  const spec: Spec = {
    links: [
      { name: 'br0', absent: true },
      { name: 'v0', altNames: ['br0'] },
    ],
  }
  const error = await namespace.refuses(spec, 'INVALID_SPEC')
  t.is(error.problems?.[0]?.path, '/links/1/altNames/0')
  await namespace.converges({ links: [{ name: 'v0', altNames: ['other'] }] })
  await namespace.converges({ links: [{ name: 'other', altNames: ['other'], mtu: 1400 }] })
})

test('a name that another link keeps is refused before anything is done, and one that it loses is not', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh('ip link add v0 type veth peer name v1; ip link add br0 type bridge')
  namespace.sh('ip link property add dev br0 altname lan')
  for (const taken of ['lan', 'v1']) {
    const spec: Spec = { links: [{ name: 'v0', altNames: ['free', taken] }] }
    const error = await namespace.refuses(spec, 'INVALID_SPEC')
    t.is(error.problems?.[0]?.path, '/links/0/altNames/1')
    // The whole plan, which reads all links, says the same.
    const whole = await namespace.refuses({ ...spec, rules: [{ priority: 31_999, absent: true }] }, 'INVALID_SPEC')
    t.is(whole.message, error.message)
  }
  const twice: Spec = { links: ['v0', 'v1'].map((name) => ({ name, altNames: ['both'] })) }
  t.is((await namespace.refuses(twice, 'INVALID_SPEC')).problems?.[0]?.path, '/links/1/altNames/0')
  await namespace.converges({
    links: [
      { name: 'v0', altNames: ['lan'] },
      { name: 'br0', absent: true },
    ],
  })
  t.deepEqual(altNamesOf(namespace), { v0: 'lan' })
})
