import test from 'ava'
import { isFeatureGroup } from '../../src/genetlink/ethtool/featureNames.js'
import type { Transport } from '../../src/netlink/transports/transport.js'
import { type KernelMaker, machineKernel, type NetlinkProtocol } from '../../src/reconcile/world/kernel.js'
import { type ReconcileNamespace, reconcileNamespace } from '../helpers/reconcile.js'

/** What `ethtool -k` prints of a link, by the kernel's names and its groups. */
function shown(namespace: ReconcileNamespace, link: string): Map<string, string> {
  const lines = namespace.sh(`ethtool -k ${link}`).split('\n').slice(1)
  return new Map(
    lines.flatMap((line): [string, string][] => {
      const [name = '', value = ''] = line.trim().split(': ')
      return name === '' ? [] : [[name, value]]
    }),
  )
}

test('features are set by the names of the kernel and of ethtool, and a second time nothing is done', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh('ip link add v0 type veth peer name v1')
  const before = shown(namespace, 'v0')
  await namespace.converges({
    links: [
      { name: 'v0', features: { tso: false, 'tx-checksum-sctp': false, gro: true } },
      { name: 'br0', kind: 'bridge', features: { gso: false, 'tx-nocache-copy': true } },
      { name: 'tap0', kind: 'tap', features: { 'tx-vlan-hw-insert': false, sg: false } },
    ],
  })
  const v0 = shown(namespace, 'v0')
  t.is(v0.get('tcp-segmentation-offload'), 'off')
  t.is(v0.get('tx-tcp6-segmentation'), 'off')
  t.is(v0.get('tx-checksum-sctp'), 'off')
  t.is(v0.get('generic-receive-offload'), 'on')
  const named = ['tcp-segmentation-offload', 'tx-checksum-sctp', 'generic-receive-offload']
  const others = (all: Map<string, string>) =>
    [...all].filter(([name]) => !named.includes(name) && !/^tx-tcp/.test(name))
  t.deepEqual(others(v0), others(before))
  t.is(shown(namespace, 'br0').get('generic-segmentation-offload'), 'off')
  t.is(shown(namespace, 'br0').get('tx-nocache-copy'), 'on')
  t.is(shown(namespace, 'tap0').get('scatter-gather'), 'off')
  t.is(shown(namespace, 'tap0').get('tx-vlan-offload'), 'off')
})

test('a plan tells what changes, and the command', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh('ip link add v0 type veth peer name v1')
  const { steps } = await namespace.plan({ links: [{ name: 'v0', features: { gro: true, gso: false, rx: true } }] })
  t.deepEqual(
    steps.map(({ changes, equivalent }) => ({ changes, equivalent })),
    [
      {
        changes: [
          { property: 'features.rx-gro', before: false, after: true },
          { property: 'features.tx-generic-segmentation', before: true, after: false },
        ],
        equivalent: 'ethtool -K v0 rx-gro on tx-generic-segmentation off',
      },
    ],
  )
})

test('what a device cannot change is refused before anything is sent', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh('ip link add v0 type veth peer name v1')
  const error = await namespace.refuses(
    { links: [{ name: 'v0', mtu: 1400, features: { lro: true, ntuple: false, 'tx-scater-gather': true } }] },
    'INVALID_SPEC',
  )
  t.deepEqual(
    error.problems?.map(({ path, message }) => [path, message]),
    [
      ['/links/0/features/lro', 'the feature lro of the link v0 is fixed off: the device cannot change it'],
      ['/links/0/features/tx-scater-gather', 'this kernel knows no feature "tx-scater-gather"'],
    ],
  )
  t.regex(error.message, /did you mean tx-scatter-gather\?/)
  t.is(error.rollback, undefined)
})

test('a new device that cannot do what is asked for is undone', async (t) => {
  const namespace = reconcileNamespace(t)
  const error = await namespace.refuses(
    { links: [{ name: 'br0', kind: 'bridge', features: { 'rx-fcs': true } }] },
    /rx-fcs of the link br0 is fixed off/,
  )
  t.true(error.rollback?.restored)
})

test('of a name that means several features those count that the device can change', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh('ip link add v0 type veth peer name v1')
  t.true(isFeatureGroup('tx'))
  await namespace.converges({ links: [{ name: 'v0', features: { tx: false } }] })
  t.is(shown(namespace, 'v0').get('tx-checksumming'), 'off')
  await namespace.converges({ links: [{ name: 'v0', features: { tx: true } }] })
  t.is(shown(namespace, 'v0').get('tx-checksumming'), 'on')
  t.is(shown(namespace, 'v0').get('tx-checksum-ipv4'), 'off [fixed]')
  // What is said of one feature counts more.
  await namespace.converges({ links: [{ name: 'v0', features: { tso: false, 'tx-tcp-segmentation': true } }] })
  t.is(shown(namespace, 'v0').get('tx-tcp-segmentation'), 'on')
  t.is(shown(namespace, 'v0').get('tx-tcp6-segmentation'), 'off')
})

test('what another feature keeps off is told as such', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh('ip link add v0 type veth peer name v1; ethtool -K v0 sg off >/dev/null')
  const error = await namespace.refuses({ links: [{ name: 'v0', features: { gso: true } }] }, 'NOT_APPLIED')
  t.regex(error.message, /features\.tx-generic-segmentation is requested on instead of true/)
})

test('a failed apply gives features back, those that were asked for in vain too', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh('ip link add v0 type veth peer name v1; ethtool -K v0 sg off lro off gro on >/dev/null 2>&1; true')
  const before = [...shown(namespace, 'v0')]
  t.true(before.some(([, value]) => value.includes('requested on')))
  const guards = [() => false]
  const error = await namespace.refuses(
    { links: [{ name: 'v0', features: { sg: true, gso: false, gro: false, txvlan: false } }] },
    'GUARD_FAILED',
    { guards },
  )
  t.true(error.rollback?.restored, error.rollback?.error)
  t.deepEqual([...shown(namespace, 'v0')], before)
})

test('a link that was made anew with other features is undone with those that it had', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.apply({ links: [{ name: 'tap0', kind: 'tap' }] })
  const before = shown(namespace, 'tap0')
  // A TAP gets several queues by being made anew.
  const error = await namespace.fails(
    { links: [{ name: 'tap0', kind: 'tap', tap: { multiQueue: true }, features: { sg: false, gro: true } }] },
    { guards: [() => shown(namespace, 'tap0').get('scatter-gather') !== 'off'] },
  )
  t.true(error.rollback?.restored, JSON.stringify(error.rollback))
  t.deepEqual(shown(namespace, 'tap0'), before)
})

test('what is made anew, or comes back after it was deleted, has the features that it had', async (t) => {
  const namespace = reconcileNamespace(t)
  const script = 'ip tuntap add tap0 mode tap; ip link add br0 type bridge; ip link set tap0 master br0'
  namespace.sh(`${script}; ethtool -K tap0 txvlan off rx-gro-list on gro off >/dev/null`)
  const before = [...shown(namespace, 'tap0')]
  const error = await namespace.fails({ links: [{ name: 'tap0', absent: true }] }, { guards: [() => false] })
  t.is(error.code, 'GUARD_FAILED')
  t.true(error.rollback?.restored, error.rollback?.error)
  t.deepEqual([...shown(namespace, 'tap0')], before)
  const { steps } = await namespace.apply({
    links: [{ name: 'tap0', tap: { multiQueue: true }, features: { gro: true } }],
  })
  t.is(steps[0]?.action, 'recreate')
  const expected = new Map(before).set('generic-receive-offload', 'on')
  t.deepEqual(shown(namespace, 'tap0'), expected)
})

test('the other end of a pair that is made anew has the features that it had, whether or not a spec names it', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh('ip link add v0 type veth peer name v1; ethtool -K v0 tso off gro on >/dev/null')
  const before = [...shown(namespace, 'v0')]
  await namespace.converges({ links: [{ name: 'v1', txQueues: 3 }] })
  t.deepEqual([...shown(namespace, 'v0')], before)
  await namespace.converges({
    links: [
      { name: 'v0', mtu: 1400 },
      { name: 'v1', txQueues: 4 },
    ],
  })
  t.deepEqual([...shown(namespace, 'v0')], before)
})

test('features are read of the links that a spec tells of, and generic netlink is not even opened without', async (t) => {
  const namespace = reconcileNamespace(t)
  let opened = 0
  let sent = 0
  const kernel: KernelMaker = (fd) => {
    const machine = machineKernel(fd)
    const transportOf = (protocol: NetlinkProtocol): Transport => {
      const transport = machine.transportOf(protocol)
      if (protocol !== 'generic') return transport
      opened++
      const send = transport.send.bind(transport)
      return Object.assign(transport, {
        send(datagram: Uint8Array) {
          sent++
          send(datagram)
        },
      })
    }
    return { ...machine, transportOf }
  }
  const links = Array.from({ length: 20 }, (_value, index) => ({ name: `tap${index}`, kind: 'tap' }))
  await namespace.apply({ links }, { kernel })
  await namespace.plan({ links }, { kernel })
  t.is(opened, 0)
  await namespace.plan(
    { links: links.map((link, index) => (index < 2 ? { ...link, features: { gro: true } } : link)) },
    { kernel },
  )
  // The family, the names of all features, and one request a link.
  t.deepEqual([opened, sent], [1, 4])
})

test('a snapshot tells of the features that a new link would not have, and makes the same elsewhere', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh(
    [
      'ip link add v0 type veth peer name v1',
      'ip link add br0 type bridge',
      'ip tuntap add tap0 mode tap',
      'ip tuntap add tun0 mode tun',
      'ip link add x0 type vxlan id 3 dstport 4789',
      'ip link add link v0 name m0 type macvlan',
      'ip link add i0 type ifb',
      'ip link set v1 up',
    ].join('; '),
  )
  const plain = await namespace.snapshot()
  t.deepEqual(
    plain.links?.filter(({ features }) => features),
    [],
  )
  namespace.sh('ethtool -K v0 gro on tso off; ethtool -K br0 gso off; ethtool -K tap0 txvlan off')
  const spec = await namespace.snapshot()
  t.deepEqual(
    spec.links?.filter(({ features }) => features).map(({ name, features }) => [name, Object.keys(features ?? {})]),
    [
      ['v0', ['rx-gro', ...[...shown(namespace, 'v0').keys()].filter((name) => /^tx-tcp.*-segmentation$/.test(name))]],
      ['br0', ['tx-generic-segmentation']],
      ['tap0', ['tx-vlan-hw-insert']],
    ],
  )
  t.deepEqual((await namespace.plan(spec)).steps, [])
  const other = reconcileNamespace(t)
  await other.apply(spec)
  for (const link of ['v0', 'v1', 'br0', 'tap0', 'x0', 'i0']) {
    t.deepEqual(shown(other, link), shown(namespace, link), link)
  }
})

/** Links of all kinds that can be made without more than another link. */
const ofManyKinds: Readonly<Record<string, string>> = {
  bareudp: 'dstport 6635 ethertype ipv4',
  bond: '',
  bridge: '',
  dummy: '',
  erspan: 'local 192.0.2.1 remote 192.0.2.2 seq key 5 erspan_ver 1',
  geneve: 'id 5 remote 192.0.2.2',
  gre: 'local 192.0.2.1 remote 192.0.2.2',
  gretap: 'local 192.0.2.1 remote 192.0.2.2',
  ifb: '',
  ip6erspan: 'local fd00::1 remote fd00::2 seq key 5 erspan_ver 1',
  ip6gre: 'local fd00::1 remote fd00::2',
  ip6gretap: 'local fd00::1 remote fd00::2',
  ip6tnl: 'local fd00::1 remote fd00::2',
  ipip: 'local 192.0.2.1 remote 192.0.2.2',
  ipvlan: 'link v0',
  ipvtap: 'link v1',
  macsec: 'link v0',
  macvlan: 'link d1',
  macvtap: 'link d1',
  netkit: '',
  nlmon: '',
  sit: 'local 192.0.2.1 remote 192.0.2.2',
  team: '',
  vcan: '',
  vlan: 'link v0 id 5',
  vrf: 'table 100',
  vti: 'local 192.0.2.1 remote 192.0.2.2 key 5',
  vti6: 'local fd00::1 remote fd00::2 key 5',
  vxlan: 'id 3 dstport 4789',
  wireguard: '',
  xfrm: 'dev v0 if_id 5',
}

test('of a new link of any kind a snapshot tells no features', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh('ip link add v0 type veth peer name v1 && ip link add d0 type veth peer name d1')
  const made = Object.entries(ofManyKinds).filter(([kind, options]) => {
    const [, lower = '', rest = ''] = /^(link \S+)? ?(.*)$/.exec(options) ?? []
    return namespace.sh(`ip link add ${lower} name new-${kind} type ${kind} ${rest} 2>&1 || echo failed`) === ''
  })
  t.log(`of ${made.length} kinds: ${made.map(([kind]) => kind).join(', ')}`)
  t.true(made.length > 0)
  const told = async () =>
    (await namespace.snapshot()).links?.flatMap(({ kind, features }) => (features ? [[kind, features]] : []))
  t.deepEqual(await told(), [])
  // Ports of bridges receive no packets joined to larger ones.
  for (const kind of ['bond', 'team']) {
    if (made.some(([one]) => one === kind)) namespace.sh(`ip link set new-${kind} master new-bridge`)
  }
  t.deepEqual(await told(), [])
})
