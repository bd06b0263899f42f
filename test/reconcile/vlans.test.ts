import test from 'ava'
import type { Spec } from '../../src/spec/types.js'
import { hasVlanFiltering, testWithVlans } from '../helpers/bridge.js'
import { type ReconcileNamespace, reconcileNamespace } from '../helpers/reconcile.js'
import { record } from '../helpers/record.js'

/** The VLANs of a link as `bridge` shows them, one a line. */
function vlansOf({ sh }: ReconcileNamespace, dev: string): string[] {
  const shown: { vlans: Record<string, unknown>[] }[] = JSON.parse(sh(`bridge -j -d vlan show dev ${dev}`) || '[]')
  return (shown[0]?.vlans ?? []).map(({ vlan, vlanEnd, flags, state, mcast_router: router }) =>
    [
      `${vlan}${vlanEnd === undefined ? '' : `-${vlanEnd}`}`,
      ...(Array.isArray(flags) ? flags.map(String) : []),
      ...(state === 'forwarding' || state === undefined ? [] : [state]),
      ...(router === undefined || router === 1 ? [] : [`router ${router}`]),
    ].join(' '),
  )
}

const access = { id: 10, pvid: true, untagged: true }

const testWithout = hasVlanFiltering ? test.skip : test

testWithout('a kernel without VLAN filtering is one error of the plan for each property', async (t) => {
  const namespace = reconcileNamespace(t)
  const spec: Spec = {
    links: [
      {
        name: 'br0',
        kind: 'bridge',
        bridge: { vlanFiltering: true, vlans: [10], vlanOptions: [{ id: 10, multicastSnooping: false }] },
      },
      { name: 'tap0', kind: 'tap', master: 'br0', bridgePort: { vlans: [access] } },
    ],
  }
  const error = await namespace.refuses(spec, 'UNSUPPORTED')
  t.deepEqual(
    error.problems?.map(({ path }) => path),
    [
      '/links/0/bridge/vlanFiltering',
      '/links/0/bridge/vlans',
      '/links/0/bridge/vlanOptions',
      '/links/1/bridgePort/vlans',
    ],
  )
  t.regex(error.message, /no VLAN filtering/)
  namespace.sh('ip link add br1 type bridge && ip link add v0 type veth peer name v1 && ip link set v0 master br1')
  const told = await namespace.events(async () => {
    const options = {
      vlanProtocol: '802.1ad',
      vlanDefaultPvid: 7,
      vlanStats: true,
      vlanStatsPerPort: true,
      multicastVlanSnooping: true,
      mst: true,
    } as const
    for (const [name, value] of Object.entries(options)) {
      for (const bridge of ['br1', 'br2']) {
        const links = [{ name: bridge, kind: 'bridge', bridge: { [name]: value } }]
        t.is((await namespace.refuses({ links }, 'UNSUPPORTED')).path, `/links/0/bridge/${name}`, bridge)
      }
    }
    const fdb = [{ dev: 'v0', mac: '02:00:00:00:00:07', vlan: 10 }]
    t.is((await namespace.refuses({ fdb }, 'UNSUPPORTED')).path, '/fdb/0/vlan')
  })
  t.deepEqual(told, [])
  await namespace.converges({ links: [{ name: 'br0', kind: 'bridge', bridge: { vlanFiltering: false } }] })
  record({ type: 'kind', section: 'bridge', lacking: ['vlans', 'vlanOptions'] })
  record({ type: 'kind', section: 'bridgePort', lacking: ['vlans'] })
})

testWithVlans('access ports, trunks and the bridge get their VLANs, and change them', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.converges({
    links: [
      { name: 'br0', kind: 'bridge', bridge: { vlanFiltering: true, vlans: [10, { id: 20, untagged: true }] } },
      { name: 'tap0', kind: 'tap', master: 'br0', bridgePort: { isolated: true, vlans: [access] } },
      { name: 'tap1', kind: 'tap', master: 'br0', bridgePort: { vlans: ['100-4094', 10] } },
      { name: 'tap2', kind: 'tap', master: 'br0' },
      { name: 'tap3', kind: 'tap', master: 'br0', bridgePort: { vlans: [] } },
      { name: 'tap4', kind: 'tap', up: false, master: 'br0', bridgePort: { vlans: [access] } },
    ],
  })
  t.deepEqual(vlansOf(namespace, 'br0'), ['10', '20 Egress Untagged'])
  t.deepEqual(vlansOf(namespace, 'tap0'), ['10 PVID Egress Untagged'])
  t.deepEqual(vlansOf(namespace, 'tap1'), ['10', '100-4094'])
  t.deepEqual(vlansOf(namespace, 'tap2'), ['1 PVID Egress Untagged'])
  t.deepEqual(vlansOf(namespace, 'tap3'), [])
  for (const name of ['br0', 'tap0', 'tap1'])
    t.true(namespace.ip('link', 'show', name)[0]?.['flags']?.toString().includes('UP'))
  t.false(namespace.ip('link', 'show', 'tap4')[0]?.['flags']?.toString().includes('UP'))
  const change: Spec = {
    links: [
      { name: 'tap0', bridgePort: { vlans: [10, { id: 11, pvid: true }] } },
      { name: 'tap1', bridgePort: { vlans: ['100-199', '201-4000'] } },
      { name: 'br0', bridge: { vlans: [] } },
    ],
  }
  const plan = await namespace.plan(change)
  t.is(
    plan.toString(),
    [
      '~ vlan dev br0: bridge.vlans [10,{"id":20,"untagged":true}] -> []',
      '    bridge vlan delete dev br0 vid 10 self',
      '    bridge vlan delete dev br0 vid 20 self',
      '~ vlan dev tap0: bridgePort.vlans [{"id":10,"pvid":true,"untagged":true}] -> [10,{"id":11,"pvid":true}]',
      '    bridge vlan add dev tap0 vid 10',
      '    bridge vlan add dev tap0 vid 11 pvid',
      '~ vlan dev tap1: bridgePort.vlans [10,"100-4094"] -> ["100-199","201-4000"]',
      '    bridge vlan delete dev tap1 vid 10',
      '    bridge vlan delete dev tap1 vid 200',
      '    bridge vlan delete dev tap1 vid 4001-4094',
    ].join('\n'),
  )
  await namespace.converges(change)
  t.deepEqual(vlansOf(namespace, 'tap0'), ['10', '11 PVID'])
  t.deepEqual(vlansOf(namespace, 'tap1'), ['100-199', '201-4000'])
  t.deepEqual(vlansOf(namespace, 'br0'), [])
})

testWithVlans('options, states and tunnels of VLANs are set and taken back', async (t) => {
  const namespace = reconcileNamespace(t)
  const { sh } = namespace
  await namespace.converges({
    links: [
      {
        name: 'br0',
        kind: 'bridge',
        bridge: {
          vlanFiltering: true,
          multicastVlanSnooping: true,
          vlanOptions: [{ id: '10-20', multicastQuerierInterval: 99, multicastSnooping: false }],
        },
      },
      {
        name: 'vx0',
        kind: 'vxlan',
        vxlan: { id: 0, collectMetadata: true, port: 4789 },
        master: 'br0',
        bridgePort: {
          vlanTunnel: true,
          vlans: [
            { id: '10-20', tunnelId: 1000 },
            { id: 30, tunnelId: 3000 },
          ],
        },
      },
      {
        name: 'tap0',
        kind: 'tap',
        master: 'br0',
        bridgePort: { vlans: [{ ...access, state: 'blocking', multicastRouter: 2 }] },
      },
    ],
  })
  const tunnels = () => JSON.parse(sh('bridge -j vlan tunnelshow dev vx0'))[0]?.tunnels
  t.deepEqual(tunnels(), [
    { vlan: 10, vlanEnd: 20, tunid: 1000, tunidEnd: 1010 },
    { vlan: 30, tunid: 3000 },
  ])
  t.deepEqual(vlansOf(namespace, 'tap0'), ['10 PVID Egress Untagged blocking router 2'])
  const global = () => sh('bridge -j vlan global show dev br0').replaceAll(' ', '')
  t.regex(global(), /"vlan":10,"vlanEnd":20,"mcast_snooping":0.*"mcast_querier_interval":9900/)
  const swapped: Spec = {
    links: [
      { name: 'br0', bridge: { vlanOptions: [{ id: 15, multicastSnooping: true }] } },
      { name: 'vx0', bridgePort: { vlans: [{ id: 10, tunnelId: 3000 }, { id: 30, tunnelId: 1000 }, 31] } },
      { name: 'tap0', bridgePort: { vlans: [{ ...access, state: 'forwarding', multicastRouter: 1 }, { id: 15 }] } },
    ],
  }
  await namespace.converges(swapped)
  t.deepEqual(tunnels(), [
    { vlan: 10, tunid: 3000 },
    { vlan: 30, tunid: 1000 },
  ])
  t.deepEqual(vlansOf(namespace, 'tap0'), ['10 PVID Egress Untagged', '15'])
  const error = await namespace.refuses(
    { links: [{ name: 'br0', bridge: { vlanOptions: [{ id: 99, multicastSnooping: true }] } }] },
    'INVALID_SPEC',
  )
  t.regex(error.message, /VLAN 99 is neither on a port of br0 nor on br0 itself/)
  record({ type: 'kind', section: 'bridge', created: ['vlans', 'vlanOptions'] })
  record({ type: 'kind', section: 'bridgePort', created: ['vlans'] })
})

testWithVlans('a port that is to have no tunnels any longer loses those of its VLANs', async (t) => {
  const namespace = reconcileNamespace(t)
  const port = (bridgePort: object): Spec => ({
    links: [
      { name: 'br0', kind: 'bridge', bridge: { vlanFiltering: true } },
      { name: 'tap0', kind: 'tap', master: 'br0', bridgePort },
    ],
  })
  await namespace.converges(port({ vlanTunnel: true, vlans: [{ id: '10-20', tunnelId: 1000 }] }))
  const untunneled = port({ vlanTunnel: false, vlans: ['15-30'] })
  await namespace.refuses(untunneled, 'GUARD_FAILED', { guards: [() => false] })
  await namespace.converges(untunneled)
  t.deepEqual(vlansOf(namespace, 'tap0'), ['15-30'])
  t.is(namespace.sh('bridge -j vlan tunnelshow dev tap0').trim(), '[]')
})

testWithVlans('VLANs come back when a port or a bridge is made anew, and when a step fails', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.converges({
    links: [
      { name: 'br0', kind: 'bridge', bridge: { vlanFiltering: true, vlanDefaultPvid: 7, vlans: [access] } },
      { name: 'br1', kind: 'bridge', bridge: { vlanFiltering: true } },
      {
        name: 'vx0',
        kind: 'vxlan',
        vxlan: { id: 1, port: 4789 },
        master: 'br0',
        bridgePort: { vlans: [access, '20-30'] },
      },
      { name: 'tap0', kind: 'tap', master: 'br0', bridgePort: { vlans: [{ id: 20, state: 'blocking' }] } },
    ],
  })
  const shown = () => namespace.sh('bridge -d vlan show; bridge vlan global show').replaceAll(/ +/g, ' ')
  const before = shown()
  const done = await namespace.converges({ links: [{ name: 'vx0', vxlan: { id: 2 } }] })
  t.true(done.steps.some(({ action }) => action === 'recreate'))
  t.deepEqual(vlansOf(namespace, 'vx0'), ['10 PVID Egress Untagged', '20-30'])
  t.deepEqual(shown().split('\n').sort(), before.split('\n').sort())
  const failing: Spec = {
    links: [
      { name: 'br0', bridge: { vlanDefaultPvid: 8, vlans: [] } },
      { name: 'tap0', bridgePort: { vlans: ['1-4094'] } },
      { name: 'vx0', master: 'br1', vxlan: { id: 3 }, bridgePort: { vlans: [4] } },
      { name: 'tap1', kind: 'tap', master: 'br0', mtu: 65_530 },
    ],
  }
  await namespace.fails(failing)
  t.deepEqual(shown().split('\n').sort(), before.split('\n').sort())
})

testWithVlans('another default PVID, and another master, leave a port with the VLANs that are listed', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.converges({
    links: [
      { name: 'br0', kind: 'bridge', bridge: { vlanFiltering: true } },
      { name: 'br1', kind: 'bridge', bridge: { vlanFiltering: true, vlanDefaultPvid: 5 } },
      { name: 'tap0', kind: 'tap', master: 'br0', bridgePort: { cost: 7, vlans: [10] } },
      { name: 'tap1', kind: 'tap', master: 'br0' },
    ],
  })
  const moved: Spec = {
    links: [
      { name: 'br0', bridge: { vlanDefaultPvid: 3 } },
      { name: 'tap0', master: 'br1', bridgePort: { cost: 7, vlans: [10] } },
      { name: 'tap1', bridgePort: { vlans: [{ id: 3, pvid: true, untagged: true }, 4] } },
    ],
  }
  const report = await namespace.converges(moved)
  t.true(report.changed)
  t.deepEqual(vlansOf(namespace, 'tap0'), ['10'])
  t.deepEqual(vlansOf(namespace, 'tap1'), ['3 PVID Egress Untagged', '4'])
})

testWithVlans('a snapshot has VLANs as short as can be, and makes the same elsewhere', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.converges({
    links: [
      {
        name: 'br0',
        kind: 'bridge',
        mac: '02:00:00:00:00:01',
        bridge: {
          vlanFiltering: true,
          multicastVlanSnooping: true,
          vlans: ['2-4000'],
          vlanOptions: [{ id: 9, multicastQuerier: true }],
        },
      },
      { name: 'tap0', kind: 'tap', master: 'br0', bridgePort: { vlans: [access, '11-4094'] } },
      { name: 'tap1', kind: 'tap', master: 'br0' },
    ],
  })
  const snapshot = await namespace.snapshot()
  const links = new Map(snapshot.links?.map((link) => [link.name, link]))
  t.deepEqual(links.get('tap0')?.bridgePort?.vlans, [access, '11-4094'])
  t.is(links.get('tap1')?.bridgePort?.vlans, undefined)
  t.deepEqual(links.get('br0')?.bridge?.vlans, ['2-4000'])
  t.deepEqual(links.get('br0')?.bridge?.vlanOptions, [{ id: 9, multicastQuerier: true }])
  t.true((await namespace.plan(snapshot)).empty)
  const other = reconcileNamespace(t)
  await other.converges(snapshot)
  t.is(other.sh('bridge -d vlan show'), namespace.sh('bridge -d vlan show'))
})

testWithVlans('frames stay in their VLANs', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.apply({
    links: [
      { name: 'br0', kind: 'bridge', bridge: { vlanFiltering: true } },
      ...[0, 1, 2].map((port) => ({ name: `p${port}`, kind: 'veth' as const, veth: { peer: { name: `e${port}` } } })),
    ],
  })
  const hosts = [0, 1, 2].map(() => reconcileNamespace(t))
  for (const [port, host] of hosts.entries())
    namespace.sh(`ip link set e${port} netns ${host.path.replace('self', String(process.pid))}`)
  await namespace.apply({
    links: [
      { name: 'p0', up: true, master: 'br0', bridgePort: { vlans: [access] } },
      { name: 'p1', up: true, master: 'br0', bridgePort: { vlans: [{ id: 20, pvid: true, untagged: true }] } },
      { name: 'p2', up: true, master: 'br0', bridgePort: { vlans: [10, 20] } },
    ],
  })
  const [first, second, third] = hosts
  if (!first || !second || !third) throw new Error('no hosts')
  await first.apply({ links: [{ name: 'e0', up: true, addresses: ['10.0.0.1/24'] }] })
  await second.apply({ links: [{ name: 'e1', up: true, addresses: ['10.0.0.2/24'] }] })
  await third.apply({
    links: [
      { name: 'e2', up: true },
      { name: 'v10', kind: 'vlan', vlan: { link: 'e2', id: 10 }, addresses: ['10.0.0.3/24'] },
      { name: 'v20', kind: 'vlan', vlan: { link: 'e2', id: 20 }, addresses: ['10.0.1.3/24'] },
    ],
  })
  second.sh('ip address add 10.0.1.2/24 dev e1')
  const hears = (host: ReconcileNamespace, address: string) =>
    host.sh(`ping -c 1 -W 3 ${address} > /dev/null 2>&1 && echo yes || echo no`).trim()
  t.is(hears(first, '10.0.0.3'), 'yes')
  t.is(hears(second, '10.0.1.3'), 'yes')
  t.is(hears(first, '10.0.0.2'), 'no')
})
