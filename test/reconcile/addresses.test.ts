import test from 'ava'
import type { LinkSpec, Spec } from '../../src/spec/types.js'
import { hasKind } from '../helpers/hasKind.js'
import { type ReconcileNamespace, reconcileNamespace } from '../helpers/reconcile.js'

const bridge = (addresses: LinkSpec['addresses'], more: Partial<LinkSpec> = {}): Spec => ({
  links: [{ name: 'br0', ...more, ...(addresses ? { addresses } : {}) }],
})

/** The addresses of br0 in the kernel's order. */
function listed(namespace: ReconcileNamespace, family: 4 | 6): string[] {
  return namespace
    .sh(`ip -${family} -o address show dev br0 | awk '{print $4}'`)
    .trim()
    .split('\n')
    .filter((line) => line !== '')
}

for (const promote of [0, 1]) {
  test(`any IPv4 list follows any other, in order, promote_secondaries ${promote}`, async (t) => {
    const namespace = reconcileNamespace(t)
    namespace.sh(
      `sysctl -qw net.ipv4.conf.all.promote_secondaries=${promote}; ip link add br0 type bridge; ip link set br0 up`,
    )
    const lists = [
      ['10.0.0.1/24', '10.0.0.2/24', '10.0.0.3/24'],
      ['10.0.0.9/24', '10.0.0.2/24', '10.0.0.3/24'],
      ['10.0.0.3/24', '10.0.0.2/24', '10.0.0.9/24'],
      ['10.0.0.3/24', '10.1.0.1/24', '10.2.0.1/24'],
      ['10.2.0.1/24', '10.1.0.1/24', '10.0.0.3/24'],
      ['10.2.0.1/24'],
      ['10.2.0.1/25'],
      ['10.2.0.1/24', '10.2.0.1/25'],
      [],
      ['10.0.0.2/24', '10.0.0.1/24'],
      ['10.0.0.1/24', '10.0.0.2/24', '10.0.0.1/25'],
      ['10.0.0.1/24'],
    ]
    for (const list of lists) {
      await namespace.converges(bridge(list))
      const kernel = listed(namespace, 4)
      t.deepEqual([...kernel].sort(), [...list].sort())
      t.is(kernel[0], list[0])
      // Primaries come before secondaries; each of them in the order of the list.
      const isSecondary = (address: string) =>
        namespace.sh(`ip -4 -o address show dev br0 secondary`).includes(` ${address} `)
      const order = [...list.filter((one) => !isSecondary(one)), ...list.filter(isSecondary)]
      t.deepEqual(kernel, order, list.join(' '))
    }
  })
}

test('a primary is replaced without losing others, and routes and neighbors of others come back', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh(
    [
      'ip link add br0 type bridge && ip link set br0 up',
      'ip address add 10.0.0.1/24 dev br0',
      'ip route add default via 10.0.0.254',
      'ip route add 10.9.0.0/16 dev br0',
      'ip route add 10.8.0.0/16 via 10.0.0.3 table 9',
      'ip neighbor add 10.0.0.7 lladdr 02:00:00:00:00:07 dev br0 nud permanent',
      'ip neighbor add proxy 10.0.0.8 dev br0',
    ].join(' && '),
  )
  const others = () =>
    namespace
      .sh('ip route show table all proto boot; ip neighbor show nud permanent; ip neighbor show proxy')
      .replaceAll('linkdown ', '')
  const before = others()
  await namespace.converges(bridge(['10.0.0.2/24']))
  t.is(others(), before)
  await namespace.converges(bridge([{ address: '10.0.0.2/24', label: 'br0:x' }]))
  t.is(others(), before)
  t.regex(namespace.sh('ip -4 address show dev br0'), /br0:x/)
  await namespace.converges({ links: [{ name: 'br0', mac: '02:00:00:00:00:77' }] })
  t.is(others(), before)
  await namespace.converges(bridge([]))
  t.deepEqual(listed(namespace, 4), [])
})

test('IPv6: any list follows any other, in order; another prefix length makes it anew', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh('ip link add br0 type bridge; ip link set br0 up')
  const lists = [
    ['fd00::1/64', 'fd00::2/64', 'fd00::3/64'],
    ['fd00::3/64', 'fd00::1/64', 'fd00::2/64'],
    ['fd00::3/64', 'fd00::9/64'],
    ['fd00::9/64'],
    ['fd00::9/80'],
    ['fd01::1/64', 'fd00::9/80', 'fd02::1/128'],
    ['fd02::1/128', 'fe80::5/64', 'fd01::1/64'],
    ['fe80::5/64'],
    [],
  ]
  for (const list of lists) {
    await namespace.converges(bridge(list))
    const global = list.filter((one) => !one.startsWith('fe80'))
    t.deepEqual(listed(namespace, 6), [...global, ...list.filter((one) => one.startsWith('fe80'))], list.join(' '))
  }
})

test('IPv6: the wider its scope, the nearer to the front an address stands, whatever the list says', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh('ip link add br0 type bridge; ip link set br0 up')
  const scopes = {
    global: ['fd00::1/64', 'fec::1/64'],
    site: ['fec0::1/64', 'fef0::1/64'],
    link: ['fe90::1/64', 'febf::1/64'],
  }
  const { global, site, link } = scopes
  await namespace.converges(bridge([...link, ...site, ...global]))
  t.deepEqual(listed(namespace, 6), [...global, ...site, ...link])
  await namespace.converges(bridge([...site.toReversed(), ...link.toReversed(), ...global.toReversed()]))
  t.deepEqual(
    listed(namespace, 6),
    [global, site, link].flatMap((list) => list.toReversed()),
  )
})

test('properties of an address: label, peer, broadcast, scope, metric, noPrefixRoute, lifetimes', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh('ip link add br0 type bridge; ip link set br0 up')
  const specs: LinkSpec['addresses'][] = [
    [{ address: '10.0.0.1/24', label: 'br0:a' }, '10.0.0.2/24'],
    [{ address: '10.0.0.1/24', label: 'br0:b', broadcast: '10.0.0.255' }, '10.0.0.2/24'],
    [
      { address: '10.0.0.1/24', scope: 'link' },
      { address: '10.1.0.2/24', metric: 50 },
    ],
    [
      { address: '10.0.0.1/24', noPrefixRoute: true },
      { address: '10.1.0.2/24', metric: 60 },
    ],
    [{ address: '10.0.0.1', peer: '10.0.0.9/32' }],
    [{ address: '10.0.0.1', peer: '10.0.0.8/32' }],
    [{ address: '10.0.0.1/24', validLifetime: 1000, preferredLifetime: 500 }],
    [{ address: '10.0.0.1/24', validLifetime: 'forever', preferredLifetime: 'forever' }],
    [{ address: 'fd00::1/64', noPrefixRoute: true, metric: 9 }],
    [{ address: 'fd00::1/64', noPrefixRoute: false, metric: 10 }],
    [{ address: 'fd00::1/64', validLifetime: 1000, preferredLifetime: 0 }],
    [{ address: 'fd00::1', peer: 'fd00::2' }],
    [
      { address: 'fd00::1/64', validLifetime: 'forever', preferredLifetime: 'forever' },
      { address: 'fd00::5/64', home: true },
    ],
  ]
  for (const addresses of specs) {
    await namespace.converges(bridge(addresses))
    if (addresses !== undefined) namespace.sh('ip address replace 192.0.2.7/24 valid_lft 900 preferred_lft 900 dev br0')
    const copy = (await namespace.snapshot()).links?.find(({ name }) => name === 'br0')
    // What goes by itself is in no snapshot, unless the mark tells that it is ours.
    t.is(copy?.addresses?.length ?? 0, addresses?.length ?? 0, JSON.stringify(copy))
  }
  t.regex(namespace.sh('ip -6 address show dev br0'), /fd00::1\/64/)
})

test('an address with a lifetime is converged while it runs down, and belongs to the list', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh('ip link add br0 type bridge; ip link set br0 up')
  const spec = bridge([{ address: '10.0.0.1/24', validLifetime: 100, preferredLifetime: 50 }])
  await namespace.converges(spec)
  await new Promise((resolve) => setTimeout(resolve, 1200))
  t.false((await namespace.apply(spec)).changed)
  await namespace.converges(bridge([{ address: '10.0.0.1/24', validLifetime: 1000, preferredLifetime: 50 }]))
})

test('the kernel own link-local address and dynamic ones stay', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh(
    [
      'ip link add br0 type bridge',
      'ip link set br0 addrgenmode eui64 address 02:00:00:00:00:01',
      'ip tuntap add t0 mode tap; ip link add v0 type veth peer name v1; ip link set v0 master br0; ip link set v0 up; ip link set v1 up',
      'ip link set br0 up; until ip address show dev br0 | grep -q fe80:; do sleep 0.1; done',
      'ip address add 10.0.0.50/24 dev br0 valid_lft 500 preferred_lft 400',
      'ip address add fd00::50/64 dev br0 valid_lft 500 preferred_lft 400 nodad',
      'ip address add 10.0.1.50/24 dev br0',
    ].join('\n'),
  )
  await namespace.converges(bridge(['10.9.0.1/24', 'fd09::1/64']))
  const text = namespace.sh('ip address show dev br0')
  for (const stays of ['fe80::', '10.0.0.50/24', 'fd00::50/64', '10.9.0.1/24', 'fd09::1/64'])
    t.true(text.includes(stays), stays)
  t.false(text.includes('10.0.1.50'))
  await namespace.converges(bridge([]))
  t.true(namespace.sh('ip address show dev br0').includes('fe80::'))
})

test('a spelling is never a difference', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh('ip link add br0 type bridge; ip link set br0 up')
  await namespace.converges(bridge(['FD00:0::1/64', '10.0.0.1/24', '10.5.0.1'], { mac: '0A:bb:CC:00:00:01' }))
  t.false(
    (await namespace.apply(bridge(['fd00::0001/64', '10.0.0.1/24', '10.5.0.1/32'], { mac: '0a:BB:cc:00:00:01' })))
      .changed,
  )
})

const testWithSit = hasKind('sit') ? test : test.skip

testWithSit('addresses that a SIT device makes of IPv4 addresses are let be, unless the spec names them', async (t) => {
  const namespace = reconcileNamespace(t)
  const sit = (addresses: string[]): Spec => ({
    links: [{ name: 'sit1', kind: 'sit', sit: { local: '10.0.0.1' }, addresses }],
  })
  const shown = (): string => namespace.sh('ip -6 address show dev sit1')
  await namespace.converges(sit(['fd02::1/64']))
  t.regex(shown(), /::10\.0\.0\.1\/96/)
  await namespace.converges(sit([]))
  t.regex(shown(), /::10\.0\.0\.1\/96/)
  t.notRegex(shown(), /fd02::1/)
  const { links = [] } = await namespace.snapshot()
  t.is(links.find(({ name }) => name === 'sit1')?.addresses, undefined)
  await namespace.converges(sit(['::10.0.0.1/96', 'fd02::2/64']))
})
