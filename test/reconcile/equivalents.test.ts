import test, { type ExecutionContext } from 'ava'
import type { Spec } from '../../src/spec/types.js'
import { type ReconcileNamespace, reconcileNamespace } from '../helpers/reconcile.js'

const first: Spec = {
  links: [
    // Names that are words of `ip link set` or begin one.
    { name: 'br', kind: 'bridge', up: true, mac: '02:00:00:00:00:b0', bridge: { forwardDelay: 4 }, altNames: ['wire'] },
    { name: 'up', kind: 'tap', up: true, master: 'br', bridgePort: { isolated: true, hairpin: true, learning: false } },
    { name: 'vf', kind: 'veth', up: true, mtu: 1400, alias: "the host's", veth: { peer: { name: 'dev' } } },
    { name: 'dev', up: true, addresses: ['10.9.0.1/24', 'fd09::1/64'] },
    {
      name: 'vx',
      kind: 'vxlan',
      up: true,
      vxlan: { id: 7, tos: 0x10, remote: '10.9.0.2', link: 'dev', labelPolicy: 'fixed' },
    },
    { name: 'a', kind: 'macvlan', macvlan: { link: 'vf', mode: 'bridge' }, txQueueLength: 77 },
  ],
  nexthops: [{ id: 5, via: '10.9.0.3', dev: 'dev' }],
  routes: [
    {
      to: '10.10.0.0/16',
      via: '10.9.0.2',
      tos: 0x10,
      mtu: 1300,
      lockMtu: true,
      rtoMin: 0.05,
      ecn: true,
      realms: '1/2',
    },
    { to: '10.11.0.0/16', nexthops: [{ via: '10.9.0.2', realms: 5, weight: 2 }, { via: '10.9.0.4' }] },
    { to: '10.12.0.0/16', nexthopId: 5 },
    { to: '10.13.0.0/16', dev: 'vx', encapsulation: { type: 'ip', id: 4, dst: '10.9.0.9', tos: 0x1c } },
    { to: 'fd10::/32', via: 'fd09::2', metric: 7, preference: 'high' },
    { to: 'fd11::/32', dev: 'vx', encapsulation: { type: 'ip6', id: 4, dst: 'fd09::9', trafficClass: 0x1c } },
    { to: '10.14.0.0/16', type: 'blackhole' },
  ],
  rules: [{ priority: 90, from: '10.10.0.0/16', table: 99, tos: 0x10 }],
  neighbors: [{ address: '10.9.0.2', mac: '02:00:00:00:00:09', dev: 'dev' }],
  fdb: [{ mac: '02:00:00:00:00:0a', dev: 'vx', dst: '10.9.0.7' }],
  forwarding: { ipv4: true },
}

const second: Spec = {
  links: [
    { name: 'br', up: false, bridge: { forwardDelay: 5, multicastSnooping: false }, altNames: [] },
    { name: 'up', master: null },
    { name: 'vf', mtu: 1450, alias: '', master: 'br', bridgePort: { neighborSuppress: true, cost: 9 } },
    { name: 'dev', addresses: ['10.9.0.1/24', 'fd09::1/64', '10.9.1.1/24'] },
    { name: 'vx', vxlan: { tos: 0x20, learning: false } },
    { name: 'a', absent: true },
  ],
  routes: [
    { to: '10.10.0.0/16', via: '10.9.0.3', tos: 0x10, mtu: 1280, ecn: false },
    { to: '10.11.0.0/16', nexthops: [{ via: '10.9.0.2' }, { via: '10.9.0.4', realms: 6 }] },
    { to: '10.12.0.0/16', absent: true },
    { to: '10.14.0.0/16', via: '10.9.0.2' },
  ],
  nexthops: [{ id: 5, absent: true }],
  rules: [{ priority: 90, absent: true }],
  neighbors: [{ address: '10.9.0.2', mac: '02:00:00:00:00:0b', dev: 'dev' }],
  fdb: [{ mac: '02:00:00:00:00:0a', dev: 'vx', dst: '10.9.0.7', absent: true }],
  forwarding: { ipv4: false },
}

/** Runs the commands of plans, one after the other, and expects that each leaves nothing to do. */
async function runCommands(t: ExecutionContext, namespace: ReconcileNamespace, specs: readonly Spec[]): Promise<void> {
  for (const spec of specs) {
    const { steps } = await namespace.plan(spec)
    const script = steps.map(({ equivalent }) => equivalent).join('\n')
    // Addresses tell who made them from iproute2 6.4 on.
    namespace.sh(`set -e\n${script.replaceAll(/^(ip address .*) proto 108$/gm, '$1')}`)
    const left = await namespace.plan(spec)
    t.deepEqual(
      left.steps.map(({ equivalent }) => equivalent),
      [],
      script,
    )
  }
}

test('the commands that a plan tells do what it does', async (t) => {
  const namespace = reconcileNamespace(t)
  await runCommands(t, namespace, [first, second])
})

test('the commands for what ip, bridge and tc say otherwise do what the plan does', async (t) => {
  const namespace = reconcileNamespace(t)
  const specs: readonly Spec[] = [
    {
      links: [
        { name: 'br', kind: 'bridge' },
        {
          name: 'v',
          kind: 'veth',
          up: true,
          veth: { peer: { name: 'w' } },
          master: 'br',
          ingressQdisc: 'clsact',
        },
        { name: 'w', up: true, addresses: ['10.9.0.1/24', 'fd09::1/64'] },
        { name: 'x', kind: 'vxlan', vxlan: { id: 0, collectMetadata: true, port: 4789 } },
        { name: 'm', kind: 'macvlan', macvlan: { link: 'w', mode: 'source', noDestination: true } },
      ],
      neighbors: [{ address: 'fd09::8', dev: 'w', proxy: true, router: true }],
      nexthops: [
        { id: 6, via: '10.9.0.3', dev: 'w' },
        { id: 7, group: [6], type: 'resilient', buckets: 8, idleTimer: 5 },
      ],
    },
    {
      links: [
        { name: 'v', ingressQdisc: null },
        { name: 'm', macvlan: { noDestination: false } },
      ],
    },
  ]
  await runCommands(t, namespace, specs)
})

test('what ip has no word for is told', async (t) => {
  const namespace = reconcileNamespace(t)
  const nexthops = [
    { id: 7, group: [6], type: 'resilient', buckets: 8, idleTimer: 0.5 } as const,
    { id: 6, blackhole: true },
  ]
  const { steps } = await namespace.plan({ nexthops })
  t.is(
    steps.find(({ id }) => id === '7')?.equivalent,
    'ip nexthop add id 7 group 6 type resilient buckets 8 proto 108\n# ip has no word for idleTimer 0.5 of nexthop 7: it takes whole seconds',
  )
})
