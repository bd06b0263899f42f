import test from 'ava'
import { apply, plan } from '../../src/reconcile/apply.js'
import { snapshot } from '../../src/reconcile/snapshot.js'
import type { TeamOptions, TeamPortOptions } from '../../src/rtnetlink/kinds/builtIn.js'
import type { LinkSpec, Spec } from '../../src/spec/types.js'
import { FakeKernel } from '../../src/testing/fakeKernel.js'
import { networkOf } from '../helpers/networkOf.js'
import { teamOf, teamPort } from '../helpers/team.js'

const oneActive: TeamOptions = { mode: 'activebackup', activePort: 'p1', notifyPeersCount: 2 }
const spec = teamOf(oneActive, teamPort('p0', { priority: -3, queueId: 2 }), teamPort('p1', { userLinkup: true }))

async function shown(kernel: FakeKernel): Promise<object> {
  using network = networkOf(kernel)
  const { options, ports } = (await network.team.get('team0')).unwrap()
  return { ...options, ports: Object.fromEntries(ports.map((one) => [one.name, one.options])) }
}

/** All of it, whatever the order in which links were made. */
async function whole(kernel: FakeKernel): Promise<object> {
  const { links = [], ...others } = (await snapshot({ kernel })).unwrap()
  return { ...others, links: Object.fromEntries(links.map((link) => [link.name, link])), team: await shown(kernel) }
}

async function commands(spec: Spec, kernel: FakeKernel): Promise<string[]> {
  const { steps } = (await apply(spec, { kernel })).unwrap()
  return steps.flatMap(({ equivalent }) => equivalent.split('\n'))
}

const ordinaryPort: TeamPortOptions = {
  enabled: true,
  userLinkup: false,
  userLinkupEnabled: false,
  priority: 0,
  queueId: 0,
}
const ordinary: TeamOptions = {
  notifyPeersCount: 0,
  notifyPeersInterval: 0,
  multicastRejoinCount: 0,
  multicastRejoinInterval: 0,
}

async function made(): Promise<FakeKernel> {
  const kernel = new FakeKernel()
  ;(await apply(spec, { kernel })).unwrap()
  return kernel
}

test('a team gets its mode before its ports, and its active port behind them', async (t) => {
  const kernel = new FakeKernel()
  const made = await commands(spec, kernel)
  t.deepEqual(
    made.filter((command) => !command.includes('altname')),
    [
      'ip link add name team0 type team',
      'teamnl team0 setoption mode activebackup',
      'teamnl team0 setoption notify_peers_count 2',
      'ip link set dev team0 up',
      'ip link add name p1 type dummy',
      'ip link set dev p1 master team0',
      'ip link set dev p1 up',
      'teamnl --port_name=p1 team0 setoption user_linkup true',
      'teamnl team0 setoption activeport $(cat /sys/class/net/p1/ifindex)',
      'ip link add name p0 type dummy',
      'ip link set dev p0 master team0',
      'ip link set dev p0 up',
      'teamnl --port_name=p0 team0 setoption priority -- -3',
      'teamnl --port_name=p0 team0 setoption queue_id 2',
      'ip address add 10.9.0.1/24 dev team0 proto 108',
    ],
  )
  t.deepEqual(await shown(kernel), {
    ...ordinary,
    ...oneActive,
    ports: {
      p0: { ...ordinaryPort, priority: -3, queueId: 2 },
      p1: { ...ordinaryPort, userLinkup: true },
    },
  })
  t.deepEqual((await plan(spec, { kernel })).unwrap().steps, [])
})

test('what is left out stays, and only what differs is told', async (t) => {
  const kernel = await made()
  t.deepEqual((await plan({ links: [{ name: 'team0', team: {} }] }, { kernel })).unwrap().steps, [])
  const changed = await commands(
    {
      links: [
        { name: 'team0', team: { ...oneActive, activePort: 'p0' } },
        { name: 'p0', teamPort: { queueId: 0 } },
      ],
    },
    kernel,
  )
  t.deepEqual(changed.sort(), [
    'teamnl --port_name=p0 team0 setoption queue_id 0',
    'teamnl team0 setoption activeport $(cat /sys/class/net/p0/ifindex)',
  ])
  t.like(await shown(kernel), { activePort: 'p0', ports: { p0: { priority: -3, queueId: 0 } } })
})

test('a snapshot makes the same team elsewhere', async (t) => {
  const kernel = await made()
  const told = (await snapshot({ kernel })).unwrap()
  const other = new FakeKernel()
  ;(await apply(told, { kernel: other })).unwrap()
  t.deepEqual(await shown(other), await shown(kernel))
  t.deepEqual((await plan(told, { kernel: other })).unwrap().steps, [])
  const [team, first] = ['team0', 'p0'].map((name) => told.links?.find((link) => link.name === name))
  t.deepEqual([team?.team, first?.teamPort], [oneActive, { priority: -3, queueId: 2 }])
})

test('another mode makes the team anew, and puts its ports back with their options', async (t) => {
  const kernel = await made()
  const next: Spec = { links: [{ name: 'team0', team: { mode: 'roundrobin' } }] }
  const { steps } = (await plan(next, { kernel })).unwrap()
  const remade = steps.filter(({ disruption }) => disruption === 'recreate')
  t.deepEqual(
    remade.map(({ id }) => id),
    ['team0'],
  )
  ;(await apply(next, { kernel })).unwrap()
  t.deepEqual(await shown(kernel), {
    ...ordinary,
    mode: 'roundrobin',
    notifyPeersCount: 2,
    ports: {
      p0: { ...ordinaryPort, priority: -3, queueId: 2 },
      p1: { ...ordinaryPort, userLinkup: true },
    },
  })
})

for (const [what, change] of [
  [
    'what options',
    {
      links: [
        { name: 'team0', team: { activePort: 'p0', notifyPeersCount: 7 } },
        { name: 'p1', teamPort: { enabled: false } },
      ],
    },
  ],
  ['a mode', { links: [{ name: 'team0', team: { mode: 'broadcast' } }] }],
  ['an active port', { links: [{ name: 'team0', team: { activePort: null } }] }],
] as const satisfies readonly (readonly [string, Spec])[]) {
  test(`${what} changed is put back, wherever it fails`, async (t) => {
    for (let failing = 1; ; failing++) {
      const kernel = await made()
      const before = await whole(kernel)
      const more: Spec = { ...change, routes: [{ to: '198.51.100.0/24', via: '10.9.0.9' }] }
      kernel.faults.failChange(failing, 'ENOMEM')
      const result = await apply(more, { kernel })
      if (result.ok) {
        t.true(failing > 3)
        break
      }
      t.is(
        result.val.rollback?.restored ?? true,
        true,
        `request ${failing}: ${result.val.message} ${result.val.rollback?.error}`,
      )
      t.deepEqual(await whole(kernel), before, `request ${failing}`)
    }
  })
}

test('a team that had no mode and no active port has none again', async (t) => {
  const kernel = new FakeKernel()
  ;(await apply(teamOf({}, teamPort('p0')), { kernel })).unwrap()
  const before = await shown(kernel)
  const next = teamOf({ mode: 'activebackup', activePort: 'p0' }, teamPort('p0'))
  const failing: Spec = { ...next, routes: [{ to: '198.51.100.0/24', via: '203.0.113.1' }] }
  const result = await apply(failing, { kernel })
  t.false(result.ok)
  t.deepEqual(await shown(kernel), before)
  ;(await apply(teamOf({ mode: 'activebackup' }, teamPort('p0')), { kernel })).unwrap()
  const none = await shown(kernel)
  const second = await apply(failing, { kernel })
  t.is(second.ok ? undefined : second.val.rollback?.restored, true)
  t.deepEqual(await shown(kernel), none)
})

const refused: readonly (readonly [string, Spec, string, RegExp])[] = [
  [
    'a link that is no port',
    teamOf({ ...oneActive, activePort: 'd0' }, teamPort('p1'), { name: 'd0', kind: 'dummy' }),
    '/links/0/team/activePort',
    /d0 is no port of team0/,
  ],
  [
    'a link that is not there',
    teamOf({ ...oneActive, activePort: 'p9' }, teamPort('p1')),
    '/links/0/team/activePort',
    /p9 is no port of team0/,
  ],
  [
    'no mode',
    teamOf({ activePort: 'p1' }, teamPort('p1')),
    '/links/0/team/activePort',
    /only a team whose mode is activebackup/,
  ],
  [
    'another mode',
    teamOf({ mode: 'random', activePort: 'p1' }, teamPort('p1')),
    '/links/0/team/activePort',
    /only a team whose mode is activebackup/,
  ],
]

for (const [what, spec, path, message] of refused) {
  test(`an active port with ${what} is refused before anything is done`, async (t) => {
    const kernel = new FakeKernel()
    const result = await apply(spec, { kernel })
    if (result.ok) return t.fail()
    t.deepEqual(result.val.problems?.map((one) => one.path) ?? [result.val.path], [path])
    t.regex(result.val.message, message)
    t.is((await snapshot({ kernel })).unwrap().links?.length, 1)
  })
}

test('a port that leaves is no active port any longer, so that its name is refused', async (t) => {
  const kernel = await made()
  const result = await apply(
    {
      links: [
        { name: 'team0', team: { activePort: 'p1' } },
        { name: 'p1', master: null },
      ],
    },
    { kernel },
  )
  t.regex(result.ok ? '' : result.val.message, /p1 is no port of team0/)
  ;(await apply({ links: [{ name: 'p1', master: null }] }, { kernel })).unwrap()
  t.false('activePort' in (await shown(kernel)))
})

/** A port that is made anew for another tag, and its team, whose active port was chosen by hand. */
async function chosenByHand(kernel: FakeKernel): Promise<void> {
  const vlan = (name: string, id: number, teamPort: TeamPortOptions): LinkSpec => ({
    name,
    kind: 'vlan',
    vlan: { link: 'd0', id },
    master: 'team0',
    teamPort,
  })
  const ports = [vlan('p0', 1, { queueId: 2 }), vlan('p1', 2, { priority: -3, userLinkup: true })]
  const base: LinkSpec = { name: 'd0', kind: 'dummy' }
  const { links = [], ...others } = teamOf({ mode: 'activebackup' }, ...ports)
  ;(await apply({ ...others, links: [base, ...links] }, { kernel })).unwrap()
  using network = networkOf(kernel)
  ;(await network.team.update('team0', { activePort: 'p1' })).unwrap()
}

const anew = (id: number): LinkSpec => ({ name: 'p1', vlan: { link: 'd0', id } })

test('an active port that nobody states is the active one again once it is made anew', async (t) => {
  const kernel = new FakeKernel()
  await chosenByHand(kernel)
  const before = await shown(kernel)
  const changes: readonly Spec[] = [
    { links: [anew(9)] },
    { links: [anew(10), { name: 'team0', team: { notifyPeersCount: 0 } }] },
    // Both ports go with what they stand on.
    { links: [{ name: 'd0', kind: 'veth', veth: { peer: { name: 'd1' } } }] },
  ]
  for (const change of changes) {
    const { steps } = (await apply(change, { kernel })).unwrap()
    const chosen = steps.filter(({ changes }) => changes.some(({ property }) => property === 'team.activePort'))
    t.deepEqual(
      chosen.map(({ id, changes }) => [id, changes]),
      [['team0', [{ property: 'team.activePort', after: 'p1' }]]],
    )
    t.deepEqual(await shown(kernel), before)
    t.deepEqual((await plan(change, { kernel })).unwrap().steps, [])
  }
})

test('an active port is not put back where the spec chooses another one, or takes it elsewhere', async (t) => {
  const kernel = new FakeKernel()
  await chosenByHand(kernel)
  ;(await apply({ links: [anew(9), { name: 'team0', team: { activePort: 'p0' } }] }, { kernel })).unwrap()
  t.like(await shown(kernel), { activePort: 'p0' })
  await chosenByHand(kernel)
  ;(await apply({ links: [{ ...anew(10), master: null }] }, { kernel })).unwrap()
  t.false('activePort' in (await shown(kernel)))
})

test('an active port that is made anew or goes is put back, wherever it fails', async (t) => {
  const ways: readonly LinkSpec[] = [anew(9), { name: 'p1', absent: true }, { name: 'p1', master: null }]
  for (const way of ways) {
    for (let failing = 1; ; failing++) {
      const kernel = new FakeKernel()
      await chosenByHand(kernel)
      const before = await whole(kernel)
      kernel.faults.failChange(failing, 'ENOMEM')
      const result = await apply({ links: [way, { name: 'd2', kind: 'dummy' }] }, { kernel })
      if (result.ok) {
        t.true(failing > 1)
        break
      }
      t.is(result.val.rollback?.restored ?? true, true, `request ${failing}: ${result.val.rollback?.error}`)
      t.deepEqual(await whole(kernel), before, `request ${failing}`)
    }
  }
})

test('a mode that there is not, and options of a wrong kind, are found in the spec', async (t) => {
  const spec = {
    links: [
      { name: 'team0', kind: 'team', team: { mode: 'lacp', notifyPeersCount: -1, priority: 1 } },
      { name: 'p0', kind: 'dummy', master: 'team0', teamPort: { queueId: 70000, userLinkup: 1 } },
    ],
  }
  const result = await plan(spec as unknown as Spec, { kernel: new FakeKernel() })
  t.deepEqual(result.ok ? [] : result.val.problems?.map(({ path }) => path).sort(), [
    '/links/0/team/mode',
    '/links/0/team/notifyPeersCount',
    '/links/0/team/priority',
    '/links/1/teamPort/queueId',
    '/links/1/teamPort/userLinkup',
  ])
})

test('the imperative side sets options of a team and of its ports, and refuses what the kernel would', async (t) => {
  const kernel = new FakeKernel()
  using network = networkOf(kernel)
  ;(await network.links.create({ name: 'team0', kind: 'team', team: { mode: 'activebackup' } })).unwrap()
  ;(await network.links.create({ name: 'p0', kind: 'dummy', master: 'team0', teamPort: { priority: 5 } })).unwrap()
  ;(await network.links.update('p0', { teamPort: { queueId: 1 } })).unwrap()
  const { options, ports } = (
    await network.team.update('team0', { activePort: 'p0', multicastRejoinCount: 1 })
  ).unwrap()
  t.deepEqual(options, { ...ordinary, mode: 'activebackup', activePort: 'p0', multicastRejoinCount: 1 })
  t.deepEqual(
    ports.map((one) => [one.name, one.options]),
    [['p0', { ...ordinaryPort, priority: 5, queueId: 1 }]],
  )
  t.deepEqual(
    (await network.team.list()).unwrap().map(({ name }) => name),
    ['team0'],
  )
  const errors = [
    await network.team.update('team0', { mode: 'random' }),
    await network.team.update('team0', { activePort: null }),
    await network.team.update('team0', { activePort: 'lo' }),
    await network.team.get('p0'),
    await network.links.update('lo', { teamPort: { priority: 1 } }),
  ]
  t.deepEqual(
    errors.map((result) => (result.ok ? undefined : result.val.code)),
    ['EBUSY', 'INVALID_ARGUMENT', 'ENOENT', 'ENODEV', 'INVALID_ARGUMENT'],
  )
})
