import test from 'ava'
import { execute } from '../../src/reconcile/execute/execute.js'
import { desiredNetworks } from '../../src/reconcile/plan/desiredNetworks.js'
import { makeSteps } from '../../src/reconcile/plan/makePlan.js'
import { rollback } from '../../src/reconcile/rollback/rollback.js'
import { World } from '../../src/reconcile/world/world.js'
import type { Spec } from '../../src/spec/types.js'
import { validateSpec } from '../../src/spec/validate.js'
import { type ReconcileNamespace, reconcileNamespace } from '../helpers/reconcile.js'

const furnish = [
  'ip link add br0 type bridge forward_delay 0',
  'ip link add br1 type bridge',
  'ip tuntap add tap0 mode tap user 1000',
  'ip tuntap add tun0 mode tun',
  'ip link set tap0 master br0',
  'ip link set tap0 type bridge_slave cost 9',
  'ip link add v0 type veth peer name v1',
  'ip link set v1 master br0',
  'ip link add m0 link v0 type macvlan mode bridge',
  'ip link add x0 type vxlan id 5 dstport 4789 remote 10.0.0.7',
  'ip link set x0 master br1',
  'ip link property add dev br0 altname lab-bridge',
  'ip link set v0 alias hello group 4 txqueuelen 77',
  'for link in br0 br1 tap0 tun0 v0 v1 m0 x0; do ip link set $link up; done',
  'ip address add 10.0.0.1/24 dev br0 label br0:a',
  'ip address add 10.0.0.2/24 dev br0',
  'ip address add 10.0.0.3/24 dev br0 noprefixroute',
  'ip address add fd00::1/64 dev br0 nodad',
  'ip address add fd00::2/64 dev br0 nodad',
  'ip address add 10.5.0.1/24 dev v0',
  'ip address add fd05::1/64 dev v0 nodad',
  'ip address add 10.6.0.1/24 dev m0',
  'ip address add 10.9.0.1/30 dev tun0',
  'ip address add 10.8.0.1/24 dev x0',
  'ip route add default via 10.0.0.254',
  'ip route add 10.20.0.0/16 via 10.0.0.253 metric 7 table 99',
  'ip route add 10.21.0.0/16 via 10.5.0.9',
  'ip route add 10.22.0.0/16 via 10.6.0.9 src 10.6.0.1 mtu 1300',
  'ip route add 10.23.0.0/16 nexthop via 10.0.0.253 nexthop via 10.5.0.9 weight 2',
  'ip route add blackhole 10.24.0.0/16',
  'ip -6 route add default via fd00::ff dev br0',
  'ip -6 route add fd77::/32 via fd05::9 dev v0 metric 5',
  'ip rule add priority 50 from 10.0.0.0/24 table 99',
  'ip rule add priority 60 from 10.0.1.0/24 table 99 proto static',
  'ip neighbor add 10.0.0.9 lladdr 02:00:00:00:00:09 dev br0 nud permanent',
  'ip neighbor add 10.5.0.9 lladdr 02:00:00:00:00:08 dev v0 nud permanent',
  'ip neighbor add proxy 10.5.0.10 dev v0',
].join(' && ')

/** Many sorts of step, each with its side effects. */
const rich: Spec = {
  links: [
    {
      name: 'br0',
      mtu: 1400,
      mac: '02:00:00:00:00:01',
      bridge: { ageingTime: 10, forwardDelay: 4 },
      altNames: ['other'],
      alias: 'text',
      addresses: ['10.0.0.2/24', '10.3.0.1/24', 'fd00::3/64', 'fd00::1/64'],
    },
    { name: 'tap0', tap: { multiQueue: true }, master: 'br1', bridgePort: { cost: 3 } },
    { name: 'x0', vxlan: { id: 6 } },
    { name: 'v0', addresses: [], txQueueLength: 78, group: 5 },
    { name: 'm0', macvlan: { mode: 'passthru' } },
    { name: 'tun0', absent: true },
    { name: 'br2', kind: 'bridge', addresses: ['10.77.0.1/24'] },
    { name: 'a0', kind: 'veth', veth: { peer: { name: 'a1' } }, master: 'br2' },
    { name: 'tap7', kind: 'tap', master: 'br2' },
  ],
  routes: [
    { to: 'default', via: '10.3.0.9' },
    { to: '10.20.0.0/16', table: 99, absent: true },
    { to: '10.24.0.0/16', type: 'prohibit' },
    { to: '10.78.0.0/16', via: '10.77.0.2' },
    { to: 'default', family: 'inet6', dev: 'br0' },
  ],
  rules: [
    { priority: 50, from: '10.0.0.0/24', table: 98 },
    { priority: 60, absent: true },
    { priority: 70, table: 99, iif: 'br2' },
  ],
  neighbors: [
    { dev: 'br0', address: '10.0.0.9', mac: '02:00:00:00:00:99' },
    { dev: 'v0', address: '10.5.0.9', absent: true },
    { dev: 'br0', address: '10.0.0.8', mac: '02:00:00:00:00:98' },
  ],
  forwarding: { ipv4: true, ipv6: true },
}

/** Does the first steps of a plan, as if the next one failed, and undoes. */
async function stopAfter(namespace: ReconcileNamespace, spec: Spec, done: number) {
  using world = new World({ namespace: { fd: namespace.fd } })
  const networks = await desiredNetworks(validateSpec(spec))
  world.open(spec)
  const states = await world.observe(networks.keys(), {})
  const steps = await makeSteps(networks, states, new Set(world.places.keys()), undefined)
  const failure = await execute(steps.slice(0, done), world, {}, undefined)
  if (failure) throw failure.error
  return { report: await rollback(steps, states, world), steps }
}

test('a plan that fails at any step leaves everything as it was', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh(furnish)
  const before = namespace.picture({ portable: true })
  const total = (await namespace.plan(rich)).steps.length
  t.true(total >= 25, `${total} steps`)
  for (let done = 0; done <= total; done++) {
    const { report, steps } = await stopAfter(namespace, rich, done)
    const last = steps[done - 1]?.id
    t.true(report.restored, `after ${done} steps, ${last}: ${JSON.stringify(report)}`)
    t.deepEqual(
      namespace.picture({ portable: true }),
      before,
      `after ${done} steps: ${last}; ${report.steps.join('\n')}`,
    )
  }
})

test('the plan as a whole is right', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh(furnish)
  const plan = await namespace.plan(rich)
  t.deepEqual(
    plan.steps
      .filter(({ action }) => action === 'recreate')
      .map(({ id }) => id)
      .sort(),
    ['m0', 'tap0', 'x0'],
  )
  const forbidden = await namespace.refuses(rich, 'DISRUPTIVE', { disruption: 'forbid' })
  t.regex(forbidden.message, /recreate/)
  await namespace.converges(rich)
})

const unset: readonly [string, Spec, Spec, 'live' | 'anew'][] = [
  [
    'the ends of a VXLAN',
    { links: [{ name: 'x0', kind: 'vxlan', vxlan: { id: 1, port: 4789 } }] },
    { links: [{ name: 'x0', vxlan: { local: '10.0.0.1', remote: '10.0.0.2' } }] },
    'live',
  ],
  [
    'the remote end of a VXLAN, with its MTU',
    { links: [{ name: 'x0', kind: 'vxlan', vxlan: { id: 1, port: 4789 } }] },
    { links: [{ name: 'x0', mtu: 1400, vxlan: { remote: '10.0.0.2' } }] },
    'live',
  ],
  [
    'the group of a VXLAN that has a link',
    {
      links: [
        { name: 'v0', kind: 'veth', veth: { peer: { name: 'v1' } } },
        { name: 'x0', kind: 'vxlan', vxlan: { id: 1, port: 4789, link: 'v0' } },
      ],
    },
    { links: [{ name: 'x0', vxlan: { group: '239.1.1.1' } }] },
    'live',
  ],
  [
    'the group of a VXLAN in place of its remote end',
    {
      links: [
        { name: 'x0', kind: 'vxlan', vxlan: { id: 1, port: 4789, remote: '10.0.0.2' } },
        { name: 'v0', kind: 'veth', veth: { peer: { name: 'v1' } } },
      ],
    },
    { links: [{ name: 'x0', vxlan: { group: '239.1.1.1', link: 'v0' } }] },
    'anew',
  ],
  [
    'the group of a VXLAN',
    {
      links: [
        { name: 'x0', kind: 'vxlan', vxlan: { id: 1, port: 4789 } },
        { name: 'v0', kind: 'veth', veth: { peer: { name: 'v1' } } },
      ],
    },
    { links: [{ name: 'x0', vxlan: { group: '239.1.1.1', link: 'v0' } }] },
    'anew',
  ],
  [
    'the ends of a VXLAN over IPv6',
    { links: [{ name: 'x0', kind: 'vxlan', vxlan: { id: 1, port: 4789 }, addresses: ['10.0.0.1/24'] }] },
    { links: [{ name: 'x0', vxlan: { local: 'fd00::1', remote: 'fd00::2' } }] },
    'anew',
  ],
  [
    'the remote end of a VXLAN that is made anew',
    { links: [{ name: 'x0', kind: 'vxlan', vxlan: { id: 1, port: 4789 } }] },
    { links: [{ name: 'x0', vxlan: { id: 2, remote: '10.0.0.2' } }] },
    'anew',
  ],
  [
    'owner and group of a TAP',
    { links: [{ name: 'x0', kind: 'tap', addresses: ['10.0.0.1/24'] }] },
    { links: [{ name: 'x0', tap: { owner: 1, group: 1 } }] },
    'anew',
  ],
  [
    'the group of a TAP that has an owner',
    { links: [{ name: 'x0', kind: 'tap', tap: { owner: 1 } }] },
    { links: [{ name: 'x0', tap: { owner: 2, group: 1 } }] },
    'anew',
  ],
  [
    'the source addresses of a MACVLAN',
    {
      links: [
        { name: 'v0', kind: 'veth', veth: { peer: { name: 'v1' } } },
        { name: 'x0', kind: 'macvlan', macvlan: { link: 'v0', mode: 'source' } },
      ],
    },
    { links: [{ name: 'x0', macvlan: { sourceMacs: ['02:00:00:00:00:07'] } }] },
    'live',
  ],
  [
    'the mode of a MACVLAN with its source addresses',
    {
      links: [
        { name: 'v0', kind: 'veth', veth: { peer: { name: 'v1' } } },
        { name: 'x0', kind: 'macvlan', macvlan: { link: 'v0' } },
      ],
    },
    { links: [{ name: 'x0', macvlan: { mode: 'source', sourceMacs: ['02:00:00:00:00:07'] } }] },
    'live',
  ],
  [
    'the backup of a port',
    {
      links: [
        { name: 'br0', kind: 'bridge' },
        { name: 'x0', kind: 'tap', master: 'br0' },
        { name: 'x1', kind: 'tap', master: 'br0' },
      ],
    },
    { links: [{ name: 'x0', bridgePort: { backupPort: 'x1' } }] },
    'live',
  ],
]

for (const [what, first, then, way] of unset) {
  test(`what was not set is not set again after a rollback, ${way}: ${what}`, async (t) => {
    const namespace = reconcileNamespace(t)
    await namespace.apply(first)
    const before = namespace.picture({ portable: true })
    const indexOf = (): unknown => namespace.ip('link', 'show', 'dev', 'x0')[0]?.['ifindex']
    const index = indexOf()
    const error = await namespace.fails(then, { guards: [() => false] })
    t.is(error.code, 'GUARD_FAILED')
    t.deepEqual(namespace.picture({ portable: true }), before, JSON.stringify(error.rollback))
    t.true(error.rollback?.restored, error.rollback?.error)
    t.is(indexOf() === index, way === 'live')
    t.deepEqual((await namespace.plan(first)).steps, [])
  })
}
