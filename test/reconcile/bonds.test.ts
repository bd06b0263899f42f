import test from 'ava'
import type { Spec } from '../../src/spec/types.js'
import { hasKind } from '../helpers/hasKind.js'
import { type ReconcileNamespace, reconcileNamespace } from '../helpers/reconcile.js'
import { record } from '../helpers/record.js'

const testWithBonds = hasKind('bond') ? test : test.skip

const port = (name: string): NonNullable<Spec['links']>[number] => ({ name, kind: 'dummy', master: 'bond0' })
const bond = (options: object): NonNullable<Spec['links']>[number] => ({
  name: 'bond0',
  kind: 'bond',
  bond: { mode: 'active-backup', miiInterval: 0.1, ...options },
})

function shown(namespace: ReconcileNamespace): unknown {
  const [{ linkinfo } = {}] = namespace.ip('link', 'show', 'dev', 'bond0')
  return linkinfo
}

testWithBonds('a bond has the primary port that joins it in the same spec, another one, and none', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.converges({ links: [bond({ primary: 'd1' }), port('d0'), port('d1')] })
  t.like(shown(namespace), { info_data: { primary: 'd1', mode: 'active-backup' } })
  await namespace.converges({ links: [bond({ primary: 'd0' })] })
  t.like(shown(namespace), { info_data: { primary: 'd0' } })
  record({ type: 'kind', section: 'bond', created: ['primary'] })
})

testWithBonds('the active port of a bond is chosen, and is left out of a snapshot', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.apply({ links: [bond({}), port('d0'), port('d1')] })
  for (const activeSlave of ['d1', 'd0']) {
    await namespace.converges({ links: [{ name: 'bond0', bond: { activeSlave } }] })
    t.like(shown(namespace), { info_data: { active_slave: activeSlave } })
  }
  record({ type: 'kind', section: 'bond', created: ['activeSlave'] })
  const { links = [] } = await namespace.snapshot()
  t.false('activeSlave' in (links.find(({ name }) => name === 'bond0')?.bond ?? {}))
})

testWithBonds(
  'a port that goes down and takes the bond to another one is undone, and nothing is left of it',
  async (t) => {
    const namespace = reconcileNamespace(t)
    await namespace.apply({ links: [bond({}), port('d0'), port('d1')] })
    const shownPorts = (): unknown => namespace.ip('link', 'show', 'master', 'bond0').map(({ flags }) => flags)
    const before = shownPorts()
    const [{ linkinfo } = {}] = namespace.ip('link', 'show', 'dev', 'bond0')
    t.like(linkinfo, { info_data: { active_slave: 'd0' } })
    for (const spec of [
      { links: [{ name: 'd0', up: false }] },
      {
        links: [
          { name: 'bond0', bond: { miiInterval: 0, arpInterval: 1, arpTargets: ['10.0.0.9'] } },
          { name: 'd0', up: false },
        ],
      },
    ] satisfies Spec[]) {
      const error = await namespace.fails(spec, { guards: [() => false] })
      t.true(error.rollback?.restored, error.rollback?.error)
      t.deepEqual(shownPorts(), before)
    }
  },
)

testWithBonds('a bond with ports and its primary is carried into another namespace', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.apply({
    links: [bond({ primary: 'd1' }), { ...port('d0'), bondPort: { queueId: 3 } }, port('d1')],
    routes: [{ to: '10.7.0.0/16', dev: 'bond0' }],
  })
  const other = reconcileNamespace(t)
  await other.apply(await namespace.snapshot())
  t.deepEqual(other.picture({ portable: true }), namespace.picture({ portable: true }))
})

testWithBonds('another mode makes the bond anew, and its ports and addresses come back', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.apply({
    links: [{ ...bond({ primary: 'd1' }), addresses: ['10.0.0.1/24'] }, port('d0'), port('d1')],
  })
  const modes: [mode: string, more: object][] = [
    ['balance-xor', {}],
    ['802.3ad', { lacpRate: 'fast', actorSystemPriority: 9 }],
    ['balance-rr', { packetsPerPort: 3 }],
    ['active-backup', {}],
  ]
  for (const [mode, more] of modes) {
    const spec = { links: [bond({ mode, ...more })] }
    const { steps } = await namespace.apply(spec)
    t.deepEqual((await namespace.apply(spec)).steps, [])
    t.is(steps.find(({ object, id }) => object === 'link' && id === 'bond0')?.action, 'recreate')
    t.like(shown(namespace), { info_data: { mode } })
    for (const name of ['d0', 'd1']) t.is(namespace.ip('link', 'show', 'dev', name)[0]?.['master'], 'bond0')
    t.regex(namespace.sh('ip -4 address show dev bond0'), /10\.0\.0\.1\/24/)
  }
})

testWithBonds(
  'a link that leaves a bond is up again, and one that joined has all again when that is undone',
  async (t) => {
    const namespace = reconcileNamespace(t)
    await namespace.apply({ links: [bond({}), port('d0'), { name: 'd1', kind: 'dummy', addresses: ['10.4.0.1/24'] }] })
    namespace.sh('ip route add 10.96.0.0/16 via 10.4.0.5 proto 99')
    const joining: Spec = { links: [{ name: 'd1', master: 'bond0', addresses: [] }] }
    await namespace.refuses(joining, 'GUARD_FAILED', { guards: [() => false] })
    await namespace.converges({ links: [{ name: 'd0', master: null, addresses: ['10.5.0.1/24'] }] })
    const [{ flags = [] } = {}] = namespace.ip('link', 'show', 'dev', 'd0')
    t.true(Array.isArray(flags) && flags.includes('UP'))
  },
)

testWithBonds('a link that leaves a bond and gets a MAC address has it at once, and keeps its neighbors', async (t) => {
  for (const master of [null, 'br0']) {
    const namespace = reconcileNamespace(t)
    await namespace.apply({
      links: [bond({ mode: 'balance-xor' }), port('d0'), port('d1'), { name: 'br0', kind: 'bridge' }],
      neighbors: [{ dev: 'd0', address: '10.4.0.9', mac: '02:00:00:00:00:09' }],
    })
    const before = namespace.picture({ portable: true })
    const leaving: Spec = { links: [{ name: 'd0', master, mac: '02:00:00:00:00:01' }] }
    await namespace.refuses(leaving, 'GUARD_FAILED', { guards: [() => false] })
    t.deepEqual(namespace.picture({ portable: true }), before)
    await namespace.converges(leaving)
    t.is(namespace.ip('link', 'show', 'dev', 'd0')[0]?.['address'], '02:00:00:00:00:01')
    t.is(namespace.ip('neighbor', 'show', 'dev', 'd0', 'nud', 'permanent').length, 1)
  }
})

testWithBonds('ports of a bond that is removed are up and keep their addresses', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.apply({
    links: [bond({}), { ...port('d0'), addresses: ['10.5.0.1/24', 'fd00:5::1/64'] }, port('d1')],
  })
  const before = namespace.picture({ portable: true })
  const removal: Spec = { links: [{ name: 'bond0', absent: true }] }
  await namespace.fails(removal, { guards: [() => false] })
  t.deepEqual(namespace.picture({ portable: true }), before)
  await namespace.converges(removal)
  for (const name of ['d0', 'd1']) {
    const [{ flags = [] } = {}] = namespace.ip('link', 'show', 'dev', name)
    t.true(Array.isArray(flags) && flags.includes('UP'), name)
  }
  const [{ addr_info: addresses = [] } = {}] = namespace.ip('address', 'show', 'dev', 'd0')
  t.is(Array.isArray(addresses) && addresses.length, 2)
})

testWithBonds('a port goes back into a bond of another mode without what that mode does not take', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.apply({ links: [bond({}), { ...port('d0'), bondPort: { priority: 7, queueId: 3 } }] })
  const before = namespace.picture({ portable: true })
  const spec: Spec = { links: [{ name: 'bond0', bond: { mode: 'balance-xor' } }] }
  const error = await namespace.fails(spec, { guards: [() => false] })
  t.true(error.rollback?.restored, error.rollback?.error)
  t.deepEqual(namespace.picture({ portable: true }), before)
  await namespace.converges(spec)
  const [{ linkinfo } = {}] = namespace.ip('link', 'show', 'dev', 'd0')
  t.like(linkinfo, { info_slave_data: { queue_id: 3 } })
})

testWithBonds(
  'a port that is made anew with its bond leaves out what another mode of the bond does not take',
  async (t) => {
    const namespace = reconcileNamespace(t)
    namespace.sh('ip link add d0 type dummy && ip link set d0 up')
    const vlanPort = (id: number): NonNullable<Spec['links']>[number] => ({
      ...{ name: 'v0', kind: 'vlan', master: 'bond0', vlan: { link: 'd0', id } },
      ...(id === 5 ? { bondPort: { priority: 7, queueId: 3 } } : {}),
    })
    await namespace.apply({ links: [bond({}), vlanPort(5)] })
    const before = namespace.picture({ portable: true })
    const spec: Spec = { links: [{ name: 'bond0', bond: { mode: 'balance-xor' } }, vlanPort(6)] }
    const error = await namespace.fails(spec, { guards: [() => false] })
    t.is(error.code, 'GUARD_FAILED')
    t.true(error.rollback?.restored, error.rollback?.error)
    t.deepEqual(namespace.picture({ portable: true }), before)
    await namespace.converges(spec)
    t.like(namespace.ip('link', 'show', 'dev', 'v0')[0], {
      linkinfo: { info_data: { id: 6 }, info_slave_data: { queue_id: 3 } },
    })
  },
)

testWithBonds('a port that the spec names in its bond keeps its options when the bond is made anew', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.apply({ links: [bond({}), { ...port('d0'), bondPort: { queueId: 3 } }] })
  await namespace.converges({ links: [bond({ mode: 'balance-xor' }), port('d0')] })
  const [{ linkinfo } = {}] = namespace.ip('link', 'show', 'dev', 'd0')
  t.like(linkinfo, { info_slave_data: { queue_id: 3 } })
})

testWithBonds('a port of a bond that becomes a bridge goes into that without what only a bond knows', async (t) => {
  for (const ports of [[], [port('d0')]]) {
    const namespace = reconcileNamespace(t)
    await namespace.apply({ links: [bond({}), { ...port('d0'), bondPort: { queueId: 3 } }] })
    await namespace.converges({ links: [{ name: 'bond0', kind: 'bridge' }, ...ports] })
    t.like(namespace.ip('link', 'show', 'dev', 'd0')[0], { master: 'bond0', linkinfo: { info_slave_kind: 'bridge' } })
  }
})
