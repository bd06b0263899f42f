import test from 'ava'
import { plan } from '../../src/reconcile/apply.js'
import type { Spec } from '../../src/spec/types.js'
import { FakeKernel } from '../../src/testing/index.js'
import { reconcileNamespace } from '../helpers/reconcile.js'

const [to, via] = ['10.9.0.0/16', '10.0.0.2']
const mac = '02:00:00:00:00:07'

/** What is named twice, and a spec that has it as the numbers 0 and 1 of a list. */
const twice: readonly (readonly [string, Spec])[] = [
  [
    'the same route',
    {
      routes: [
        { to, via, table: 'main' },
        { to, via: '10.0.0.3', table: 254 },
      ],
    },
  ],
  [
    'the same route',
    {
      routes: [
        { to: '0.0.0.0/0', via },
        { to: 'default', via: '10.0.0.3' },
      ],
    },
  ],
  [
    'the same route',
    {
      routes: [
        { to: 'fd09::/16', from: 'fd00:0::/64', dev: 'lo' },
        { to: 'fd09::/16', from: 'fd00::/64', dev: 'lo' },
      ],
    },
  ],
  [
    'the same rule',
    {
      rules: [
        { priority: 5, fwmark: 1, table: 9 },
        { priority: 5, fwmark: '0x1', table: 8 },
      ],
    },
  ],
  [
    'the same rule',
    {
      rules: [
        { priority: 5, from: '10.0.0.1', table: 9 },
        { priority: 5, from: '10.0.0.1/32', table: 8 },
      ],
    },
  ],
  [
    'the same rule',
    {
      rules: [
        { priority: 5, from: 'all', table: 9 },
        { priority: 5, table: 8 },
      ],
    },
  ],
  [
    'the same neighbor',
    {
      neighbors: [
        { dev: 'lo', address: 'fd00:0::7', mac },
        { dev: 'lo', address: 'fd00::7', mac },
      ],
    },
  ],
]

test('what a spec has twice is found in whatever spelling', async (t) => {
  for (const [what, spec] of twice) {
    const result = await plan(spec, { kernel: new FakeKernel() })
    const [list = ''] = Object.keys(spec)
    const problems = result.err ? result.val.problems : undefined
    t.deepEqual(
      problems?.map(({ path, message }) => ({ path, message: message.split(':')[0] })),
      [{ path: `/${list}/1`, message: `${what} as number 0` }],
      JSON.stringify(spec),
    )
  }
  const rules = [
    { from: '10.0.0.1', table: 9 },
    { from: '10.0.0.1/32', table: 9 },
  ]
  t.true((await plan({ rules }, { kernel: new FakeKernel() })).ok, 'without a priority there may be several')
})

/** Routes that are there, and whether the one that a spec wants is among them. */
const present: readonly (readonly string[])[] = [
  [],
  ['via 10.0.0.2'],
  ['via 10.0.0.3'],
  ['via 10.0.0.2', 'via 10.0.0.3'],
  ['via 10.0.0.3', 'via 10.0.0.2', 'via 10.0.0.4'],
  ['via 10.0.0.2 metric 7', 'via 10.0.0.3 metric 8'],
]

test('a route beside a wish for the absence of all of its destination is the only one that is left', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh('ip link add v0 type veth peer name v1 && ip link set v0 up && ip link set v1 up')
  namespace.sh('ip address add 10.0.0.1/24 dev v0')
  for (const routes of present) {
    for (const route of routes) namespace.sh(`ip route append ${to} ${route}`)
    await namespace.converges({
      routes: [
        { to, absent: true },
        { to, via: '10.0.0.3' },
      ],
    })
    const left = namespace.sh(`ip route show ${to}`).trim().split('\n')
    t.deepEqual(
      left.map((line) => line.replace(/ proto \d+/, '').trim()),
      [`${to} via 10.0.0.3 dev v0`],
      routes.join(),
    )
    namespace.sh(`ip route flush ${to}`)
  }
})

test('of IPv6, too', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh('ip link add v0 type veth peer name v1 && ip link set v0 up && ip link set v1 up')
  namespace.sh('ip address add fd00::1/64 dev v0 nodad')
  namespace.sh('ip route add default via fd00::2 && ip route add default via fd00::4 metric 5')
  await namespace.converges({
    routes: [
      { to: 'default', family: 'inet6', absent: true },
      { to: 'default', via: 'fd00::3', metric: 5 },
    ],
  })
  t.regex(namespace.sh('ip -6 route show default'), /^default via fd00::3 dev v0 [^\n]*metric 5 [^\n]*\n?$/)
})
