import type { ExecutionContext } from 'ava'
import test from 'ava'
import type { Encapsulation } from '../../src/rtnetlink/encapsulation/encapsulation.js'
import type { RouteSpec, Spec } from '../../src/spec/types.js'
import { kernelIsAtLeast } from '../../src/system/kernelRelease.js'
import { type ReconcileNamespace, reconcileNamespace } from '../helpers/reconcile.js'
import { skipped } from '../helpers/skipped.js'

function pair(t: ExecutionContext): ReconcileNamespace {
  const namespace = reconcileNamespace(t)
  namespace.sh(
    [
      'ip link add v0 type veth peer name v1 && ip link set v0 up && ip link set v1 up',
      'ip address add 10.0.0.1/24 dev v0 && ip address add fd00::1/64 dev v0 nodad',
    ].join(' && '),
  )
  return namespace
}

/** Whether this kernel wraps so, as `ip` says. */
function wraps({ sh }: ReconcileNamespace, words: string): boolean {
  try {
    sh(`ip -6 route add fdff::/64 encap ${words} via fd00::2 dev v0 && ip -6 route delete fdff::/64`)
    return true
  } catch {
    return false
  }
}

interface Case {
  readonly probe: string
  /** Each is reached from the one before. */
  readonly series: readonly Encapsulation[]
  /** What `ip -j` shows of the last. */
  readonly shown: Readonly<Record<string, unknown>>
}

const cases: Readonly<Record<string, Case>> = {
  mpls: {
    probe: 'mpls 100',
    series: [
      { type: 'mpls', labels: [100, 200] },
      { type: 'mpls', labels: [1048575, 16] },
      { type: 'mpls', labels: [300], ttl: 7 },
    ],
    shown: { encap: 'mpls', dst: '300', ttl: 7 },
  },
  ip: {
    probe: 'ip id 1 dst 10.0.0.9',
    series: [
      { type: 'ip', id: 7, dst: '10.9.9.9' },
      { type: 'ip', id: 4294967297, dst: '10.9.9.8', src: '10.0.0.1', tos: 4, ttl: 9 },
    ],
    shown: { encap: 'ip', id: 4294967297, dst: '10.9.9.8', src: '10.0.0.1', tos: 4, ttl: 9 },
  },
  ip6: {
    probe: 'ip6 id 1 dst fd09::1',
    series: [
      { type: 'ip6', id: 7, dst: 'FD09::0:9' },
      { type: 'ip6', id: 8, dst: 'fd09::8', src: 'fd00::1', trafficClass: 4, hoplimit: 9 },
    ],
    shown: { encap: 'ip6', id: 8, dst: 'fd09::8', src: 'fd00::1', tc: 4, hoplimit: 9 },
  },
  seg6: {
    probe: 'seg6 mode encap segs fd04::1',
    series: [
      { type: 'seg6', mode: 'encap', segments: ['fd04::1', 'fd04::2'] },
      { type: 'seg6', mode: 'l2encap', segments: ['fd04::1'] },
      { type: 'seg6', mode: 'inline', segments: ['fd04::2', 'fd04:0::1'] },
    ],
    shown: { encap: 'seg6', mode: 'inline', segs: ['fd04::2', 'fd04::1', '::'] },
  },
  seg6local: {
    probe: 'seg6local action End',
    series: [
      { type: 'seg6local', action: 'End' },
      { type: 'seg6local', action: 'End.X', nh6: 'fd00::3' },
      { type: 'seg6local', action: 'End.B6', segments: ['fd04::1', 'fd04::2'] },
      { type: 'seg6local', action: 'End.B6.Encaps', segments: ['fd04::1', 'fd04:0::2'] },
      { type: 'seg6local', action: 'End.DX4', nh4: '10.0.0.3' },
    ],
    shown: { encap: 'seg6local', action: 'End.DX4', nh4: '10.0.0.3' },
  },
}

const ofFlavors: Readonly<Record<string, Case>> = {
  'ip for VXLAN and ERSPAN': {
    probe: 'ip id 1 vxlan_opts 5 dst 10.0.0.9',
    series: [
      { type: 'ip', id: 7, dst: '10.9.9.9', options: { erspan: { version: 1, index: 5 } } },
      { type: 'ip', id: 7, options: { erspan: { version: 2, direction: 'egress', hardwareId: 33 } } },
      { type: 'ip', id: 7, dst: '10.9.9.9', flags: 4, options: { vxlan: { gbp: 300 } } },
    ],
    shown: { encap: 'ip', id: 7, dst: '10.9.9.9', vxlan_opts: [{ gbp: 300 }] },
  },
  'ip6 for VXLAN and ERSPAN': {
    probe: 'ip6 id 1 vxlan_opts 5 dst fd09::1',
    series: [
      { type: 'ip6', id: 7, dst: 'fd09::9', options: { vxlan: { gbp: 0x80001 } } },
      { type: 'ip6', id: 7, options: { erspan: { version: 2, direction: 'ingress', hardwareId: 0 } } },
    ],
    shown: { encap: 'ip6', id: 7, erspan_opts: [{ ver: 2, index: 0, dir: 0, hwid: 0 }] },
  },
  'seg6local with counters and compressed segments': {
    probe: 'seg6local action End flavors next-csid lblen 48 nflen 16',
    series: [
      { type: 'seg6local', action: 'End', counters: true },
      { type: 'seg6local', action: 'End', flavors: { operations: ['next-csid'], locatorBlockLength: 32 } },
      {
        type: 'seg6local',
        action: 'End',
        counters: true,
        flavors: { operations: ['next-csid'], locatorBlockLength: 48, nodeFunctionLength: 8 },
      },
    ],
    shown: { encap: 'seg6local', action: 'End', flavors: ['next-csid'], lblen: 48, nflen: 8 },
  },
  'seg6local with flavors': {
    probe: 'seg6local action End flavors psp',
    series: [
      { type: 'seg6local', action: 'End', counters: false, flavors: { operations: ['psp'] } },
      { type: 'seg6local', action: 'End.X', nh6: 'fd00::3', flavors: { operations: ['next-csid'] } },
      { type: 'seg6local', action: 'End', flavors: { operations: ['next-csid', 'psp'] } },
    ],
    shown: { encap: 'seg6local', action: 'End', flavors: ['psp', 'next-csid'], lblen: 32, nflen: 16 },
  },
}

for (const [name, { probe, series, shown }] of Object.entries({ ...cases, ...ofFlavors })) {
  test(`routes are wrapped by ${name}`, async (t) => {
    const namespace = pair(t)
    if (!wraps(namespace, probe)) {
      skipped(t, `this kernel lacks encap ${name}`)
      return
    }
    const to = 'fd40::/64'
    for (const encapsulation of series) {
      const spec: Spec = { routes: [{ to, via: 'fd00::2', dev: 'v0', encapsulation }] }
      await namespace.converges(spec)
      t.false((await namespace.apply(await namespace.snapshot())).changed)
    }
    t.like(namespace.ip('-6', 'route', 'show', to)[0], shown)
    // An object wraps as well, and a failure leaves all as it was.
    const [first] = series
    if (!first) throw new Error('an empty series')
    const both: Spec = {
      nexthops: [{ id: 1, via: 'fd00::2', dev: 'v0', encapsulation: first }],
      routes: [{ to, nexthopId: 1 }],
    }
    await namespace.refuses(both, 'GUARD_FAILED', { guards: [() => false] })
    if (!name.startsWith('seg6local')) await namespace.converges(both)
    const other = pair(t)
    await other.apply(await namespace.snapshot())
    const about = (picture: readonly string[]) => picture.filter((line) => /^(nexthop|-6 route).*encap/.test(line))
    t.deepEqual(about(other.picture({ portable: true })), about(namespace.picture({ portable: true })))
  })
}

test('segments come from an address and go by a table, or the plan says that the kernel lacks that', async (t) => {
  const namespace = pair(t)
  if (!wraps(namespace, 'seg6 mode encap segs fd04::1')) {
    skipped(t, 'this kernel lacks encap seg6')
    return
  }
  const spec = (encapsulation: object): Spec => ({
    routes: [
      {
        to: 'fd40::/64',
        via: 'fd00::2',
        dev: 'v0',
        encapsulation: { type: 'seg6', mode: 'encap', segments: ['fd04::1'], ...encapsulation },
      },
    ],
  })
  if (!kernelIsAtLeast(7, 3)) {
    const error = await namespace.refuses(spec({ src: 'fd00::77', table: 100 }), 'UNSUPPORTED')
    t.deepEqual(
      error.problems?.map(({ path }) => path),
      ['/routes/0/encapsulation/src', '/routes/0/encapsulation/table'],
    )
    return
  }
  await namespace.converges(spec({ src: 'FD00::0:77', table: 100 }))
  t.false((await namespace.apply(await namespace.snapshot())).changed)
  // Only table 100 knows the way to the segment. `ip` shows neither, but what goes out has come from there.
  namespace.sh(
    [
      'ip -6 route add fd04::/64 dev v0 table 100',
      'ip neighbor add fd04::1 lladdr 02:00:00:00:00:09 dev v0',
      'nft add table netdev t',
      'nft add chain netdev t c "{ type filter hook ingress device v1 priority 0; }"',
      'nft add rule netdev t c ip6 saddr fd00::77 ip6 daddr fd04::1 counter',
      'ping -6 -c 3 -i 0.1 -W 1 fd40::1 || true',
    ].join(' && '),
  )
  t.regex(namespace.sh('nft list table netdev t'), /fd00::77 ip6 daddr fd04::1 counter packets [1-9]/)
  const { steps } = await namespace.converges(spec({ src: 'fd00::78' }))
  t.regex(String(steps[0]?.equivalent), /encap seg6 mode encap segs fd04::1 tunsrc fd00::78 via/)
})

test('what an endpoint is asked for and does not do is told, and what it counts is no difference', async (t) => {
  const namespace = pair(t)
  if (!wraps(namespace, 'seg6local action End flavors psp')) {
    skipped(t, 'this kernel lacks flavors of segments')
    return
  }
  const route = (encapsulation: Encapsulation): Spec => ({ routes: [{ to: 'fd40::/64', dev: 'v0', encapsulation }] })
  const { steps } = await namespace.converges(
    route({
      type: 'seg6local',
      action: 'End',
      counters: true,
      flavors: { operations: ['psp', 'next-csid'], nodeFunctionLength: 24 },
    }),
  )
  t.regex(String(steps[0]?.equivalent), /encap seg6local action End count flavors psp,next-csid nflen 24 dev v0/)
  t.regex(namespace.sh('ip -s -6 route show fd40::/64'), /packets 0 bytes 0 errors 0/)
  const flavors = { operations: ['psp'] } as const
  const error = await namespace.fails(route({ type: 'seg6local', action: 'End.T', table: 254, flavors }))
  t.is(error.code, 'NOT_APPLIED')
  t.true(error.rollback?.restored)
  t.regex(namespace.sh('ip -6 route show fd40::/64'), /flavors psp,next-csid/)
  const wrong = await namespace.fails(
    route({ type: 'seg6local', action: 'End', flavors: { operations: ['pspp'] } as never }),
  )
  t.is(wrong.code, 'INVALID_SPEC')
  t.is(wrong.path, '/routes/0/encapsulation/flavors/operations/0')
})

// The kernel tells such flags by what there is of options alone: net/ipv4/ip_tunnel_core.c, ip_tun_build_state.
const toldOtherwise: Encapsulation = { type: 'ip', id: 1, flags: 0x1000, options: { vxlan: { gbp: 1 } } }

for (const [what, routes] of [
  ['a route', [{ to: '10.40.0.0/16', dev: 'v0', encapsulation: toldOtherwise }]],
  [
    'a way of a route',
    [{ to: '10.40.0.0/16', nexthops: [{ dev: 'v0', via: '10.0.0.2', encapsulation: toldOtherwise }] }],
  ],
  [
    'many routes',
    Array.from({ length: 3000 }, (_, row) => ({
      to: `10.${40 + (row >> 8)}.${row & 255}.0/24`,
      via: '10.0.0.2',
      dev: 'v0',
      encapsulation: toldOtherwise,
    })),
  ],
] satisfies [string, RouteSpec[]][]) {
  test(`${what} whose encapsulation the kernel tells in another way does not stay`, async (t) => {
    const namespace = pair(t)
    if (!wraps(namespace, 'ip id 1 dst 10.0.0.9 vxlan_opts 1')) {
      skipped(t, 'this kernel lacks options of encap ip')
      return
    }
    const error = await namespace.refuses({ routes }, 'NOT_APPLIED')
    t.true(error.rollback?.restored)
  })
}

test('each way of a route is wrapped by itself, and what is not told is kept', async (t) => {
  const namespace = pair(t)
  if (!wraps(namespace, 'ip id 1 dst 10.0.0.9')) {
    skipped(t, 'this kernel lacks encap ip')
    return
  }
  const way = (id: number): NonNullable<RouteSpec['nexthops']>[number] => ({
    via: `10.0.0.${id}`,
    dev: 'v0',
    encapsulation: { type: 'ip', id, dst: '10.9.9.9' },
  })
  const to = '10.40.0.0/16'
  await namespace.converges({ routes: [{ to, nexthops: [way(2), way(3), { via: '10.0.0.4', dev: 'v0' }] }] })
  await namespace.converges({
    routes: [{ to, nexthops: [way(2), { ...way(3), encapsulation: { type: 'ip', id: 9, dst: '10.9.9.9' } }] }],
  })
  t.regex(namespace.sh(`ip route show ${to}`), /encap ip id 9 .*via 10\.0\.0\.3/)
  await namespace.refuses(
    { routes: [{ to, nexthops: [way(2), way(4)], encapsulation: { type: 'ip', id: 1 } }] },
    /of each next hop/,
  )
  const wrong = await namespace.fails({
    routes: [{ to, dev: 'v0', encapsulation: { type: 'seg6', mode: 'encap', segmnts: [] } as never }],
  })
  t.regex(wrong.message, /segmnts.*did you mean segments/)
  if (wraps(namespace, 'ioam6 trace prealloc type 0x800000 ns 1 size 12')) {
    namespace.sh('ip -6 route add fd41::/64 encap ioam6 trace prealloc type 0x800000 ns 1 size 12 via fd00::2 dev v0')
    await namespace.refuses({ links: [{ name: 'v0', up: false }] }, 'GUARD_FAILED', { guards: [() => false] })
    t.regex(namespace.sh('ip -6 route show fd41::/64'), /encap ioam6/)
  } else t.log('this kernel lacks encap ioam6')
})

test('of many routes an encapsulation that the kernel lacks is told once', async (t) => {
  const namespace = pair(t)
  if (wraps(namespace, 'mpls 100')) return skipped(t, 'this kernel wraps packets with MPLS')
  const encapsulation: Encapsulation = { type: 'mpls', labels: [100] }
  const routes = Array.from({ length: 6000 }, (_, index) => {
    return { to: `10.${100 + (index >>> 8)}.${index & 255}.0/24`, dev: 'v0', encapsulation }
  })
  const error = await namespace.refuses({ routes }, 'UNSUPPORTED')
  t.is(error.problems?.length, 1)
  t.regex(error.problems?.[0]?.path ?? '', /^\/routes.*\/encapsulation$/)
})

test('an encapsulation that the kernel lacks is told wherever it is, before anything is done', async (t) => {
  const namespace = pair(t)
  if (wraps(namespace, 'mpls 100')) return skipped(t, 'this kernel wraps packets with MPLS')
  const encapsulation: Encapsulation = { type: 'mpls', labels: [100] }
  const told = await namespace.events(async () => {
    const error = await namespace.refuses(
      {
        links: [{ name: 'br0', kind: 'bridge' }],
        nexthops: [{ id: 9, dev: 'v0', via: '10.0.0.2', encapsulation }],
        routes: [
          { to: '10.9.0.0/16', dev: 'v0', encapsulation },
          { to: '10.8.0.0/16', nexthops: [{ dev: 'v0' }, { dev: 'v0', via: '10.0.0.2', encapsulation }] },
        ],
      },
      'UNSUPPORTED',
    )
    t.deepEqual(error.problems?.map(({ path }) => path).sort(), [
      '/nexthops/0/encapsulation',
      '/routes/0/encapsulation',
      '/routes/1/nexthops/1/encapsulation',
    ])
    t.regex(error.message, /this kernel knows no encapsulation mpls/)
  })
  t.deepEqual(told, [])
})
