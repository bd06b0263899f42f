import test, { type ExecutionContext } from 'ava'
import type { Spec } from '../../src/spec/types.js'
import { reconcileNamespace } from '../helpers/reconcile.js'

/** A device with routes by gateways, which becomes the port of a bridge that gets its addresses. */
function stage(t: ExecutionContext, more = '') {
  const here = reconcileNamespace(t)
  here.sh(
    [
      'set -e',
      'ip link add v0 type veth peer name v1 && ip link set v0 up && ip link set v1 up',
      'ip address add 10.0.0.1/24 dev v0 && ip address add fd00::1/64 dev v0',
      'ip route add default via 10.0.0.254 && ip -6 route add default via fd00::fe',
      'ip route add 10.9.0.0/16 table 100 via 10.0.0.2 && ip -6 route add fd09::/16 nexthop via fd00::2 nexthop via fd00::3',
      'ip neighbor add 10.0.0.254 lladdr 02:00:00:00:00:02 dev v0 nud permanent',
      more,
    ].join('\n'),
  )
  return here
}

const addresses = ['10.0.0.1/24', 'fd00::1/64']
const routes: Spec['routes'] = [
  { to: 'default', via: '10.0.0.254' },
  { to: '::/0', via: 'fd00::fe' },
  { to: '10.9.0.0/16', table: 100, via: '10.0.0.2' },
  { to: 'fd09::/16', nexthops: [{ via: 'fd00::3' }, { via: 'fd00::2' }] },
]

/** The devices of the routes by gateways. */
function devices(here: ReturnType<typeof stage>): string[] {
  return [here.sh('ip -4 route show table all'), here.sh('ip -6 route show table all')].flatMap((text) =>
    Array.from(text.matchAll(/via \S+ dev (\S+)/g), ([, dev = '']) => dev),
  )
}

for (const [what, more, left] of [
  ['all addresses', '', []],
  ['all but one of the addresses', 'ip address add 172.16.0.1/24 dev v0', ['172.16.0.1/24']],
] as const) {
  const links: Spec['links'] = [
    { name: 'br0', kind: 'bridge', addresses },
    { name: 'v0', master: 'br0', addresses: left },
  ]

  test(`routes without dev lead by the link that ${what} move to`, async (t) => {
    const here = stage(t, more)
    const spec = { links, routes }
    await here.refuses(spec, 'GUARD_FAILED', { guards: [() => false] })
    await here.converges(spec)
    t.deepEqual(devices(here), Array(5).fill('br0'))
  })

  test(`routes that no spec names do not bar ${what} from moving`, async (t) => {
    const here = stage(t, more)
    await here.refuses({ links }, 'GUARD_FAILED', { guards: [() => false] })
    await here.converges({ links })
    t.deepEqual(here.sh('ip -br -4 address show dev br0').trim().split(/ +/).slice(2), ['10.0.0.1/24'])
  })
}

test('a route without dev follows the route that its gateway is reached by', async (t) => {
  const here = reconcileNamespace(t)
  here.sh('ip link add v0 type veth peer name v1 && ip link set v0 up && ip link set v1 up')
  here.sh('ip address add 10.0.0.1/32 dev v0 && ip route add 10.5.0.1 dev v0 && ip route add default via 10.5.0.1')
  const spec: Spec = {
    routes: [
      { to: '10.5.0.1/32', dev: 'v1' },
      { to: 'default', via: '10.5.0.1' },
    ],
  }
  await here.refuses(spec, 'GUARD_FAILED', { guards: [() => false] })
  await here.converges(spec)
  t.deepEqual(devices(here), ['v1'])
})

test('a route without dev stays where its gateway is reached, and where it is onlink', async (t) => {
  const here = reconcileNamespace(t)
  here.sh('ip link add v0 type veth peer name v1 && ip link set v0 up && ip link set v1 up')
  here.sh('ip address add 10.0.0.1/24 dev v0 valid_lft 1000 preferred_lft 1000 && ip route add default via 10.0.0.254')
  here.sh('ip route add 10.8.0.0/16 via 10.1.0.2 dev v0 onlink && ip route add 10.5.0.1 dev v0')
  here.sh('ip route add 10.7.0.0/16 via 10.5.0.1')
  await here.converges({
    links: [
      { name: 'v0', addresses: ['fd00::1/64'] },
      { name: 'v1', addresses: ['10.0.0.9/16', '10.1.0.1/24', '10.5.0.9/24'] },
    ],
    routes: [
      { to: 'default', via: '10.0.0.254' },
      { to: '10.8.0.0/16', via: '10.1.0.2' },
      { to: '10.7.0.0/16', via: '10.5.0.1' },
    ],
  })
  t.deepEqual(devices(here), ['v0', 'v0', 'v0'])
})

test('many routes without dev lead by the link that the addresses move to', async (t) => {
  const here = stage(t)
  const many = Array.from({ length: 3000 }, (_, index) => ({
    to: index % 2 ? `fd10:${index.toString(16)}::/32` : `172.${16 + (index >> 8)}.${index & 255}.0/24`,
    via: index % 2 ? 'fd00::2' : '10.0.0.2',
  }))
  await here.apply({ routes: many })
  await here.converges({
    links: [
      { name: 'br0', kind: 'bridge', addresses },
      { name: 'v0', master: 'br0', addresses: [] },
    ],
    routes: [...many, ...(routes ?? [])],
  })
  t.deepEqual(devices(here), Array(3005).fill('br0'))
})

test('a route without dev stays where one of many routes leads to its gateway', async (t) => {
  const here = reconcileNamespace(t)
  here.sh('ip link add v0 type veth peer name v1 && ip link set v0 up && ip link set v1 up')
  here.sh('ip address add 10.0.0.1/32 dev v0 && ip route add 10.5.0.1 dev v0 && ip route add default via 10.5.0.1')
  const others = Array.from({ length: 3000 }, (_, index) => ({
    to: `172.${16 + (index >> 8)}.${index & 255}.0/24`,
    dev: 'v0',
  }))
  await here.apply({ routes: others })
  await here.converges({
    links: [{ name: 'v1', addresses: ['10.5.0.9/24'] }],
    routes: [{ to: 'default', via: '10.5.0.1' }],
  })
  t.deepEqual(devices(here), ['v0'])
})
