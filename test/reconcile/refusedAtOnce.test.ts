import test from 'ava'
import type { Spec } from '../../src/spec/types.js'
import { reconcileNamespace } from '../helpers/reconcile.js'

/** What, what is there, the spec, where it is wrong, and why. */
type Case = readonly (readonly [string, string, Spec, string, RegExp])[]

const bridge = 'ip link add br0 type bridge && ip link set br0 up'
const pair = `ip link add v0 type veth peer name v1 && ip link set v0 address 02:00:00:00:00:01
  ip link property add dev v0 altname first && ip link set v0 up && ip link set v1 up`
const withStp = 'ip link add br0 type bridge stp_state 1'
const tosPath = '/routes/0/tos'
const goto100 = { from: '10.0.0.0/8', goto: 100 }

const ofLinks: Case = [
  [
    'lo cannot go',
    'true',
    { links: [{ name: 'lo', absent: true }] },
    '/links/0',
    /lo cannot be removed: .* of no kind/,
  ],
  [
    'nor under its other name',
    'ip link property add dev lo altname loopy',
    { links: [{ name: 'loopy', absent: true }] },
    '/links/0',
    /lo cannot be removed/,
  ],
  [
    'lo is of no other kind',
    'true',
    { links: [{ name: 'lo', kind: 'bridge' }] },
    '/links/0/kind',
    /kind of lo cannot be changed: .* made anew .*leave kind out/,
  ],
  [
    'lo has the queues that it has',
    'true',
    { links: [{ name: 'lo', txQueues: 3 }] },
    '/links/0/txQueues',
    /txQueues of lo cannot/,
  ],
  [
    'lo is no port of a bridge',
    bridge,
    { links: [{ name: 'lo', master: 'br0' }] },
    '/links/0/master',
    /lo .*port of a bridge/,
  ],
  [
    'nor of a new one',
    'true',
    {
      links: [
        { name: 'br1', kind: 'bridge' },
        { name: 'lo', master: 'br1' },
      ],
    },
    '/links/1/master',
    /lo .*port of a bridge/,
  ],
  ['no link is named all', 'true', { links: [{ name: 'all', kind: 'tap' }] }, '/links/0/name', /can be named all/],
  [
    'no link is named default',
    'true',
    { links: [{ name: 'default', kind: 'bridge' }] },
    '/links/0/name',
    /can be named default/,
  ],
  [
    'no other end is named all',
    'true',
    { links: [{ name: 'x0', kind: 'veth', veth: { peer: { name: 'all' } } }] },
    '/links/0/veth/peer/name',
    /can be named all/,
  ],
  [
    'no link gets the name all',
    pair,
    { links: [{ name: 'all', match: { altName: 'first' } }] },
    '/links/0/name',
    /can be named all/,
  ],
  [
    'a short hello time',
    bridge,
    { links: [{ name: 'br0', bridge: { helloTime: 0.5 } }] },
    '/links/0/bridge/helloTime',
    /1/,
  ],
  [
    'a long hello time',
    bridge,
    { links: [{ name: 'br0', bridge: { helloTime: 11 } }] },
    '/links/0/bridge/helloTime',
    /10/,
  ],
  ['a short age', bridge, { links: [{ name: 'br0', bridge: { maxAge: 5 } }] }, '/links/0/bridge/maxAge', /6/],
  ['a long age', bridge, { links: [{ name: 'br0', bridge: { maxAge: 41 } }] }, '/links/0/bridge/maxAge', /40/],
  [
    'a short delay of a new bridge with STP',
    'true',
    { links: [{ name: 'br1', kind: 'bridge', bridge: { stp: true, forwardDelay: 1 } }] },
    '/links/0/bridge/forwardDelay',
    /2 to 30 seconds/,
  ],
  [
    'a long delay of a bridge that gets STP',
    bridge,
    { links: [{ name: 'br0', bridge: { stp: true, forwardDelay: 31 } }] },
    '/links/0/bridge/forwardDelay',
    /2 to 30 seconds/,
  ],
  [
    'no delay of a bridge that has STP',
    withStp,
    { links: [{ name: 'br0', bridge: { forwardDelay: 0 } }] },
    '/links/0/bridge/forwardDelay',
    /2 to 30 seconds/,
  ],
  [
    'lo is below no MACVLAN',
    'true',
    { links: [{ name: 'mv0', kind: 'macvlan', macvlan: { link: 'lo' } }] },
    '/links/0/macvlan',
    /needs an Ethernet device below: lo is none/,
  ],
  [
    'a MACVLAN stands on no MACVLAN',
    'ip link add v0 type veth peer v1 && ip link add mv0 link v0 type macvlan',
    { links: [{ name: 'mt0', kind: 'macvtap', macvtap: { link: 'mv0' } }] },
    '/links/0/macvtap/link',
    /mt0 cannot stand on mv0: a macvtap stands on what the macvlan stands on/,
  ],
  [
    'nor on one that is made with it',
    'ip link add v0 type veth peer v1',
    {
      links: [
        { name: 'mv1', kind: 'macvlan', macvlan: { link: 'mv0' } },
        { name: 'mv0', kind: 'macvlan', macvlan: { link: 'v0' } },
      ],
    },
    '/links/0/macvlan/link',
    /mv1 cannot stand on mv0: a macvlan stands on what the macvlan stands on/,
  ],
  [
    'a TUN is below no IPVLAN',
    'ip tuntap add tun0 mode tun',
    { links: [{ name: 'iv0', kind: 'ipvlan', ipvlan: { link: 'tun0' } }] },
    '/links/0/ipvlan',
    /needs an Ethernet device below: tun0 is none/,
  ],
]

const ofRoutesAndRules: Case = [
  [
    'a group as gateway',
    bridge,
    { routes: [{ to: 'fd01::/64', via: 'ff02::1', dev: 'br0' }] },
    '/routes/0',
    /gateway ff02::1 is a group/,
  ],
  [
    'a group as gateway of IPv4',
    bridge,
    { routes: [{ to: '10.1.0.0/16', via: '224.0.0.9', dev: 'br0', onlink: true }] },
    '/routes/0',
    /gateway 224.0.0.9 is a group/,
  ],
  [
    'a link-local gateway without a link',
    bridge,
    { routes: [{ to: 'fd01::/64', via: 'fe80::1' }] },
    '/routes/0',
    /gateway fe80::1 needs dev/,
  ],
  [
    'a link-local gateway of an IPv4 route without a link',
    bridge,
    { routes: [{ to: '10.1.0.0/16', via: 'febf::1' }] },
    '/routes/0',
    /gateway febf::1 needs dev/,
  ],
  [
    'a link-local gateway among others',
    bridge,
    { routes: [{ to: 'fd01::/64', nexthops: [{ via: 'fe80::1', dev: 'br0' }, { via: 'fe80::2' }] }] },
    '/routes/0/nexthops/1',
    /gateway fe80::2 needs dev/,
  ],
  ['congestion as tos', bridge, { routes: [{ to: '10.1.0.0/16', dev: 'br0', tos: 2 }] }, tosPath, /leave tos out/],
  [
    'tos with congestion',
    bridge,
    { routes: [{ to: '10.1.0.0/16', dev: 'br0', tos: 0x13 }] },
    tosPath,
    /did you mean 16/,
  ],
  ['tos of IPv6', bridge, { routes: [{ to: 'fd01::/64', dev: 'br0', tos: 16 }] }, tosPath, /IPv6 route has no tos/],
  [
    'a rule for congestion',
    'true',
    { rules: [{ priority: 5, tos: 0x11, table: 5 }] },
    '/rules/0/tos',
    /did you mean 16/,
  ],
  [
    'an IPv6 rule for congestion',
    'true',
    { rules: [{ priority: 5, family: 'inet6', tos: 1, table: 5 }] },
    '/rules/0/tos',
    /leave tos out/,
  ],
  [
    'a rule for the old precedence',
    'true',
    { rules: [{ priority: 5, tos: 0x21, table: 5 }] },
    '/rules/0/tos',
    /no tos above 28.*dscp: 8/,
  ],
  ['tos and dscp', 'true', { rules: [{ priority: 5, tos: 16, dscp: 4, table: 5 }] }, '/rules/0', /one of tos and dscp/],
  ['goto the first', 'true', { rules: [{ from: '10.0.0.0/8', goto: 0 }] }, '/rules/0/goto', /no priority is before 0/],
  [
    'goto backward from the end',
    'true',
    { rules: [goto100] },
    '/rules/0/goto',
    /comes to 32765 here: 100 is not behind/,
  ],
  [
    'goto backward from behind a new rule',
    'true',
    { rules: [{ priority: 200, from: '10.1.0.0/16', table: 7 }, goto100] },
    '/rules/1/goto',
    /comes to 199 here/,
  ],
]

for (const [what, setting, spec, path, message] of [...ofLinks, ...ofRoutesAndRules]) {
  test(`refused before anything is done: ${what}`, async (t) => {
    const namespace = reconcileNamespace(t)
    namespace.sh(setting)
    const error = await namespace.refuses(spec, 'INVALID_SPEC')
    t.is(error.path, path, error.message)
    t.regex(error.message, message)
  })
}

test('settings of a link that has the name of those of others are refused, and those are as they were', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh(`${pair}; ip link set v0 down; ip link set v0 mtu 1000; ip link set v0 name default`)
  const setting = (): string => namespace.sh('cat /proc/sys/net/ipv4/conf/default/forwarding')
  const before = setting()
  const spec: Spec = { links: [{ name: 'default', sysctl: { ipv4: { forwarding: before.trim() !== '1' } } }] }
  const error = await namespace.refuses(spec, 'INVALID_SPEC')
  t.is(error.path, '/links/0/sysctl', error.message)
  t.is(setting(), before)
})

const taken: readonly (readonly [string, string, Spec])[] = [
  // It has no IPv6, so that its settings are never looked for.
  [
    'a name of few bytes a packet',
    `${pair}; ip link set v0 mtu 1000`,
    { links: [{ name: 'default', match: { altName: 'first' } }] },
  ],
  [
    'the loopback under another name',
    'ip link property add dev lo altname loopy',
    { links: [{ name: 'loop', match: { altName: 'loopy' } }] },
  ],
  ['a delay without STP', bridge, { links: [{ name: 'br0', bridge: { forwardDelay: 0 } }] }],
  [
    'a delay of a bridge that loses STP',
    withStp,
    { links: [{ name: 'br0', bridge: { forwardDelay: 0, stp: false } }] },
  ],
  ['goto from the first place', 'ip rule add priority 10 table 5', { rules: [goto100] }],
  ['goto from before a new rule', 'true', { rules: [{ priority: 50, from: '10.1.0.0/16', table: 7 }, goto100] }],
  [
    'a gateway that is there',
    `${bridge}; ip -6 route add fd01::/64 via fe80::1 dev br0`,
    { routes: [{ to: 'fd01::/64', via: 'fe80::1' }] },
  ],
  ['an absence', bridge, { routes: [{ to: '10.1.0.0/16', tos: 1, absent: true }], rules: [{ tos: 1, absent: true }] }],
]

for (const [what, setting, spec] of taken) {
  test(`taken as ever: ${what}`, async (t) => {
    const namespace = reconcileNamespace(t)
    namespace.sh(setting)
    await namespace.converges(spec)
  })
}

test('an IPv6 route of several ways without a gateway is refused, if the kernel refuses it', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh(pair)
  const ways = [{ dev: 'v0' }, { dev: 'v1', weight: 2 }]
  const spec: Spec = { routes: [{ to: 'fd01::/64', nexthops: ways }] }
  const told = namespace.sh('ip -6 route add fd02::/64 nexthop dev v0 nexthop dev v1 2>&1 || true')
  if (told === '') {
    await namespace.converges(spec)
    return
  }
  t.regex(told, /Device only routes/)
  const error = await namespace.refuses(spec, 'UNSUPPORTED')
  t.is(error.path, '/routes/0/nexthops/0', error.message)
  t.deepEqual(
    error.problems?.map(({ path }) => path),
    ['/routes/0/nexthops/0', '/routes/0/nexthops/1'],
  )
  await namespace.converges({ routes: [{ to: 'fd01::/64', nexthops: ways.slice(1) }] })
  await namespace.converges({
    nexthops: [
      ...ways.map(({ dev }, index) => ({ id: index + 1, dev, family: 'inet6' as const })),
      { id: 3, group: [1, { id: 2, weight: 2 }] },
    ],
    routes: [{ to: 'fd03::/64', nexthopId: 3 }],
  })
  t.regex(namespace.sh('ip -6 route show fd03::/64'), /nexthop dev v0 weight 1 .*\s+nexthop dev v1 weight 2/)
})
