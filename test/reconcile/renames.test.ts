import test from 'ava'
import { equivalentOf } from '../../src/reconcile/equivalent/operation.js'
import { execute } from '../../src/reconcile/execute/execute.js'
import { withLosses } from '../../src/reconcile/losses/losses.js'
import { desiredNetworks } from '../../src/reconcile/plan/desiredNetworks.js'
import { renameOrder } from '../../src/reconcile/renames/order.js'
import { planRenames, renamesLive } from '../../src/reconcile/renames/renames.js'
import { rollback } from '../../src/reconcile/rollback/rollback.js'
import { World } from '../../src/reconcile/world/world.js'
import type { Spec } from '../../src/spec/types.js'
import { emptyState } from '../../src/state/model.js'
import { renamedState } from '../../src/state/renamed.js'
import { kernelIsAtLeast } from '../../src/system/kernelRelease.js'
import { type ReconcileNamespace, reconcileNamespace } from '../helpers/reconcile.js'

const A = '02:00:00:00:00:0a'
const B = '02:00:00:00:00:0b'
const C = '02:00:00:00:00:0c'

const three = [
  `ip link add a0 address ${A} type bridge`,
  `ip link add b0 address ${B} type bridge`,
  `ip link add c0 address ${C} type bridge`,
  'for link in a0 b0 c0; do ip link set $link up; done',
  'ip link property add dev c0 altname uplink',
  'ip link add v0 type veth peer name v1; ip link set v0 master a0; ip link set v0 up',
  'ip address add 10.0.0.1/24 dev a0; ip address add fd00::1/64 dev a0 nodad',
  'ip address add 10.1.0.1/24 dev b0',
  'ip route add 10.50.0.0/16 via 10.0.0.9; ip route add 10.60.0.0/16 via 10.1.0.9',
  'ip neigh add 10.0.0.9 lladdr 02:00:00:00:00:99 dev a0',
].join(';')

/** The commands of a renaming, for which older kernels need the link down. */
function renaming(from: string, to: string): string {
  const rename = `ip link set dev ${from} name ${to}`
  return renamesLive() ? rename : `ip link set dev ${from} down\n${rename}\nip link set dev ${to} up`
}

/** The index of each link, which tells what became of it. */
function indices(namespace: { ip(...args: string[]): Record<string, unknown>[] }): Map<unknown, unknown> {
  return new Map(namespace.ip('link').map(({ ifname, ifindex }) => [ifname, ifindex]))
}

function altNamesOf(namespace: ReconcileNamespace, dev: string): string[] {
  const [link] = namespace.ip('link', 'show', 'dev', dev)
  return [...((link?.['altnames'] ?? []) as string[])].sort()
}

test.serial('a link is renamed, keeps what it has, and everything of the spec names it anew', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh(three)
  const before = indices(namespace)
  const spec: Spec = {
    links: [
      { name: 'lan0', match: { mac: A.toUpperCase() }, addresses: ['10.0.0.1/24', '10.0.0.2/24', 'fd00::1/64'] },
      { name: 'wan0', match: { altName: 'uplink' }, mtu: 1400 },
      { name: 'v1', master: 'lan0' },
      { name: 'm0', kind: 'macvlan', macvlan: { link: 'wan0' } },
    ],
    routes: [{ to: '10.70.0.0/16', via: '10.0.0.8', dev: 'lan0' }],
    neighbors: [{ dev: 'lan0', address: '10.0.0.7', mac: '02:00:00:00:00:77' }],
  }
  const planned = await namespace.plan(spec)
  t.is(planned.disruption, renamesLive() ? 'none' : 'link-bounce')
  t.deepEqual(
    planned.steps
      .slice(0, 2)
      .map(({ action, id, changes, equivalent, path }) => ({ action, id, changes, equivalent, path })),
    [
      {
        action: 'update',
        id: 'a0',
        changes: [{ property: 'name', before: 'a0', after: 'lan0' }],
        equivalent: renaming('a0', 'lan0'),
        path: '/links/0',
      },
      {
        action: 'update',
        id: 'c0',
        changes: [{ property: 'name', before: 'c0', after: 'wan0' }],
        equivalent: renaming('c0', 'wan0'),
        path: '/links/1',
      },
    ],
  )
  const commands = renaming('a0', 'lan0').replaceAll(/^/gm, '    ')
  const bounce = renamesLive() ? '' : ' [link-bounce]'
  t.true(String(planned).startsWith(`~ link a0: name a0 -> lan0${bounce}\n${commands}\n`), String(planned))
  await namespace.converges(spec)
  const after = indices(namespace)
  t.is(after.get('lan0'), before.get('a0'))
  t.is(after.get('wan0'), before.get('c0'))
  t.false(after.has('a0') || after.has('c0'))
  t.regex(namespace.sh('ip route'), /10\.50\.0\.0\/16 via 10\.0\.0\.9 dev lan0/)
  t.regex(namespace.sh('ip neigh'), /10\.0\.0\.9 dev lan0 .*02:00:00:00:00:99/)
  t.regex(namespace.sh('ip link show v0'), /master lan0/)
})

test.serial('names are swapped and rotated, and the second time nothing is done', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh(three)
  const before = indices(namespace)
  const swap: Spec = {
    links: [
      { name: 'b0', match: { mac: A } },
      { name: 'a0', match: { mac: B } },
    ],
  }
  const report = await namespace.converges(swap)
  const steps = report.steps.map(({ equivalent }) => equivalent)
  t.deepEqual(renamesLive() ? steps : steps.filter((step) => step.includes(' name ')), [
    renaming('a0', 'renaming0'),
    renaming('b0', 'a0'),
    renaming('renaming0', 'b0'),
  ])
  const swapped = indices(namespace)
  t.deepEqual([swapped.get('a0'), swapped.get('b0')], [before.get('b0'), before.get('a0')])
  const rotated: Spec = {
    links: [
      { name: 'a0', match: { mac: C } },
      { name: 'b0', match: { mac: B } },
      { name: 'c0', match: { mac: A } },
    ],
  }
  await namespace.converges(rotated)
  const turned = indices(namespace)
  t.deepEqual(
    [turned.get('a0'), turned.get('b0'), turned.get('c0')],
    [before.get('c0'), before.get('b0'), before.get('a0')],
  )
})

test.serial('what is absent goes, and what a change takes along comes back, beside a new name', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh(`${three}; ip link add i0 address 02:00:00:00:00:0d type ifb; ip link set i0 up`)
  await namespace
    .converges({
      links: [
        { name: 'lan0', match: { mac: A }, mac: '02:00:00:00:00:1a', altNames: ['lan'] },
        { name: 'b1', match: { mac: B } },
      ],
      routes: [{ to: '10.60.0.0/16', absent: true }],
    })
    .catch((error) => t.fail(error.message))
  t.notRegex(namespace.sh('ip route'), /10\.60/)
  // The kernel takes the neighbors of a link along when its MAC address changes.
  t.regex(namespace.sh('ip neigh'), /10\.0\.0\.9 dev lan0/)
})

test.serial('an alternative name becomes the name', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh(three)
  await namespace.converges({ links: [{ name: 'uplink', match: { altName: 'uplink' } }] })
  t.true(indices(namespace).has('uplink'))
})

test.serial(
  'an alternative name that became the name is one again, and the link the same, when that is undone',
  async (t) => {
    for (const more of [{}, { mtu: 1400 }, { altNames: ['other', 'v0'] }]) {
      const namespace = reconcileNamespace(t)
      namespace.sh('ip link add v0 type veth peer name v1; ip link set v0 up; ip link set v1 up')
      namespace.sh('ip link property add dev v0 altname uplink altname other; ip address add 10.0.0.1/24 dev v0')
      namespace.sh('ip route add default via 10.0.0.9')
      const before = namespace.sh('ip -j address show dev v0; ip route')
      const spec: Spec = { links: [{ name: 'uplink', match: { altName: 'other' }, ...more }] }
      const error = await namespace.fails(spec, { guards: [() => false] })
      t.true(error.rollback?.restored, error.rollback?.error)
      t.deepEqual(altNamesOf(namespace, 'v0'), ['other', 'uplink'])
      const unordered = (text: string): string => text.replace(/"altnames":\[[^\]]*\],?/, '')
      t.is(unordered(namespace.sh('ip -j address show dev v0; ip route')), unordered(before))
      await namespace.converges(spec)
      t.deepEqual(altNamesOf(namespace, 'uplink'), 'altNames' in more ? ['other', 'v0'] : ['other'])
    }
  },
)

test.serial('what fails later gives all links their names back', async (t) => {
  const failing: Spec['routes'] = [{ to: '10.99.0.0/16', via: '10.0.0.9', dev: 'v1', src: '172.31.0.9', onlink: true }]
  const specs: readonly Spec[] = [
    {
      links: [
        { name: 'b0', match: { mac: A } },
        { name: 'a0', match: { mac: B } },
      ],
      routes: failing,
    },
    { links: [{ name: 'lan0', match: { mac: A }, mtu: 1400, addresses: ['10.9.0.1/24'] }], routes: failing },
    {
      links: [
        { name: 'lan0', match: { mac: A } },
        { name: 'a0', kind: 'bridge' },
        { name: 'v1', master: 'a0' },
      ],
      neighbors: [{ dev: 'lan0', address: '10.0.0.7', mac: '02:00:00:00:00:77' }],
      routes: failing,
    },
  ]
  for (const spec of specs) {
    const namespace = reconcileNamespace(t)
    namespace.sh(three)
    const before = indices(namespace)
    const error = await namespace.refuses(spec, 'ENETDOWN')
    t.true(error.rollback?.restored, `${error.message} ${JSON.stringify(error.rollback)}`)
    t.deepEqual(indices(namespace), before)
  }
})

test.serial('what cannot be renamed is told before anything is sent', async (t) => {
  const namespace = reconcileNamespace(t)
  // The kernel tells of carriers after up to a second.
  namespace.sh(`${three}; ip link add a1 address ${A} type bridge; sleep 1.3`)
  const wrong: readonly (readonly [Spec, RegExp])[] = [
    [
      { links: [{ name: 'b0', match: { mac: C } }] },
      /the link c0 cannot be named b0, since another link has that name/,
    ],
    [{ links: [{ name: 'lan0', match: { mac: A } }] }, /several links match: a0, a1/],
    [
      { links: [{ name: 'lan0', match: { mac: '02:00:00:00:00:ff' } }] },
      /no link has the MAC address 02:00:00:00:00:ff/,
    ],
    [{ links: [{ name: 'lan0', match: { altName: 'nothing' } }] }, /no link has the alternative name nothing/],
    [{ links: [{ name: 'uplink', match: { mac: B } }] }, /which is an alternative name of c0/],
    [
      {
        links: [
          { name: 'n0', match: { mac: B } },
          { name: 'n1', match: { mac: B } },
        ],
      },
      /b0 would get two names: n0 and n1/,
    ],
    [{ links: [{ name: 'n0', match: {} }] }, /say mac or altName/],
    [{ links: [{ name: 'much-too-long-a-name', match: { mac: B } }] }, /cannot be the name of a link|15/],
  ]
  const events = await namespace.events(async () => {
    for (const [spec, expected] of wrong) {
      const error = await namespace.fails(spec)
      t.is(error.code, 'INVALID_SPEC')
      t.regex(error.message, expected)
    }
  })
  t.deepEqual(events, [])
})

test.serial('a kind that matches nothing is created, and what is absent is found too', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh(three)
  await namespace.converges({
    links: [{ name: 'd0', kind: 'bridge', match: { altName: 'd-link' }, altNames: ['d-link'] }],
  })
  t.true(indices(namespace).has('d0'))
  await namespace.converges({ links: [{ name: 'whatever', match: { altName: 'd-link' }, absent: true }] })
  t.false(indices(namespace).has('d0'))
})

test.serial(
  'before Linux 6.2 a link is down while it is renamed, and what that takes along is wanted back',
  async (t) => {
    const namespace = reconcileNamespace(t)
    namespace.sh(three)
    using world = new World({ namespace: { fd: namespace.fd } })
    world.open({})
    const state = (await world.observe([''], {})).get('') ?? emptyState
    const desired = (await desiredNetworks({ links: [{ name: 'lan0', match: { mac: A } }] })).get('')
    if (!desired) throw new Error('nothing is wanted')
    const { steps, names, bounced, desired: wanted } = planRenames('', desired, state, [], false)
    t.deepEqual(
      steps.map((step) => [step.disruption, equivalentOf(step)]),
      [['link-bounce', 'ip link set dev a0 down\nip link set dev a0 name lan0\nip link set dev lan0 up']],
    )
    const losses = await withLosses(wanted, await renamedState(state, names), bounced)
    t.true(losses.desired.routes.some(({ route }) => route.to === '10.50.0.0/16' && route.dev === 'lan0'))
    t.true(losses.desired.links[0]?.addresses?.some(({ address }) => address === 'fd00::1/64'))
    const events = await namespace.events(async () => t.is(await execute(steps, world, {}, undefined), undefined))
    t.true(events.length > 0)
    t.regex(namespace.sh('ip link show lan0'), /[<,]UP[,>]/)
  },
)

test.serial('what went with links that were down while they were renamed comes back when that is undone', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh(three)
  const there = (): string =>
    namespace.sh('ip route show proto boot; ip neigh show nud permanent; ip -6 address show a0 scope global')
  const before = there()
  using world = new World({ namespace: { fd: namespace.fd } })
  world.open({})
  const states = await world.observe([''], {})
  const spec: Spec = {
    links: [
      { name: 'b0', match: { mac: A } },
      { name: 'a0', match: { mac: B } },
    ],
  }
  const desired = (await desiredNetworks(spec)).get('')
  if (!desired) throw new Error('nothing is wanted')
  const { steps } = planRenames('', desired, states.get('') ?? emptyState, [], false)
  t.is(await execute(steps, world, {}, undefined), undefined)
  t.not(there(), before)
  const { restored, error } = await rollback(steps, states, world)
  t.deepEqual({ restored, error }, { restored: true, error: undefined })
  t.is(there(), before)
})

test('an order of renames, with a temporary name for each circle', (t) => {
  const plan = (...names: [string, string][]): string[] =>
    renameOrder(new Map(names), new Set(names.map(([from]) => from))).map(({ from, to }) => `${from} ${to}`)
  t.deepEqual(plan(['a', 'b'], ['b', 'c']), ['b c', 'a b'])
  t.deepEqual(plan(['a', 'b'], ['b', 'a'], ['c', 'd'], ['d', 'c']), [
    'a renaming0',
    'b a',
    'renaming0 b',
    'c renaming1',
    'd c',
    'renaming1 d',
  ])
})

test('the release of a kernel', (t) => {
  t.true(kernelIsAtLeast(6, 2, '6.2.0'))
  t.true(kernelIsAtLeast(6, 2, '6.18.5-rc1'))
  t.true(kernelIsAtLeast(6, 2, '7.0'))
  t.false(kernelIsAtLeast(6, 2, '6.1.0-31-amd64'))
  t.false(kernelIsAtLeast(6, 2, '5.19.0'))
})
