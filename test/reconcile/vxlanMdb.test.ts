import { execFileSync } from 'node:child_process'
import test from 'ava'
import { Connection } from '../../src/netlink/connection.js'
import { FfiTransport } from '../../src/netlink/transports/ffi.js'
import { plan } from '../../src/reconcile/apply.js'
import { type Kernel, machineKernel } from '../../src/reconcile/world/kernel.js'
import { knowsMdbOfVxlans } from '../../src/rtnetlink/mdbProbe.js'
import type { MdbSpec, Spec } from '../../src/spec/types.js'
import { systemEnvironment } from '../helpers/program.js'
import { type ReconcileNamespace, reconcileNamespace } from '../helpers/reconcile.js'

/** Whether VXLANs have a multicast database, which they have since Linux 6.4. */
function hasDatabase(): boolean {
  const command = `ip link add vx0 type vxlan id 1 dstport 4789 && ip link set vx0 up && bridge mdb add dev vx0 port vx0 grp 239.1.1.1 permanent`
  try {
    execFileSync('unshare', ['--net', 'sh', '-c', command], { env: systemEnvironment, stdio: 'pipe' })
    return true
  } catch (error) {
    // The remote end is missing; an older kernel says that it is no bridge.
    return /MDBA_SET_ENTRY_ATTRS|Invalid argument/.test(String(error))
  }
}

/** iproute2 6.1 shows nothing of the remote end. */
function showsRemotes(): boolean {
  try {
    execFileSync('bridge', ['mdb', 'help'], { env: systemEnvironment, encoding: 'utf8', stdio: 'pipe' })
    return false
  } catch (error) {
    return String(error).includes('SRC_VNI')
  }
}

const remotes = showsRemotes()
const withDatabase = hasDatabase() ? test : test.skip

/** What `bridge mdb` shows, one entry a line; of the remote end what this version of it knows. */
function mdbOf({ sh }: ReconcileNamespace): string[] {
  const shown: { mdb?: Record<string, unknown>[] }[] = JSON.parse(sh('bridge -j -d mdb show') || '[]')
  return shown
    .flatMap(({ mdb = [] }) => mdb)
    .map(({ dev, grp, src, filter_mode, protocol, flags, dst, dst_port, vni, via, src_vni }) =>
      [dev, grp, src, filter_mode, protocol, flags, ...(remotes ? [dst, dst_port, vni, via, src_vni] : [])]
        .flat()
        .filter((part) => part !== undefined)
        .join(' '),
    )
    .sort()
}

/** A line of {@link mdbOf}. */
const line = (entry: string, remote: string): string => (remotes ? `${entry} ${remote}` : entry)

const links: Spec['links'] = [
  { name: 'vx0', kind: 'vxlan', vxlan: { id: 10, port: 4789, local: '192.0.2.1' } },
  { name: 'v0', kind: 'veth', veth: { peer: { name: 'v1' } } },
]
const entry = (group: string, dst: string, more: Partial<MdbSpec> = {}): MdbSpec => ({
  dev: 'vx0',
  port: 'vx0',
  group,
  dst,
  ...more,
})

withDatabase('groups of a VXLAN are led to remote ends, to others, and nowhere', async (t) => {
  const namespace = reconcileNamespace(t)
  const first = await namespace.converges({
    links,
    mdb: [
      entry('239.1.1.1', '198.51.100.1'),
      entry('239.1.1.1', '198.51.100.2', { vni: 20, dstPort: 1111, via: 'v0' }),
      entry('FF05::1', '2001:DB8::1', { source: 'fd00::1', protocol: 77 }),
      entry('0.0.0.0', '198.51.100.9', { vni: 10, dstPort: 4789 }),
      entry('::', '198.51.100.9'),
    ],
  })
  t.true(
    first.steps.some(({ equivalent }) =>
      equivalent.includes(
        'bridge mdb add dev vx0 port vx0 grp 239.1.1.1 dst 198.51.100.2 permanent dst_port 1111 vni 20 via v0',
      ),
    ),
  )
  const made = [
    line('vx0 0.0.0.0 exclude static', '198.51.100.9'),
    line('vx0 239.1.1.1 exclude static', '198.51.100.1'),
    line('vx0 239.1.1.1 exclude static', '198.51.100.2 1111 20 v0'),
    line('vx0 :: exclude static', '198.51.100.9'),
    line('vx0 ff05::1 fd00::1 include 77', '2001:db8::1'),
  ]
  t.deepEqual(mdbOf(namespace), made)

  const changed = await namespace.converges({
    mdb: [
      entry('239.1.1.1', '198.51.100.2', { vni: 10, dstPort: 4789 }),
      entry('239.1.1.1', '198.51.100.1', { vni: 21 }),
    ],
  })
  t.deepEqual(
    changed.steps.map(({ action, id, disruption }) => `${action} ${id} ${disruption}`),
    [
      'update 239.1.1.1 dev vx0 port vx0 dst 198.51.100.2 none',
      'update 239.1.1.1 dev vx0 port vx0 dst 198.51.100.1 none',
    ],
  )
  t.deepEqual((await namespace.snapshot()).mdb, [
    entry('0.0.0.0', '198.51.100.9'),
    entry('239.1.1.1', '198.51.100.1', { vni: 21 }),
    entry('239.1.1.1', '198.51.100.2', { via: 'v0' }),
    entry('::', '198.51.100.9'),
    entry('ff05::1', '2001:db8::1', { source: 'fd00::1', protocol: 77 }),
  ])

  const absent = (group: string, more: Partial<MdbSpec>): MdbSpec => ({
    dev: 'vx0',
    port: 'vx0',
    group,
    ...more,
    absent: true,
  })
  await namespace.converges({ mdb: [absent('239.1.1.1', { vni: 10 }), absent('::', {})] })
  t.deepEqual(mdbOf(namespace), [made[0], line('vx0 239.1.1.1 exclude static', '198.51.100.1 21'), made[4]])
})

withDatabase('sources of a group on a VXLAN come and go with it, and a snapshot says them once', async (t) => {
  const namespace = reconcileNamespace(t)
  const group = entry('239.1.1.2', '198.51.100.1', { filterMode: 'include', sourceList: ['10.0.0.1', '10.0.0.2'] })
  const excluding = entry('239.1.1.3', '198.51.100.1', { filterMode: 'exclude', sourceList: ['10.0.0.3'] })
  await namespace.converges({
    links,
    mdb: [group, excluding, entry('239.1.1.3', '198.51.100.2', { source: '10.0.0.3' })],
  })
  t.deepEqual(mdbOf(namespace), [
    line('vx0 239.1.1.2 10.0.0.1 include static', '198.51.100.1'),
    line('vx0 239.1.1.2 10.0.0.2 include static', '198.51.100.1'),
    line('vx0 239.1.1.2 include static', '198.51.100.1'),
    line('vx0 239.1.1.3 10.0.0.3 include static', '198.51.100.2'),
    line('vx0 239.1.1.3 10.0.0.3 include static blocked', '198.51.100.1'),
    line('vx0 239.1.1.3 exclude static', '198.51.100.1'),
  ])
  const snapshot = await namespace.snapshot()
  t.deepEqual(
    snapshot.mdb?.map(({ group: address, source, dst }) => [address, source, dst]),
    [
      ['239.1.1.2', undefined, '198.51.100.1'],
      ['239.1.1.3', undefined, '198.51.100.1'],
      ['239.1.1.3', '10.0.0.3', '198.51.100.2'],
    ],
  )
  const other = reconcileNamespace(t)
  await other.apply(snapshot)
  t.deepEqual(mdbOf(other), mdbOf(namespace))

  await namespace.converges({ mdb: [{ ...group, sourceList: ['10.0.0.2'] }] })
  t.is(mdbOf(namespace).length, 5)
  await namespace.converges({ mdb: [{ dev: 'vx0', port: 'vx0', group: '239.1.1.2', absent: true }] })
  t.is(mdbOf(namespace).filter((one) => one.includes('239.1.1.2')).length, 0)
})

withDatabase('groups of a VXLAN for all VNIs are told apart by where packets come from', async (t) => {
  const namespace = reconcileNamespace(t)
  const external: Spec['links'] = [{ name: 'vx0', kind: 'vxlan', vxlan: { id: 0, port: 4789, collectMetadata: true } }]
  await namespace.converges({
    links: external,
    mdb: [5, 6].map((sourceVni) => entry('239.1.1.1', '198.51.100.1', { sourceVni, vni: sourceVni + 100 })),
  })
  t.deepEqual(mdbOf(namespace), [
    line('vx0 239.1.1.1 exclude static', '198.51.100.1 105 5'),
    line('vx0 239.1.1.1 exclude static', '198.51.100.1 106 6'),
  ])
  await namespace.converges({ mdb: [{ ...entry('239.1.1.1', '198.51.100.1', { sourceVni: 5 }), absent: true }] })
  t.deepEqual(mdbOf(namespace), [line('vx0 239.1.1.1 exclude static', '198.51.100.1 106 6')])
})

withDatabase('groups of a VXLAN come back where it is made anew, and where a step fails', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.converges({
    links,
    mdb: [
      entry('239.1.1.1', '198.51.100.1', { vni: 20 }),
      entry('239.1.1.2', '198.51.100.2'),
      entry('239.1.1.4', '198.51.100.4'),
      entry('239.1.1.5', '198.51.100.5'),
    ],
  })
  const before = mdbOf(namespace)
  const snapshot = await namespace.snapshot()
  await namespace.converges({ links: [{ name: 'vx0', vxlan: { gbp: true } }] })
  t.deepEqual(mdbOf(namespace), before)
  const failing: Spec = {
    mdb: [
      entry('239.1.1.1', '198.51.100.1', { vni: 21 }),
      entry('239.1.1.3', '198.51.100.3'),
      entry('239.1.1.4', '198.51.100.4', { vni: 30, dstPort: 5000, via: 'v0' }),
      entry('239.1.1.5', '198.51.100.5', { filterMode: 'exclude', sourceList: ['10.0.0.5'] }),
      { dev: 'vx0', port: 'vx0', group: '239.1.1.2', absent: true },
    ],
    routes: [{ to: '10.1.0.0/16', via: '10.9.9.9' }],
  }
  await namespace.refuses(failing, 'ENETUNREACH')
  t.deepEqual(mdbOf(namespace), before)
  t.deepEqual((await namespace.snapshot()).mdb, snapshot.mdb)
  await namespace.converges({ mdb: failing.mdb ?? [] })
  t.is((await namespace.snapshot()).mdb?.find(({ group }) => group === '239.1.1.5')?.sourceList?.length, 1)
})

withDatabase('packets to a group go to the remote end, by the VNI and the port that it is told', async (t) => {
  const [here, there] = [reconcileNamespace(t), reconcileNamespace(t)]
  here.sh(`ip link add v0 type veth peer name v1 netns ${there.path}`)
  here.sh('ip address add 10.0.0.1/24 dev v0; ip link set v0 up')
  there.sh('ip address add 10.0.0.2/24 dev v1; ip link set v1 up')
  there.sh('ip link add own type vxlan id 10 dstport 4789 local 10.0.0.2; ip link set own up')
  there.sh('ip link add told type vxlan id 20 dstport 4790 local 10.0.0.2; ip link set told up')
  await here.converges({
    links: [
      {
        name: 'vx0',
        kind: 'vxlan',
        vxlan: { id: 10, port: 4789, local: '10.0.0.1' },
        addresses: ['192.168.7.1/24'],
      },
    ],
    mdb: [entry('239.1.1.1', '10.0.0.2', { vni: 20, dstPort: 4790 }), entry('239.1.1.2', '10.0.0.2')],
  })
  const [told, own] = [received(there, 'told'), received(there, 'own')]
  here.sh('ping -c3 -i0.2 -W1 -I vx0 239.1.1.1 >/dev/null || true')
  t.deepEqual([received(there, 'told') - told, received(there, 'own') - own], [3, 0])
  here.sh('ping -c2 -i0.2 -W1 -I vx0 239.1.1.2 >/dev/null || true')
  t.deepEqual([received(there, 'told') - told, received(there, 'own') - own], [3, 2])
})

/** The packets that a link received. */
function received({ sh }: ReconcileNamespace, name: string): number {
  const [shown]: { stats64: { rx: { packets: number } } }[] = JSON.parse(sh(`ip -j -s link show dev ${name}`))
  return shown?.stats64.rx.packets ?? 0
}

test('what cannot be is told before anything is done', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.apply({ links: [...links, { name: 'br0', kind: 'bridge' }] })
  const problemsOf = async (mdb: MdbSpec[]): Promise<unknown> =>
    (await namespace.fails({ mdb })).problems?.map(({ path }) => path)
  t.deepEqual(
    await problemsOf([
      { ...entry('239.1.1.1', '198.51.100.1'), port: 'v0' },
      entry('239.1.1.1', '198.51.100.1', { vlan: 5 }),
      entry('239.1.1.1', '198.51.100.1', { state: 'temporary' }),
      entry('01:00:5e:01:01:01', '198.51.100.1'),
      entry('::', '198.51.100.1', { source: 'fd00::1' }),
      { dev: 'vx0', port: 'vx0', group: '0.0.0.0' },
      { dev: 'vx0', port: 'vx0', group: '239.1.1.1', vni: 5 },
    ]),
    ['/mdb/0/port', '/mdb/1/vlan', '/mdb/2/state', '/mdb/3/group', '/mdb/4/source', '/mdb/5/group', '/mdb/6/vni'],
  )
  t.deepEqual(
    await problemsOf([
      { dev: 'vx0', port: 'vx0', group: '239.1.1.1' },
      { dev: 'br0', port: 'br0', group: '239.1.1.1', dst: '198.51.100.1' },
      entry('239.1.1.1', '198.51.100.1', { sourceVni: 5 }),
    ]),
    ['/mdb/0/dst', '/mdb/1/dst', '/mdb/2/sourceVni'],
  )
})

test('whether VXLANs have a multicast database is asked without changing anything', async (t) => {
  const namespace = reconcileNamespace(t)
  const connection = new Connection(new FfiTransport({ namespaceFd: namespace.fd }))
  t.teardown(() => connection.close())
  t.is(await knowsMdbOfVxlans(connection), hasDatabase())
})

test('a kernel without them is one clear error of the plan', async (t) => {
  const namespace = reconcileNamespace(t)
  const kernel = (fd: number): Kernel => ({ ...machineKernel(fd), lacksMdbOfVxlans: () => Promise.resolve(true) })
  const spec: Spec = { links, mdb: [entry('239.1.1.1', '198.51.100.1'), entry('239.1.1.2', '198.51.100.1')] }
  const planned = await plan(spec, { namespace: { fd: namespace.fd }, kernel })
  const error = planned.err ? planned.val : undefined
  t.is(error?.code, 'UNSUPPORTED')
  t.deepEqual(
    error?.problems?.map(({ path, message }) => `${path}: ${message}`),
    ['/mdb/0', '/mdb/1'].map((path) => `${path}: the VXLANs of this kernel have no multicast database (Linux 6.4)`),
  )
})
