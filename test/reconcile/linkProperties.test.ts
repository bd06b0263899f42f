import test from 'ava'
import { Network } from '../../src/network/network.js'
import type { LinkSpec, Spec } from '../../src/spec/types.js'
import { type ReconcileNamespace, reconcileNamespace } from '../helpers/reconcile.js'

const pair: LinkSpec = { name: 'v0', kind: 'veth', veth: { peer: { name: 'v1' } } }
const tokenOf = ({ sh }: ReconcileNamespace, name = 'v0'): string => sh(`ip token get dev ${name}`).trim()

const macvlan: LinkSpec = { name: 'm0', kind: 'macvlan', macvlan: { link: 'v0', mode: 'bridge' } }
const withMacvlan = (properties: Partial<LinkSpec>): Spec => ({
  links: [pair, { name: 'v1', up: true }, { ...macvlan, ...properties }],
})

test('a token is set, changed, kept by a new device, and taken away', async (t) => {
  const namespace = reconcileNamespace(t)
  const { steps } = await namespace.converges({
    links: [
      { ...pair, ipv6Token: '0::A:0:0:1' },
      { name: 'v1', ipv6Token: '::9' },
    ],
  })
  t.deepEqual(
    steps.flatMap(({ equivalent }) => equivalent.split('\n').filter((line) => line.startsWith('ip token'))),
    ['ip token set ::a:0:0:1 dev v0', 'ip token set ::9 dev v1'],
  )
  t.is(tokenOf(namespace), 'token ::a:0:0:1 dev v0')
  t.is(tokenOf(namespace, 'v1'), 'token ::9 dev v1')
  const changed = await namespace.converges({ links: [{ name: 'v0', ipv6Token: '::2' }] })
  t.deepEqual(changed.steps[0]?.changes, [{ property: 'ipv6Token', before: '::a:0:0:1', after: '::2' }])
  const shown = (await namespace.snapshot()).links?.find(({ name }) => name === 'v0')
  t.is(shown?.ipv6Token, '::2')
  // A new device, as its peer has another name.
  await namespace.converges({ links: [{ ...pair, veth: { peer: { name: 'v2' } } }] })
  t.is(tokenOf(namespace), 'token ::2 dev v0')
  await namespace.converges({ links: [{ name: 'v0', ipv6Token: '::' }] })
  t.is(tokenOf(namespace), 'token :: dev v0')
  t.false('ipv6Token' in ((await namespace.snapshot()).links?.find(({ name }) => name === 'v0') ?? {}))
})

test('a token comes after the setting that lets the kernel take it, and goes before the one that does not', async (t) => {
  const namespace = reconcileNamespace(t)
  const routing = { ipv6: true }
  const error = await namespace.fails({ forwarding: routing, links: [{ ...pair, ipv6Token: '::7' }] })
  t.regex(error.message, /Router advertisement is disabled on device/)
  t.is(error.path, '/links/0/ipv6Token')
  t.true(error.rollback?.restored)
  await namespace.converges({
    forwarding: routing,
    links: [{ ...pair, ipv6Token: '::7', sysctl: { ipv6: { acceptRa: 2 } } }],
  })
  t.is(tokenOf(namespace), 'token ::7 dev v0')
  const before = namespace.picture()
  // What fails behind it, so that both come back.
  await namespace.fails({
    links: [
      { name: 'v0', ipv6Token: '::', sysctl: { ipv6: { acceptRa: 0 } } },
      { name: 'v1', protocolDown: true },
    ],
    routes: [{ to: '10.9.0.0/16', via: '10.255.0.1', dev: 'v0' }],
  })
  t.is(tokenOf(namespace), 'token ::7 dev v0')
  t.deepEqual(namespace.picture(), before)
  await namespace.converges({ links: [{ name: 'v0', ipv6Token: '::', sysctl: { ipv6: { acceptRa: 0 } } }] })
  t.is(tokenOf(namespace), 'token :: dev v0')
})

const mac = '02:00:00:00:00:0a'
const token = { name: 'v0', ipv6Token: '::7' }
const refusals: readonly Spec[] = [
  { forwarding: { ipv6: true }, links: [{ name: 'v0' }] },
  { forwarding: { ipv6: true }, links: [{ name: 'w0', match: { mac } }] },
  { links: [{ name: 'v0', arp: false }] },
  { links: [{ name: 'v0', mtu: 1000 }] },
]

for (const spec of refusals) {
  test(`a token goes before what lets the kernel take none: ${JSON.stringify(spec)}`, async (t) => {
    const namespace = reconcileNamespace(t)
    await namespace.converges({ links: [{ ...pair, mac, ...token }] })
    await namespace.converges({ ...spec, links: (spec.links ?? []).map((link) => ({ ...link, ipv6Token: '::' })) })
  })
}

for (const [before, after] of [
  [{ forwarding: { ipv6: true } }, { forwarding: { ipv6: false }, links: [token] }],
  [{ links: [{ name: 'v0', arp: false }] }, { links: [{ ...token, arp: true }] }],
] satisfies [Spec, Spec][]) {
  test(`undoing takes a token away before what lets the kernel take none: ${JSON.stringify(before)}`, async (t) => {
    const namespace = reconcileNamespace(t)
    await namespace.apply({ links: [pair] })
    await namespace.apply(before)
    const error = await namespace.refuses(after, 'GUARD_FAILED', { guards: [() => false] })
    t.true(error.rollback?.restored, error.rollback?.error)
  })
}

test('a token that the kernel lets nobody take away goes once it does', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.apply({ links: [{ ...pair, ...token }] })
  namespace.sh('sysctl -qw net.ipv6.conf.v0.accept_ra=0 && ip link set v0 arp off')
  await namespace.converges({
    links: [{ name: 'v0', ipv6Token: '::', arp: true, sysctl: { ipv6: { acceptRa: 1 } } }],
  })
  t.is(tokenOf(namespace), 'token :: dev v0')
})

test('a link that is made anew where packets are forwarded loses its token with the setting that it counts by', async (t) => {
  const namespace = reconcileNamespace(t)
  const anew: LinkSpec = { ...pair, veth: { peer: { name: 'v2' } } }
  await namespace.apply({ forwarding: { ipv6: true }, links: [{ ...pair, addresses: ['10.0.0.1/24', 'fd00::1/64'] }] })
  namespace.sh('sysctl -qw net.ipv6.conf.v0.accept_ra=2 && ip token set ::7 dev v0')
  const routes = [{ to: '10.9.0.0/16', via: '10.0.0.2' }]
  await namespace.apply({ routes })
  const failed = await namespace.fails({ links: [anew, { name: 'v2', protocolDown: true }] })
  t.true(failed.rollback?.restored, failed.rollback?.error)
  t.regex(namespace.sh('ip route; ip -6 address show dev v0'), /10\.9\.0\.0\/16.*fd00::1/s)
  namespace.sh('sysctl -qw net.ipv6.conf.v0.accept_ra=2 && ip token set ::7 dev v0')
  await namespace.converges({ links: [anew] })
  t.is(tokenOf(namespace), 'token :: dev v0')
  await namespace.converges({ links: [{ ...anew, ipv6Token: '::7', sysctl: { ipv6: { acceptRa: 2 } } }] })
  await namespace.converges({ links: [{ ...pair, sysctl: { ipv6: { acceptRa: 2 } } }] })
  t.is(tokenOf(namespace), 'token ::7 dev v0')
})

test('a token that cannot be is told before anything is done', async (t) => {
  const namespace = reconcileNamespace(t)
  const error = await namespace.refuses(
    {
      links: [
        { name: 'lo', ipv6Token: '::1' },
        { ...pair, ipv6Token: 'fd00::1' },
        { name: 'w0', ipv6Token: '::1', arp: false },
        { name: 'w1', ipv6Token: '::1', sysctl: { ipv6: { acceptRa: 0 } } },
        { name: 'w2', ipv6Token: '10.0.0.1' },
        { name: 'w3', ipv6Token: '::', arp: false },
      ],
    },
    'INVALID_SPEC',
  )
  t.deepEqual(
    error.problems?.map(({ path, message }) => [path, message]),
    [
      ['/links/1/ipv6Token', 'a token is the last 64 bits of an address, such as ::1'],
      ['/links/4/ipv6Token', '"10.0.0.1" is not an IPv6 address'],
      ['/links/0/ipv6Token', 'lo is to have a token, and is no link that routers are on'],
      ['/links/2/ipv6Token', 'w0 is to have a token, and no neighbor discovery (arp)'],
      ['/links/3/ipv6Token', 'w1 is to have a token, and not to listen to routers (acceptRa)'],
    ],
  )
})

test('a link is kept from having a carrier, and let have one', async (t) => {
  const namespace = reconcileNamespace(t)
  const isDown = (): unknown[] => {
    const [{ proto_down, flags } = {}] = namespace.ip('link', 'show', 'dev', 'm0')
    return [proto_down, Array.isArray(flags) && flags.includes('LOWER_UP')]
  }
  const { steps } = await namespace.converges(withMacvlan({ protocolDown: true }))
  t.regex(
    steps.map(({ equivalent }) => equivalent).join('\n'),
    /ip link set dev m0 up\nip link set dev m0 protodown on/,
  )
  t.deepEqual(isDown(), [true, false])
  t.true((await namespace.snapshot()).links?.find(({ name }) => name === 'm0')?.protocolDown)
  await namespace.converges(withMacvlan({ protocolDown: false }))
  t.deepEqual(isDown(), [undefined, true])
  await namespace.converges(withMacvlan({ protocolDown: true }))
  // Made anew, since another device is below it.
  await namespace.converges({ links: [{ ...macvlan, macvlan: { link: 'v1', mode: 'bridge' } }] })
  t.deepEqual(isDown(), [true, false])
})

test('a link that cannot be kept from having a carrier may be told not to be, and comes back when it was told to be', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.converges({
    links: [
      { ...pair, protocolDown: false },
      { name: 'v1', protocolDown: false },
    ],
  })
  const error = await namespace.fails({
    links: [
      { name: 'v0', veth: { peer: { name: 'v2' } } },
      { name: 'v2', protocolDown: true },
    ],
  })
  t.regex(error.message, /Protodown not supported by device/)
  t.true(error.rollback?.restored)
  t.is(namespace.ip('link', 'show', 'dev', 'v1').length, 1)
})

/** What `ip` shows of being kept from a carrier, of the reasons those up to 7: that of Debian 12 reads but a byte. */
function keptDown(namespace: ReconcileNamespace): unknown[] {
  const [{ proto_down = false, proto_down_reason = [] } = {}] = namespace.ip('link', 'show', 'dev', 'm0')
  return [proto_down, proto_down_reason]
}

test('the reasons that keep a link from its carrier are set, changed and taken back as a whole', async (t) => {
  const namespace = reconcileNamespace(t)
  const { steps } = await namespace.converges(withMacvlan({ protocolDown: true, protocolDownReasons: [7, 3] }))
  t.regex(
    steps.map(({ equivalent }) => equivalent).join('\n'),
    /m0 protodown on\nip link set dev m0 protodown_reason 3 on\nip link set dev m0 protodown_reason 7 on/,
  )
  t.deepEqual(keptDown(namespace), [true, ['3', '7']])
  const told = (await namespace.snapshot()).links?.find(({ name }) => name === 'm0')
  t.like(told, { protocolDown: true, protocolDownReasons: [3, 7] })
  const changed = await namespace.converges({ links: [{ name: 'm0', protocolDownReasons: [5, 3] }] })
  t.deepEqual(
    changed.steps.map(({ changes, equivalent }) => [changes, equivalent.split('\n')]),
    [
      [
        [{ property: 'protocolDownReasons', before: [3, 7], after: [3, 5] }],
        [
          'ip link set dev m0 protodown_reason 7 off',
          'ip link set dev m0 protodown_reason 3 on',
          'ip link set dev m0 protodown_reason 5 on',
        ],
      ],
    ],
  )
  t.deepEqual(keptDown(namespace), [true, ['3', '5']])
  // Made anew, since another device is below it.
  await namespace.converges({ links: [{ ...macvlan, macvlan: { link: 'v1', mode: 'bridge' } }] })
  t.deepEqual(keptDown(namespace), [true, ['3', '5']])
  const refused = await namespace.fails({ links: [{ name: 'm0', protocolDown: false }] })
  t.regex(refused.message, /Cannot clear protodown, active reasons/)
  t.deepEqual(keptDown(namespace), [true, ['3', '5']])
  await namespace.converges({ links: [{ name: 'm0', protocolDown: false, protocolDownReasons: [] }] })
  t.deepEqual(keptDown(namespace), [false, []])
  t.false('protocolDownReasons' in ((await namespace.snapshot()).links?.find(({ name }) => name === 'm0') ?? {}))
  await namespace.converges({ links: [{ name: 'm0', protocolDown: true, protocolDownReasons: [0] }] })
  const kept = await namespace.converges({ links: [{ name: 'm0', protocolDown: false, protocolDownReasons: [0] }] })
  t.deepEqual(
    kept.steps.flatMap(({ equivalent }) => equivalent.split('\n')),
    [
      'ip link set dev m0 protodown_reason 0 off',
      'ip link set dev m0 protodown off',
      'ip link set dev m0 protodown_reason 0 on',
    ],
  )
  t.deepEqual(keptDown(namespace), [false, ['0']])
})

for (const [before, after] of [
  [{}, { protocolDown: true, protocolDownReasons: [3] }],
  [{ protocolDownReasons: [3] }, { protocolDown: true }],
  [{ protocolDownReasons: [3] }, { protocolDown: true, protocolDownReasons: [] }],
  [
    { protocolDown: true, protocolDownReasons: [3, 4] },
    { protocolDown: false, protocolDownReasons: [] },
  ],
] satisfies [Partial<LinkSpec>, Partial<LinkSpec>][]) {
  test(`undoing puts reasons back in the order that the kernel takes: ${JSON.stringify([before, after])}`, async (t) => {
    const namespace = reconcileNamespace(t)
    await namespace.apply(withMacvlan(before))
    const { rollback } = await namespace.fails({ links: [{ name: 'm0', ...after }] }, { guards: [() => false] })
    t.true(rollback?.restored, rollback?.error)
    const { protocolDown = false, protocolDownReasons = [] } = before as Partial<LinkSpec>
    t.deepEqual(keptDown(namespace), [protocolDown, protocolDownReasons.map(String)])
  })
}

test('reasons are the same by the imperative side, and a VXLAN has them, too', async (t) => {
  const namespace = reconcileNamespace(t)
  await using network = Network.open({ namespace: { fd: namespace.fd } }).unwrap()
  const name = 'm0'
  const vxlan = { id: 5, port: 4789 }
  const made = (await network.links.create({ name, kind: 'vxlan', vxlan, protocolDownReasons: [7, 2] })).unwrap()
  t.like(made, { protocolDownReasons: [2, 7] })
  t.deepEqual(keptDown(namespace), [false, ['2', '7']])
  const events = await namespace.events(() => network.links.update(name, { protocolDownReasons: [7, 2] }))
  t.deepEqual(events, [])
  ;(await network.links.update(name, { protocolDown: true, protocolDownReasons: [1] })).unwrap()
  t.deepEqual(keptDown(namespace), [true, ['1']])
  ;(await network.links.update(name, { protocolDown: false, protocolDownReasons: [1] })).unwrap()
  t.deepEqual(keptDown(namespace), [false, ['1']])
  namespace.sh('ip link set dev m0 protodown_reason 31 on')
  t.deepEqual((await network.links.get(name)).unwrap().protocolDownReasons, [1, 31])
  const back = (await network.links.update(name, { protocolDownReasons: [] })).unwrap()
  t.false('protocolDownReasons' in back)
  const [listed] = (await network.links.list({ kind: 'vxlan' })).unwrap()
  if (listed) t.true((await network.links.update(name, listed)).ok)
  t.deepEqual(keptDown(namespace), [false, []])
})

test('reasons that cannot be are told before anything is done, and none of a link that has none is no wish', async (t) => {
  const namespace = reconcileNamespace(t)
  const reasons = [[32], [-1], [1.5], ['3'], [3, 3], 3] as unknown as readonly (readonly number[])[]
  const error = await namespace.refuses(
    { links: reasons.map((protocolDownReasons, index) => ({ name: `w${index}`, protocolDownReasons })) },
    'INVALID_SPEC',
  )
  t.deepEqual(
    error.problems?.map(({ path }) => path),
    [
      ...['0/protocolDownReasons/0', '1/protocolDownReasons/0', '2/protocolDownReasons/0', '3/protocolDownReasons/0'],
      ...['4/protocolDownReasons', '5/protocolDownReasons'],
    ].map((path) => `/links/${path}`),
  )
  await namespace.converges({
    links: [
      { ...pair, protocolDownReasons: [] },
      { name: 'v1', protocolDownReasons: [] },
    ],
  })
  const refused = await namespace.refuses({ links: [{ name: 'v0', protocolDownReasons: [3] }] }, 'EOPNOTSUPP')
  t.regex(refused.message, /Protodown not supported by device/)
})

test('the MTU of a VXLAN changes together with its options', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.apply({ links: [{ name: 'x0', kind: 'vxlan', vxlan: { id: 1, port: 4789 } }] })
  await namespace.converges({ links: [{ name: 'x0', mtu: 1400, vxlan: { remote: '10.0.0.2' } }] })
  const [link] = namespace.ip('link', 'show', 'dev', 'x0')
  t.is(link?.['mtu'], 1400)
})
