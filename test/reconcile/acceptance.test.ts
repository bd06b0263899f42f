import test from 'ava'
import type { NetworkSpec, Spec } from '../../src/spec/types.js'
import { reconcileNamespace } from '../helpers/reconcile.js'

/** The example of the contract, without named namespaces. */
const everything: NetworkSpec = {
  links: [
    {
      name: 'br0',
      kind: 'bridge',
      bridge: { stp: false, forwardDelay: 0, ageingTime: 300 },
      mtu: 1500,
      mac: '02:00:00:00:00:01',
      addresses: ['10.0.0.1/24', 'fd00::1/64'],
    },
    {
      name: 'tap0',
      kind: 'tap',
      tap: { owner: 1000, group: 1000, multiQueue: false, vnetHeader: true, packetInfo: false },
      master: 'br0',
      bridgePort: { cost: 10, isolated: false, learning: true },
    },
    { name: 'tun0', kind: 'tun', tun: { owner: 1000 }, addresses: ['10.9.0.1/30'] },
    { name: 'veth0', kind: 'veth', veth: { peer: { name: 'eth0' } } },
    { name: 'eth0', addresses: ['10.1.0.2/24'] },
    { name: 'old0', absent: true },
  ],
  routes: [
    { to: 'default', via: '10.0.0.254' },
    {
      to: '10.20.0.0/16',
      via: '10.9.0.2',
      dev: 'tun0',
      metric: 100,
      table: 100,
      src: '10.9.0.1',
      mtu: 1400,
      onlink: true,
    },
    {
      to: '10.30.0.0/16',
      nexthops: [
        { via: '10.0.0.2', dev: 'br0', weight: 1 },
        { via: '10.0.0.3', dev: 'br0', weight: 2 },
      ],
    },
    { to: '192.0.2.0/24', type: 'blackhole' },
    { to: '10.99.0.0/16', absent: true },
  ],
  rules: [
    { priority: 1000, from: '10.9.0.0/30', table: 100 },
    { priority: 1001, fwmark: '0x1/0xff', iif: 'br0', action: 'prohibit', family: 'inet6' },
  ],
  neighbors: [{ dev: 'br0', address: '10.0.0.7', mac: '02:00:00:00:00:07', state: 'permanent' }],
  forwarding: { ipv4: true, ipv6: true },
}

test('the example of the contract is applied, read back by ip, and then has no step', async (t) => {
  const namespace = reconcileNamespace(t)
  const report = await namespace.converges(everything, { quiet: true })
  t.true(report.changed)
  const [bridge] = namespace.ip('link', 'show', 'br0')
  t.like(bridge, { mtu: 1500, address: '02:00:00:00:00:01', linkinfo: { info_kind: 'bridge' } })
  t.like(bridge, { linkinfo: { info_data: { stp_state: 0, forward_delay: 0, ageing_time: 30000 } } })
  const [tap] = namespace.ip('link', 'show', 'tap0')
  t.like(tap, { master: 'br0', linkinfo: { info_data: { type: 'tap', pi: false, vnet_hdr: true, persist: true } } })
  t.like(tap, { linkinfo: { info_slave_data: { cost: 10, isolated: false, learning: true } } })
  t.like(namespace.ip('route', 'show', 'default')[0], { gateway: '10.0.0.254', dev: 'br0' })
  t.like(namespace.ip('route', 'show', 'table', '100')[0], {
    dst: '10.20.0.0/16',
    gateway: '10.9.0.2',
    dev: 'tun0',
    metric: 100,
    prefsrc: '10.9.0.1',
    metrics: [{ mtu: 1400 }],
    flags: ['onlink', 'linkdown'],
  })
  t.is(namespace.sh('ip -4 route show 10.30.0.0/16').match(/nexthop/g)?.length, 2)
  t.regex(namespace.sh('ip -4 route show 192.0.2.0/24'), /^blackhole 192.0.2.0\/24/)
  t.regex(namespace.sh('ip rule show priority 1000'), /from 10.9.0.0\/30 lookup 100/)
  t.regex(namespace.sh('ip -6 rule show priority 1001'), /from all fwmark 0x1\/0xff iif br0.* prohibit/)
  t.regex(namespace.sh('ip neighbor show dev br0'), /10.0.0.7 lladdr 02:00:00:00:00:07 PERMANENT/)
})

function reversed(spec: NetworkSpec): NetworkSpec {
  return {
    ...spec,
    links: [...(spec.links ?? [])].reverse(),
    routes: Array.isArray(spec.routes) ? [...spec.routes].reverse() : [],
    rules: [...(spec.rules ?? [])].reverse(),
  }
}

test('the worst order gives the same', async (t) => {
  const [one, other] = [reconcileNamespace(t), reconcileNamespace(t)]
  const fixed: NetworkSpec = {
    ...everything,
    links: (everything.links ?? []).map((link, index) =>
      link.absent || link.kind === 'tun' ? link : { ...link, mac: `02:00:00:00:00:1${index}` },
    ),
  }
  await one.converges(fixed)
  await other.converges(reversed(fixed))
  t.deepEqual(other.picture({ portable: true }), one.picture({ portable: true }))
  t.false((await one.apply(reversed(fixed))).changed)
})

test.serial('peers across named namespaces, which are made, in either order', async (t) => {
  for (const [index, order] of [(links: NetworkSpec['links']) => links, reversedLinks].entries()) {
    const namespace = reconcileNamespace(t)
    const blue = `lwt-${process.pid}-${index}`
    t.teardown(() => namespace.sh(`ip netns delete ${blue} 2>/dev/null || true`))
    const spec: Spec = {
      links:
        order([
          { name: 'br0', kind: 'bridge' },
          { name: 'veth0', kind: 'veth', veth: { peer: { name: 'eth0', namespace: blue } }, master: 'br0' },
          { name: 'veth1', kind: 'veth', veth: { peer: { name: 'eth1', namespace: blue } }, master: 'br0' },
        ]) ?? [],
      namespaces: {
        [blue]: {
          links: [
            { name: 'lo', up: true },
            ...(order([
              { name: 'eth0', addresses: ['10.1.0.2/24'], mtu: 1400 },
              { name: 'eth1', addresses: ['10.2.0.2/24'] },
            ]) ?? []),
          ],
          routes: [{ to: 'default', via: '10.1.0.1' }],
        },
      },
    }
    await namespace.converges(spec)
    t.regex(namespace.sh(`ip -n ${blue} -br address show eth0`), /UP +10.1.0.2\/24/)
    t.regex(namespace.sh(`ip -n ${blue} route show default`), /via 10.1.0.1 dev eth0/)
    await namespace.converges({ links: [{ name: 'veth0', absent: true }] })
    // What went with its other end comes back.
    await namespace.converges(spec)
    t.regex(namespace.sh(`ip -n ${blue} -br address show eth0`), /UP +10.1.0.2\/24/)
  }
})

function reversedLinks(links: NetworkSpec['links']): NetworkSpec['links'] {
  return [...(links ?? [])].reverse()
}

test('a TAP moves between bridges, an option and an address list change, in three steps, and nothing goes down', async (t) => {
  const namespace = reconcileNamespace(t)
  const spec = (master: string, ageingTime: number, addresses: string[]): Spec => ({
    links: [
      { name: 'br0', kind: 'bridge', bridge: { ageingTime }, addresses },
      { name: 'br1', kind: 'bridge' },
      { name: 'tap0', kind: 'tap', master },
    ],
  })
  await namespace.converges(spec('br0', 300, ['10.0.0.1/24', '10.0.1.1/24']))
  const indices = () => namespace.ip('link').map(({ ifname, ifindex }) => [ifname, ifindex])
  const before = indices()
  const after = spec('br1', 60, ['10.0.0.1/24', '10.0.2.1/24'])
  const plan = await namespace.plan(after)
  t.deepEqual(
    plan.steps.map(({ action, object, id, disruption }) => `${action} ${object} ${id} ${disruption}`).sort(),
    [
      'create address 10.0.2.1/24 dev br0 none',
      'delete address 10.0.1.1/24 dev br0 none',
      'update link br0 none',
      'update link tap0 none',
    ],
  )
  const events = await namespace.events(() => namespace.apply(after))
  const wentDown = events.filter(
    ({ type, body }) => type === 16 && (new DataView(body.buffer, body.byteOffset).getUint32(8, true) & 1) === 0,
  )
  t.is(wentDown.length, 0)
  t.deepEqual(indices(), before)
  t.is(namespace.ip('link', 'show', 'tap0')[0]?.['master'], 'br1')
  await namespace.converges(after)
})
