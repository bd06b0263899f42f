import test from 'ava'
import type { LinkSpec, Spec } from '../../src/spec/types.js'
import { reconcileNamespace } from '../helpers/reconcile.js'

const furnish = [
  'ip link add br0 type bridge && ip link set br0 up',
  'ip tuntap add tap0 mode tap && ip link set tap0 master br0 && ip link set tap0 up',
  'ip link set tap0 type bridge_slave cost 9',
  'ip link add v0 type veth peer name v1 && ip link set v0 up && ip link set v1 up',
  'ip link add m0 link v0 type macvlan mode bridge && ip link set m0 up',
  'ip link add x0 type vxlan id 5 dstport 4789 remote 10.0.0.7 && ip link set x0 alias overlay && ip link set x0 up',
  'ip link property add dev x0 altname overlay0',
  'ip address add 10.5.0.1/24 dev x0 && ip address add 10.5.0.2/24 dev x0 && ip address add fd05::1/64 dev x0 nodad',
  'ip address add 10.6.0.1/24 dev m0 && ip address add 10.7.0.1/24 dev v0',
  'ip route add 10.20.0.0/16 via 10.5.0.9 && ip route add 10.21.0.0/16 via 10.6.0.9 && ip -6 route add fd77::/32 via fd05::9',
  'ip route add default nexthop via 10.5.0.8 nexthop via 10.7.0.8',
  'ip neighbor add 10.5.0.9 lladdr 02:00:00:00:00:09 dev x0 nud permanent && ip neighbor add proxy 10.6.0.10 dev m0',
].join(' && ')

const cases: [string, Spec, string][] = [
  ['a VXLAN id', { links: [{ name: 'x0', vxlan: { id: 6 } }] }, '"id":5→"id":6'],
  ['a VXLAN id by its alternative name', { links: [{ name: 'overlay0', vxlan: { id: 6 } }] }, '"id":5→"id":6'],
  [
    'queues of a TAP',
    { links: [{ name: 'tap0', tap: { multiQueue: true } }] },
    '"multi_queue":false→"multi_queue":true',
  ],
  [
    'the mode of a MACVLAN',
    { links: [{ name: 'm0', macvlan: { mode: 'passthru' } }] },
    '"mode":"bridge"→"mode":"passthru"',
  ],
]

for (const [what, spec, change] of cases) {
  test(`made anew, with all that hangs on it: ${what}`, async (t) => {
    const namespace = reconcileNamespace(t)
    namespace.sh(furnish)
    const plan = await namespace.plan(spec)
    t.deepEqual(
      plan.steps.filter(({ object }) => object === 'link').map(({ action }) => action),
      ['recreate'],
    )
    t.is(plan.disruption, 'recreate')
    await namespace.refuses(spec, 'DISRUPTIVE', { disruption: 'forbid' })
    const before = namespace.picture({ portable: true })
    await namespace.converges(spec)
    const [from = '', to = ''] = change.split('→')
    const flags = (line: string) =>
      line
        .replace('"flags":["nopromisc"],', '')
        .replace('"flags":[],', '')
        .replace(/"qdisc":"\w+",|"numqueues":0,|"numdisabled":0,/g, '')
    const after = namespace.picture({ portable: true }).map(flags).sort()
    const expected = before.map((line) =>
      line.includes(`"ifname":"${plan.steps[0]?.id}"`) ? line.replace(from, to) : line,
    )
    // In passthru mode the device has the MAC address of the one below.
    const withoutPromiscuity = (lines: string[]) =>
      lines.map((line) => line.replace(',"PROMISC"', '').replace(/("ifname":"m0".*?"address":)"[^"]*"/, '$1""'))
    t.deepEqual(withoutPromiscuity(after), withoutPromiscuity(expected.map(flags).sort()))
  })
}

test.serial('the far end of a pair keeps what it had when the pair is made anew', async (t) => {
  const namespace = reconcileNamespace(t)
  const blue = `lwt-far-${process.pid}`
  t.teardown(() => namespace.sh(`ip netns delete ${blue} 2>/dev/null || true`))
  const near: LinkSpec = { name: 'v0', kind: 'veth', veth: { peer: { name: 'eth0', namespace: blue } } }
  await namespace.converges({
    links: [near, { name: 'br0', kind: 'bridge' }],
    namespaces: {
      [blue]: {
        links: [
          { name: 'eth0', mac: '02:00:00:00:00:01', mtu: 1400, alias: 'far', rxQueues: 4, addresses: ['10.0.0.2/24'] },
        ],
        routes: [{ to: 'default', via: '10.0.0.1' }],
      },
    },
  })
  await namespace.converges({ links: [{ name: 'v0', master: 'br0' }] })
  const { steps } = await namespace.converges({ links: [{ ...near, txQueues: 3 }], namespaces: { [blue]: {} } })
  t.deepEqual(
    steps.filter(({ object }) => object === 'link').map(({ action, id }) => `${action} ${id}`),
    ['recreate v0', 'recreate eth0'],
  )
  const shown = namespace.sh(`ip -n ${blue} -j -d address show dev eth0; ip -n ${blue} route show default`)
  const kept = [
    '"UP"',
    '"num_rx_queues":4',
    '02:00:00:00:00:01',
    '"mtu":1400',
    '"ifalias":"far"',
    '10.0.0.2',
    'default via 10.0.0.1',
  ]
  for (const part of kept) t.true(shown.includes(part), `${part} in ${shown}`)
  t.regex(namespace.sh('ip -br link show master br0'), /^v0@/)
})

test('a link that is the other end of a pair is made anew with other queues, whichever end the spec names first', async (t) => {
  for (const first of ['v0', 'v1']) {
    const namespace = reconcileNamespace(t)
    const ends: LinkSpec[] = [
      { name: 'v0', kind: 'veth', veth: { peer: { name: 'v1' } }, txQueues: 3 },
      { name: 'v1', txQueues: 4, rxQueues: 5, mtu: 1400, addresses: ['10.0.0.1/24'] },
    ]
    await namespace.converges({ links: first === 'v0' ? ends : [...ends].reverse() })
    await namespace.converges({ links: [{ name: first, rxQueues: 7 }] })
    t.like(namespace.ip('link', 'show', 'dev', 'v0')[0], {
      num_tx_queues: 3,
      ...(first === 'v0' ? { num_rx_queues: 7 } : {}),
    })
    t.like(namespace.ip('link', 'show', 'dev', 'v1')[0], {
      num_tx_queues: 4,
      num_rx_queues: first === 'v1' ? 7 : 5,
      mtu: 1400,
    })
  }
})

test('a plan tells why links are made anew: by what differs, or with which', async (t) => {
  const namespace = reconcileNamespace(t)
  const blue = `lwt-why-${process.pid}`
  t.teardown(() => namespace.sh(`ip netns delete ${blue} 2>/dev/null || true`))
  namespace.sh(furnish)
  namespace.sh(`ip netns add ${blue} && ip link add w0 type veth peer name w1 netns ${blue}`)
  const links: LinkSpec[] = [
    { name: 'x0', vxlan: { id: 6 }, alias: 'other' },
    { name: 'v0', txQueues: 3 },
    { name: 'w0', rxQueues: 3 },
    { name: 'm0', mtu: 1400 },
  ]
  const plan = await namespace.plan({ links, namespaces: { [blue]: {} } })
  const heads = plan
    .toString()
    .split('\n')
    .filter((line) => line.startsWith('! link'))
    // A new veth has a queue for each processor.
    .map((line) => line.replace(/\d+ -> 3/, 'some -> 3'))
  t.deepEqual(heads.sort(), [
    '! link m0 with v0: mtu 1500 -> 1400 [recreate]',
    '! link v0: txQueues some -> 3 [recreate]',
    '! link v1 with v0 [recreate]',
    '! link w0: rxQueues some -> 3 [recreate]',
    `! link w1 in ${blue} with w0 in the namespace of the program [recreate]`,
    '! link x0: vxlan.id 5 -> 6, alias overlay -> other [recreate]',
  ])
  t.deepEqual(plan.steps.find(({ id }) => id === 'v1' || id === 'w1')?.changes, [])
  const { message } = await namespace.refuses({ links }, 'DISRUPTIVE', { disruption: 'forbid' })
  t.regex(message, /recreate link v1 with v0 \(recreate\)/)
  t.regex(message, /recreate link x0: vxlan\.id 5 -> 6, alias overlay -> other \(recreate\)/)
})

test('a plan tells why a nexthop object is made anew', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh('ip link add v0 type veth peer name v1 && ip link set v0 up && ip link set v1 up')
  namespace.sh('ip address add 10.0.0.1/24 dev v0 && ip nexthop add id 7 via 10.0.0.2 dev v0')
  namespace.sh('ip nexthop add id 8 group 7')
  const plan = await namespace.plan({ nexthops: [{ id: 8, group: [{ id: 7 }], type: 'resilient', buckets: 8 }] })
  t.is(plan.toString().split('\n')[0], '! nexthop 8: type mpath -> resilient, buckets unset -> 8 [recreate]')
  t.deepEqual(plan.steps[0]?.changes, [
    { property: 'type', before: 'mpath', after: 'resilient' },
    { property: 'buckets', after: 8 },
  ])
})
