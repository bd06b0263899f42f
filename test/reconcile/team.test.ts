import test, { type ExecutionContext } from 'ava'
import { Network } from '../../src/network/network.js'
import { machineLacksValue } from '../../src/reconcile/capability/sampleOfValue.js'
import { type KernelMaker, machineKernel } from '../../src/reconcile/world/kernel.js'
import type { TeamMode, TeamOptions } from '../../src/rtnetlink/kinds/builtIn.js'
import type { LinkSpec, Spec } from '../../src/spec/types.js'
import { hasKind } from '../helpers/hasKind.js'
import { patience } from '../helpers/patience.js'
import { programExists } from '../helpers/program.js'
import { type ReconcileNamespace, reconcileNamespace } from '../helpers/reconcile.js'
import { record } from '../helpers/record.js'
import { skipped } from '../helpers/skipped.js'
import { teamOf, teamPort } from '../helpers/team.js'

/** Whether the kernel has the kind, and the machine `teamnl` to look at it. */
const lack = ((): string | undefined => {
  if (!programExists('teamnl')) return 'there is no teamnl'
  return hasKind('team') ? undefined : 'this kernel lacks team'
})()

function onTeams(title: string, run: (t: ExecutionContext) => Promise<void>): void {
  test.serial(title, async (t) => {
    if (lack === undefined) return run(t)
    skipped(t, `${lack}`)
  })
}

const mac = '02:00:00:00:00:0a'

/** The options that `teamnl` shows: of ports as `port:PORT option`. */
function shown(namespace: ReconcileNamespace): Record<string, string> {
  const indices = new Map(namespace.ip('link').map(({ ifindex, ifname }) => [String(ifindex), String(ifname)]))
  const lines = namespace.sh('teamnl team0 options').split('\n').filter(Boolean)
  return Object.fromEntries(
    lines.map((line) => {
      const [, name = '', of, value = ''] = line.trim().match(/^\*?(\w+) (?:\(port:(.*)\) )?(.*)$/) ?? []
      const told = name === 'activeport' ? (indices.get(value) ?? value) : value
      return [of === undefined ? name : `${of} ${name}`, told]
    }),
  )
}

const oneActive: TeamOptions = {
  mode: 'activebackup',
  activePort: 'd1',
  notifyPeersCount: 2,
  multicastRejoinInterval: 30,
}
const whole = teamOf(oneActive, teamPort('d0', { priority: -3, queueId: 2 }), teamPort('d1', { userLinkup: true }))
const ofWhole = {
  mode: 'activebackup',
  activeport: 'd1',
  notify_peers_count: '2',
  notify_peers_interval: '0',
  mcast_rejoin_interval: '30',
  'd0 enabled': 'true',
  'd0 priority': '-3',
  'd0 queue_id': '2',
  'd1 user_linkup': 'true',
  'd1 user_linkup_enabled': 'false',
}

onTeams('a team with its active port converges, and is the same from a snapshot elsewhere', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.converges(whole)
  t.like(shown(namespace), ofWhole)
  const told = await namespace.snapshot()
  t.like(
    told.links?.find(({ name }) => name === 'team0'),
    { team: oneActive },
  )
  t.like(
    told.links?.find(({ name }) => name === 'd0'),
    { teamPort: { priority: -3, queueId: 2 } },
  )
  const other = reconcileNamespace(t)
  await other.converges(told)
  t.deepEqual(shown(other), shown(namespace))
  await namespace.converges({
    links: [
      { name: 'team0', team: { activePort: 'd0' } },
      { name: 'd0', teamPort: { queueId: 15 } },
    ],
  })
  t.like(shown(namespace), { ...ofWhole, activeport: 'd0', 'd0 queue_id': '15' })
  await namespace.converges({ links: [{ name: 'team0', team: { activePort: null } }] })
  t.like(shown(namespace), { ...ofWhole, activeport: '0', 'd0 queue_id': '15' })
  record({ type: 'kind', section: 'team', created: ['activePort'], changed: ['activePort'] })
})

onTeams('another mode makes the team anew, and ports, options and addresses come back', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.apply(whole)
  const { steps } = await namespace.converges({ links: [{ name: 'team0', team: { mode: 'roundrobin' } }] })
  t.true(steps.some(({ id, disruption }) => id === 'team0' && disruption === 'recreate'))
  const { mode: _mode, activeport: _active, ...others } = ofWhole
  t.like(shown(namespace), { ...others, mode: 'roundrobin' })
  t.false('activeport' in shown(namespace))
  t.regex(namespace.sh('ip address show dev team0'), /10\.9\.0\.1\/24/)
})

onTeams('what fails leaves mode, active port and ports as they were', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.apply(whole)
  const changes: readonly Spec[] = [
    {
      links: [
        { name: 'team0', team: { activePort: 'd0', notifyPeersCount: 7 } },
        { name: 'd1', teamPort: { enabled: false } },
      ],
    },
    { links: [{ name: 'team0', team: { mode: 'broadcast' } }] },
    { links: [{ name: 'team0', team: { activePort: null } }] },
    { links: [{ name: 'd1', master: null }] },
    { links: [{ name: 'team0', absent: true }] },
  ]
  const before = { options: shown(namespace), picture: namespace.picture() }
  for (const change of changes) {
    const { rollback } = await namespace.fails(change, { guards: [() => false] })
    t.is(rollback?.error, undefined)
    t.true(rollback?.restored)
    t.deepEqual(shown(namespace), before.options)
  }
  const none = reconcileNamespace(t)
  await none.apply(teamOf({}, teamPort('d0')))
  const without = shown(none)
  t.is(without['mode'], '*NOMODE*')
  const { rollback } = await none.fails(teamOf({ mode: 'activebackup', activePort: 'd0' }, teamPort('d0')), {
    guards: [() => false],
  })
  t.true(rollback?.restored)
  t.deepEqual(shown(none), without)
})

onTeams('an active port that nobody states is the active one again once it is made anew', async (t) => {
  const namespace = reconcileNamespace(t)
  const pair = (peer: string, more: Partial<LinkSpec> = {}): LinkSpec => ({
    name: 'p1',
    kind: 'veth',
    veth: { peer: { name: peer } },
    ...more,
  })
  const own = { master: 'team0', teamPort: { priority: -3, queueId: 2, userLinkup: true } }
  await namespace.apply(teamOf({ mode: 'activebackup' }, teamPort('d0'), pair('q1', own)))
  const indexOfPort = (): unknown => namespace.ip('link', 'show', 'dev', 'p1')[0]?.['ifindex']
  const index = indexOfPort()
  namespace.sh(`teamnl team0 setoption activeport ${index}`)
  const before = shown(namespace)
  t.like(before, { activeport: 'p1', 'p1 priority': '-3', 'p1 queue_id': '2', 'p1 user_linkup': 'true' })
  await namespace.converges({ links: [pair('q2')] })
  t.not(indexOfPort(), index)
  t.deepEqual(shown(namespace), before)
  for (const way of [pair('q1'), { name: 'p1', absent: true }]) {
    const { rollback } = await namespace.fails({ links: [way] }, { guards: [() => false] })
    t.true(rollback?.restored, rollback?.error)
    t.deepEqual(shown(namespace), before)
  }
})

onTeams('a mode that the kernel lacks is said to be that, and no link is left of it', async (t) => {
  const namespace = reconcileNamespace(t)
  await using network = Network.open({ namespace: { fd: namespace.fd } }).unwrap()
  const mode = 'quantum' as TeamMode
  const made = await network.links.create({ name: 'team0', kind: 'team', team: { mode } })
  t.is(made.err && made.val.code, 'UNSUPPORTED')
  t.regex(made.err ? made.val.message : '', /this kernel has no mode quantum of teams/)
  t.deepEqual(namespace.sh('ip -o link show type team'), '')
})

onTeams('a mode that the kernel lacks is found out where nobody sees it, before anything is done', async (t) => {
  const namespace = reconcileNamespace(t)
  const spec: Spec = { links: [{ name: 'br0', kind: 'bridge' }, ...(teamOf({ mode: 'random' }).links ?? [])] }
  const kernel: KernelMaker = (fd) => ({
    ...machineKernel(fd),
    lacksValue: (tried, request) => machineLacksValue({ ...tried, value: 'quantum' }, request),
  })
  const told = await namespace.events(async () => {
    const error = await namespace.refuses(spec, 'UNSUPPORTED', { kernel })
    t.deepEqual(
      error.problems?.map(({ path }) => path),
      ['/links/1/team/mode'],
    )
    t.is(error.rollback, undefined)
  })
  t.deepEqual(told, [])
  await namespace.converges(spec)
})

onTeams('the imperative side reads and sets a team, and tells what the kernel refuses', async (t) => {
  const namespace = reconcileNamespace(t)
  await using network = Network.open({ namespace: { fd: namespace.fd } }).unwrap()
  ;(await network.links.create({ name: 'team0', kind: 'team', team: { mode: 'activebackup' } })).unwrap()
  for (const name of ['d0', 'd1']) {
    ;(
      await network.links.create({ name, kind: 'dummy', master: 'team0', up: true, teamPort: { priority: 5 } })
    ).unwrap()
  }
  ;(await network.links.update('d1', { teamPort: { queueId: 1, enabled: false } })).unwrap()
  const { options, ports } = (await network.team.update('team0', { activePort: 'd0' })).unwrap()
  t.like(options, { mode: 'activebackup', activePort: 'd0', notifyPeersCount: 0 })
  t.like(ports[0], { name: 'd0', linkup: true, options: { priority: 5, queueId: 0, enabled: true } })
  t.like(ports[1], { name: 'd1', options: { priority: 5, queueId: 1, enabled: false } })
  t.like(shown(namespace), { activeport: 'd0', 'd1 enabled': 'false', 'd1 priority': '5', 'd1 queue_id': '1' })
  t.deepEqual(
    (await network.team.list()).unwrap().map(({ name }) => name),
    ['team0'],
  )
  const refused = [
    await network.team.update('team0', { mode: 'random' }),
    await network.team.update('team0', { activePort: 'lo' }),
    await network.team.get('d0'),
    await network.links.update('d0', { teamPort: { queueId: 16 } }),
  ]
  t.deepEqual(
    refused.map((result) => result.err && result.val.code),
    ['EBUSY', 'ENOENT', 'ENODEV', 'EINVAL'],
  )
})

/** Two namespaces with two wires between them: l0 and l1 here, r0 and r1 there. */
function wired(t: ExecutionContext): { left: ReconcileNamespace; right: ReconcileNamespace } {
  const [left, right] = [reconcileNamespace(t), reconcileNamespace(t)]
  for (const wire of [0, 1]) {
    left.sh(`ip link add l${wire} type veth peer name r${wire}; ip link set r${wire} netns ${right.path}`)
  }
  return { left, right }
}

const end = (name: string, master: string): LinkSpec => ({ name, master, up: true })
const answers = (namespace: ReconcileNamespace, address: string): boolean => {
  const seconds = Math.ceil(patience(2000) / 1000)
  return namespace.sh(`ping -c 4 -i 0.2 -W ${seconds} ${address} >/dev/null && echo yes || echo no`).trim() === 'yes'
}
const sentBy = (namespace: ReconcileNamespace, name: string): number => {
  const [shown] = JSON.parse(namespace.sh(`ip -s -j link show dev ${name}`))
  return shown.stats64.tx.packets
}

onTeams('frames go by each port in turn', async (t) => {
  const { left, right } = wired(t)
  for (const [namespace, side, address] of [
    [left, 'l', '10.9.0.1/24'],
    [right, 'r', '10.9.0.2/24'],
  ] as const) {
    await namespace.converges({
      links: [
        { name: 'team0', kind: 'team', team: { mode: 'roundrobin' }, addresses: [address] },
        end(`${side}0`, 'team0'),
        end(`${side}1`, 'team0'),
      ],
    })
  }
  t.true(answers(left, '10.9.0.2'))
  const before = [sentBy(left, 'l0'), sentBy(left, 'l1')]
  t.true(answers(left, '10.9.0.2'))
  const [one = 0, other = 0] = before
  t.true(sentBy(left, 'l0') - one >= 2 && sentBy(left, 'l1') - other >= 2)
})

onTeams('all goes by the active port, also when it becomes another one', async (t) => {
  const { left, right } = wired(t)
  await right.apply({
    links: [{ name: 'br0', kind: 'bridge', addresses: ['10.9.0.2/24'] }, end('r0', 'br0'), end('r1', 'br0')],
  })
  const spec = (activePort: string): Spec => ({
    links: [
      { name: 'team0', kind: 'team', mac, team: { mode: 'activebackup', activePort }, addresses: ['10.9.0.1/24'] },
      { ...end('l0', 'team0'), mac },
      { ...end('l1', 'team0'), mac },
    ],
  })
  for (const active of ['l0', 'l1', 'l0']) {
    const { steps } = await left.converges(spec(active))
    t.true(steps.every(({ disruption }) => disruption === 'none' || disruption === 'link-bounce'))
    const before = sentBy(left, active)
    t.true(answers(left, '10.9.0.2'), active)
    t.true(sentBy(left, active) - before >= 4, active)
  }
})
