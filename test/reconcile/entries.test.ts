import test from 'ava'
import type { Spec } from '../../src/spec/types.js'
import { type ReconcileNamespace, reconcileNamespace } from '../helpers/reconcile.js'

const zero = '00:00:00:00:00:00'
const macs = { a: '02:00:00:00:00:0a', b: '02:00:00:00:00:0b', c: '02:00:00:00:00:0c' }

/** The entries that `bridge fdb` shows but those of the kernel, one a line. Copies in VLANs are left out. */
function fdbOf({ sh }: ReconcileNamespace): string[] {
  const shown: Record<string, unknown>[] = JSON.parse(sh('bridge -j -d fdb show') || '[]')
  return shown
    .filter(({ mac, vlan }) => (String(mac).startsWith('02:00:00:00:00:0') || mac === zero) && vlan === undefined)
    .map(({ mac, ifname, state, flags, dst, vni, port, master }) =>
      [mac, ifname, state, ...(Array.isArray(flags) ? flags : []), dst, vni, port, master]
        .filter((part) => part !== undefined && part !== '')
        .join(' '),
    )
    .sort()
}

function mdbOf({ sh }: ReconcileNamespace): string[] {
  const shown: { mdb?: Record<string, unknown>[] }[] = JSON.parse(sh('bridge -j -d mdb show') || '[]')
  return shown
    .flatMap(({ mdb = [] }) => mdb)
    .filter(({ grp }) => !String(grp).startsWith('ff02:'))
    .map(({ dev, port, grp, src, state }) =>
      [dev, port, grp, src, state].filter((part) => part !== undefined).join(' '),
    )
    .sort()
}

const bridge: Spec = {
  links: [
    { name: 'br0', kind: 'bridge', mac: '0e:00:00:00:00:01' },
    { name: 'tap0', kind: 'tap', master: 'br0' },
    { name: 'tap1', kind: 'tap', master: 'br0' },
  ],
}

test('entries of a bridge are made, changed, moved to another port, and removed', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.converges({
    ...bridge,
    fdb: [
      { dev: 'tap0', mac: macs.a },
      { dev: 'tap0', mac: macs.b.toUpperCase(), sticky: true },
      { dev: 'br0', mac: macs.c },
    ],
  })
  t.deepEqual(fdbOf(namespace), [
    `${macs.a} tap0 static br0`,
    `${macs.b} tap0 static sticky br0`,
    `${macs.c} br0 permanent br0`,
  ])
  const change: Spec = {
    fdb: [
      { dev: 'tap1', mac: macs.a },
      { dev: 'tap0', mac: macs.b, state: 'permanent' },
      { dev: 'br0', mac: macs.c, absent: true },
    ],
  }
  await namespace.converges(change)
  t.deepEqual(fdbOf(namespace), [`${macs.a} tap1 static br0`, `${macs.b} tap0 permanent br0`])
  // What the kernel keeps by itself is not removed, nor is it in a snapshot.
  const own = String(namespace.ip('link', 'show', 'tap0')[0]?.['address'])
  t.true((await namespace.plan({ fdb: [{ dev: 'tap0', mac: own, absent: true }] })).empty)
  const snapshot = await namespace.snapshot()
  t.deepEqual(
    snapshot.fdb?.filter(({ vlan }) => vlan === undefined),
    [
      { dev: 'tap0', mac: macs.b, state: 'permanent' },
      { dev: 'tap1', mac: macs.a },
    ],
  )
  t.true((await namespace.plan(snapshot)).empty)
})

test('the remote ends of a VXLAN are made, added to, changed and removed', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.converges({
    links: [
      { name: 'vx0', kind: 'vxlan', vxlan: { id: 7, port: 4789, remote: '192.0.2.99' } },
      { name: 'tap0', kind: 'tap' },
    ],
    fdb: [
      { dev: 'vx0', mac: zero, dst: '192.0.2.1' },
      { dev: 'vx0', mac: zero, dst: '192.0.2.2', vni: 9, port: 1234, via: 'tap0' },
      { dev: 'vx0', mac: macs.a, dst: '192.0.2.3', port: 4789, vni: 7 },
    ],
  })
  const others = [`${zero} vx0 permanent self 192.0.2.1`, `${zero} vx0 permanent self 192.0.2.2 9 1234`]
  const shown = () => fdbOf(namespace).filter((line) => !line.includes('192.0.2.99'))
  t.deepEqual(shown(), [...others, `${macs.a} vx0 permanent self 192.0.2.3`])
  await namespace.converges({
    fdb: [
      { dev: 'vx0', mac: macs.a, dst: '192.0.2.4' },
      { dev: 'vx0', mac: zero, dst: '192.0.2.1', absent: true },
    ],
  })
  t.deepEqual(shown(), [others[1], `${macs.a} vx0 permanent self 192.0.2.4`])
  // To what a VXLAN has by itself, and from there, also when it is undone.
  const elsewhere: Spec = { fdb: [{ dev: 'vx0', mac: macs.a, dst: '192.0.2.4', vni: 8, port: 5000, via: 'tap0' }] }
  const before = await namespace.snapshot()
  await namespace.refuses({ ...elsewhere, routes: [{ to: '10.1.0.0/16', via: '10.9.9.9' }] }, 'ENETUNREACH')
  t.deepEqual((await namespace.snapshot()).fdb, before.fdb)
  await namespace.converges(elsewhere)
  t.deepEqual(shown(), [others[1], `${macs.a} vx0 permanent self 192.0.2.4 8 5000`])
  await namespace.converges({ fdb: [{ dev: 'vx0', mac: macs.a, dst: '192.0.2.4', vni: 7, port: 4789 }] })
  t.deepEqual(shown(), [others[1], `${macs.a} vx0 permanent self 192.0.2.4`])
  const snapshot = await namespace.snapshot()
  t.is(snapshot.fdb?.length, 2)
  const other = reconcileNamespace(t)
  await other.converges(snapshot)
  t.deepEqual(fdbOf(other), fdbOf(namespace))
})

test('groups of a bridge are made and removed, learned ones are left alone', async (t) => {
  const namespace = reconcileNamespace(t)
  const spec: Spec = {
    ...bridge,
    mdb: [
      { dev: 'br0', port: 'tap0', group: '239.1.1.1' },
      { dev: 'br0', port: 'tap1', group: 'FF05:0::1', source: 'fd00:0::1' },
      { dev: 'br0', port: 'tap0', group: '01:02:03:04:05:06' },
    ],
  }
  await namespace.converges(spec)
  const all = [
    'br0 tap0 01:02:03:04:05:06 permanent',
    'br0 tap0 239.1.1.1 permanent',
    'br0 tap1 ff05::1 fd00::1 permanent',
  ]
  t.deepEqual(mdbOf(namespace), all)
  const snapshot = await namespace.snapshot()
  t.deepEqual(snapshot.mdb?.map(({ group }) => group).sort(), ['01:02:03:04:05:06', '239.1.1.1', 'ff05::1'])
  t.true((await namespace.plan(snapshot)).empty)
  await namespace.converges({ mdb: [{ dev: 'br0', port: 'tap0', group: '239.1.1.1', absent: true }] })
  t.deepEqual(mdbOf(namespace), [all[0], all[2]])
})

test('entries come back when a port or a VXLAN is made anew', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.converges({
    links: [...(bridge.links ?? []), { name: 'vx0', kind: 'vxlan', vxlan: { id: 1, port: 4789 }, master: 'br0' }],
    fdb: [
      { dev: 'tap0', mac: macs.a, sticky: true },
      { dev: 'vx0', mac: macs.b, dst: '192.0.2.3' },
      { dev: 'vx0', mac: macs.b },
      { dev: 'vx0', mac: zero, dst: '192.0.2.1' },
    ],
    mdb: [
      { dev: 'br0', port: 'tap0', group: '239.1.1.1' },
      { dev: 'br0', port: 'vx0', group: '239.1.1.2' },
    ],
  })
  const before = [fdbOf(namespace), mdbOf(namespace)]
  t.is(before[0]?.length, 4)
  t.is(before[1]?.length, 2)
  const report = await namespace.apply({
    links: [
      { name: 'vx0', vxlan: { id: 2 } },
      { name: 'tap0', tap: { multiQueue: true } },
    ],
  })
  t.is(report.steps.filter(({ action }) => action === 'recreate').length, 2)
  t.deepEqual([fdbOf(namespace), mdbOf(namespace)], before)
})

test('entries are as they were when a step fails', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.converges({
    ...bridge,
    links: [
      ...(bridge.links ?? []),
      { name: 'br1', kind: 'bridge' },
      { name: 'vx0', kind: 'vxlan', vxlan: { id: 1, port: 4789 } },
    ],
    fdb: [
      { dev: 'tap0', mac: macs.a, sticky: true },
      { dev: 'tap1', mac: macs.b },
      { dev: 'vx0', mac: zero, dst: '192.0.2.1' },
    ],
    mdb: [{ dev: 'br0', port: 'tap0', group: '239.1.1.1' }],
  })
  const before = [fdbOf(namespace), mdbOf(namespace)]
  const failing: Spec = {
    links: [{ name: 'tap0', master: 'br1' }],
    fdb: [
      { dev: 'tap1', mac: macs.b, state: 'permanent' },
      { dev: 'tap1', mac: macs.c },
      { dev: 'vx0', mac: zero, dst: '192.0.2.1', absent: true },
      { dev: 'vx0', mac: zero, dst: '192.0.2.2' },
    ],
    mdb: [{ dev: 'br0', port: 'tap1', group: '239.1.1.3' }],
    // Its gateway is on no link.
    routes: [{ to: '10.99.0.0/16', via: '10.98.0.1', dev: 'br1' }],
  }
  const error = await namespace.fails(failing)
  t.true(error.rollback?.restored, JSON.stringify(error.rollback))
  t.deepEqual([fdbOf(namespace), mdbOf(namespace)], before)
})

test('what cannot be is told at once', async (t) => {
  const namespace = reconcileNamespace(t)
  const error = await namespace.fails({
    ...bridge,
    fdb: [
      { dev: 'tap9', mac: macs.a },
      { dev: 'tap0', mac: macs.a, vlan: 4095 },
    ],
    mdb: [{ dev: 'br0', port: 'tap0', group: '10.0.0.1' }],
  })
  t.deepEqual(
    error.problems?.map(({ path }) => path),
    ['/fdb/1/vlan', '/mdb/0/group'],
  )
  const missing = await namespace.fails({ ...bridge, fdb: [{ dev: 'tap9', mac: macs.a }] })
  t.regex(missing.message, /\/fdb\/0\/dev: the link tap9 does not exist/)
})

test('entries of a port that leaves its bridge go with it', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.converges({ links: [{ name: 'tap0', kind: 'tap' }] })
  // Undoing releases the port and removes what it was told.
  await namespace.refuses(
    {
      links: [
        { name: 'br0', kind: 'bridge' },
        { name: 'tap0', master: 'br0' },
      ],
      fdb: [{ dev: 'tap0', mac: macs.a }],
      mdb: [{ dev: 'br0', port: 'tap0', group: '239.1.1.1' }],
    },
    'GUARD_FAILED',
    { guards: [() => false] },
  )
  const entries: Spec = {
    fdb: [{ dev: 'tap0', mac: macs.a }],
    mdb: [{ dev: 'br0', port: 'tap0', group: '239.1.1.1' }],
  }
  await namespace.converges({
    ...bridge,
    links: [...(bridge.links ?? []), { name: 'br1', kind: 'bridge' }],
    ...entries,
  })
  const absent: Spec = {
    fdb: [{ dev: 'tap0', mac: macs.a, absent: true }],
    mdb: [{ dev: 'br0', port: 'tap0', group: '239.1.1.1', absent: true }],
  }
  await namespace.converges({ links: [{ name: 'tap0', master: 'br1' }], ...absent })
  t.deepEqual([...fdbOf(namespace), ...mdbOf(namespace)], [])
  await namespace.converges({ links: [{ name: 'tap0', master: 'br0' }], ...entries })
  await namespace.converges({ links: [{ name: 'br0', absent: true }], fdb: absent.fdb ?? [] })
})

test('what a device is to receive itself comes back when its removal is undone', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.converges({
    links: [{ name: 'v0', kind: 'veth', veth: { peer: { name: 'v1' } } }],
    fdb: [{ dev: 'v0', mac: macs.a, self: true }],
  })
  const before = fdbOf(namespace)
  t.deepEqual(before, [`${macs.a} v0 permanent self`])
  const error = await namespace.fails({
    fdb: [{ dev: 'v0', mac: macs.a, self: true, absent: true }],
    routes: [{ to: '10.20.0.0/16', via: '203.0.113.1' }],
  })
  t.true(error.rollback?.restored)
  t.deepEqual(fdbOf(namespace), before)
})

test('what a device would ignore of an entry is refused, and none is left', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.converges({
    links: [
      { name: 'v0', kind: 'veth', veth: { peer: { name: 'v1' } } },
      { name: 'vxlan0', kind: 'vxlan', vxlan: { id: 7, port: 4789 } },
    ],
  })
  const error = await namespace.fails({
    fdb: [
      { dev: 'v0', mac: macs.a, dst: '192.0.2.1' },
      { dev: 'v0', mac: macs.b, nexthopId: 8 },
      { dev: 'vxlan0', mac: macs.c, dst: '192.0.2.1', sourceVni: 5 },
    ],
  })
  t.deepEqual(
    error.problems?.map(({ path, message }) => [path, message]),
    [
      ['/fdb/0/dst', 'v0 is a veth, and only a VXLAN has remote ends'],
      ['/fdb/1/nexthopId', 'v0 is a veth, and only a VXLAN has remote ends'],
      ['/fdb/2/sourceVni', 'vxlan0 has no collectMetadata, and ignores by which VNI frames come'],
    ],
  )
  t.deepEqual(fdbOf(namespace), [])
})
