import test from 'ava'
import type { Spec } from '../../src/spec/types.js'
import { kernelIsAtLeast } from '../../src/system/kernelRelease.js'
import { hasKind } from '../helpers/hasKind.js'
import { succeeds } from '../helpers/program.js'
import { reconcileNamespace } from '../helpers/reconcile.js'
import { skipped } from '../helpers/skipped.js'

const setting = `ip link set lo up
  ip link add v0 type veth peer name v1 && ip link set v0 up && ip link set v1 up
  ip link add br0 type bridge && ip link set br0 up
  ip address add 10.0.0.1/24 dev v0 && ip address add fd00::1/64 dev v0 nodad
  ip address add fe80::77/64 dev v0 nodad`
const testWithVrfs = hasKind('vrf', 'table', '400') ? test : test.skip
const vlan = 'ip link add v0 type veth peer name v1 && ip link add link v0 name x type vlan id 5'
const testWithVlans = succeeds(['unshare', '--net', 'sh', '-c', vlan]) ? test : test.skip
const to = '10.50.0.0/16'
const onlink = { dev: 'br0', onlink: true }

/** What, the spec, where it is wrong, and the gateway. */
const refused: readonly (readonly [string, Spec, string, string])[] = [
  ['an IPv4 address of another link', { routes: [{ to, via: '10.0.0.1', ...onlink }] }, '/routes/0', '10.0.0.1'],
  ['in another table', { routes: [{ to, table: 77, via: '10.0.0.1', ...onlink }] }, '/routes/0', '10.0.0.1'],
  ['an IPv6 address', { routes: [{ to: 'fd50::/64', via: 'fd00::1' }] }, '/routes/0', 'fd00::1'],
  [
    'an IPv6 address of another link',
    { routes: [{ to: 'fd50::/64', via: 'fd00:0::1', ...onlink }] },
    '/routes/0',
    'fd00::1',
  ],
  ['an IPv6 address for IPv4', { routes: [{ to, via: 'fd00::1', dev: 'v0' }] }, '/routes/0', 'fd00::1'],
  [
    'a link-local address of the link',
    { routes: [{ to: 'fd50::/64', via: 'fe80::77', dev: 'v0' }] },
    '/routes/0',
    'fe80::77',
  ],
  [
    'one of several next hops',
    { routes: [{ to: 'fd50::/64', nexthops: [{ via: 'fd00::2' }, { via: 'fd00::1' }] }] },
    '/routes/0/nexthops/1',
    'fd00::1',
  ],
  ['a nexthop object', { nexthops: [{ id: 1, via: '10.0.0.1', ...onlink }] }, '/nexthops/0', '10.0.0.1'],
  [
    'an address that is in the spec',
    {
      links: [{ name: 'br0', addresses: ['fd01::1/64'] }],
      routes: [{ to: 'fd50::/64', via: 'fd01::1', dev: 'v0' }],
    },
    '/routes/0',
    'fd01::1',
  ],
  [
    'an address of a link of which something else is said',
    { links: [{ name: 'v0', mtu: 1400 }], routes: [{ to: 'fd50::/64', via: 'fd00::1', dev: 'v0' }] },
    '/routes/0',
    'fd00::1',
  ],
]

for (const [what, spec, path, gateway] of refused) {
  test(`refused as gateway before anything is done: ${what}`, async (t) => {
    const namespace = reconcileNamespace(t)
    namespace.sh(setting)
    const error = await namespace.refuses(spec, 'INVALID_SPEC')
    t.is(error.path, path, error.message)
    t.true(error.message.includes(`the gateway ${gateway} is an address of this host itself, on `), error.message)
  })
}

const taken: readonly (readonly [string, Spec])[] = [
  ['an IPv4 address without onlink', { routes: [{ to, via: '10.0.0.1' }] }],
  ['an IPv4 address of the link without onlink', { routes: [{ to, via: '10.0.0.1', dev: 'v0' }] }],
  ['a link-local address of another link', { routes: [{ to: 'fd50::/64', via: 'fe80::77', dev: 'br0' }] }],
  [
    'an address that goes',
    {
      links: [{ name: 'v0', addresses: ['10.0.0.3/24', 'fd00::3/64'] }],
      routes: [
        { to, via: '10.0.0.1', ...onlink },
        { to: 'fd50::/64', via: 'fd00::1', dev: 'v0' },
      ],
    },
  ],
  [
    'an address of a link that goes',
    { links: [{ name: 'v0', absent: true }], routes: [{ to, via: '10.0.0.1', ...onlink }] },
  ],
  ['the far end of a VXLAN', { nexthops: [{ id: 1, via: '10.0.0.1', fdb: true }] }],
]

for (const [what, spec] of taken) {
  test(`taken as gateway: ${what}`, async (t) => {
    const namespace = reconcileNamespace(t)
    namespace.sh(setting)
    await namespace.converges(spec)
  })
}

testWithVlans('taken as gateway: an IPv6 address of a VLAN that goes down with the link below it', async (t) => {
  // Seen on 7.3, where the next message still finds the address.
  if (kernelIsAtLeast(7, 0)) return skipped(t, 'this kernel may take the VLAN down a moment later')
  const namespace = reconcileNamespace(t)
  namespace.sh(setting)
  namespace.sh(`ip link add link br0 name br0.5 type vlan id 5 && ip link set br0.5 up
    ip address add fd05::1/64 dev br0.5 nodad
    ip address add fd05::2/64 dev v0 nodad`)
  await namespace.converges({
    links: [{ name: 'br0', up: false }],
    routes: [{ to: 'fd50::/64', via: 'fd05::1', dev: 'v0' }],
  })
})

testWithVrfs('an address of another VRF is a gateway as any other', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh(setting)
  namespace.sh(
    'ip link add red type vrf table 10; ip link set red up; ip link set br0 master red; ip link set v1 master red',
  )
  namespace.sh('ip address add 10.7.0.1/24 dev v1; ip address add fd07::1/64 dev v1 nodad')
  for (const via of ['10.7.0.1', 'fd07::1']) {
    const error = await namespace.refuses({ routes: [{ to, table: 10, via, ...onlink }] }, 'INVALID_SPEC')
    t.regex(error.message, /is an address of this host itself, on v1/)
  }
  await namespace.converges({ routes: [{ to, table: 10, via: '10.0.0.1', ...onlink }] })
  await namespace.converges({ routes: [{ to: 'fd50::/64', table: 10, via: 'fd00::1', ...onlink }] })
})
