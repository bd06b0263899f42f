import test from 'ava'
import { apply, plan } from '../../src/reconcile/apply.js'
import type { StepAction } from '../../src/reconcile/steps/step.js'
import type { LeafQdiscSpec, QdiscSpec } from '../../src/spec/qdiscTypes.js'
import type { Spec } from '../../src/spec/types.js'
import { FakeKernel } from '../../src/testing/index.js'
import { testWithQdiscs } from '../helpers/qdisc.js'
import { type ReconcileNamespace, reconcileNamespace } from '../helpers/reconcile.js'

const failing = { guards: [() => false] }
const br0 = { name: 'br0', kind: 'bridge' } as const
const withQdisc = (qdisc: QdiscSpec | null): Spec => ({ links: [{ ...br0, qdisc }] })

/** What tc shows of br0, without what counts. */
function tc({ sh }: ReconcileNamespace): string {
  const shown = ['qdisc', 'class'].map((object) => sh(`tc -d ${object} show dev br0`)).join('')
  return shown.replace(/ refcnt \d+| direct_packets_stat \d+/g, '').replace(/\b(?!ffff)[89a-f][0-9a-f]{3}:/g, 'auto:')
}

const tbf = { kind: 'tbf', rate: 100e6, burst: 32_768, latency: 0.05 } as const

testWithQdiscs('tbf')('the overhead of packets is no part of the buckets of a tbf', async (t) => {
  const namespace = reconcileNamespace(t)
  const peak = { peakRate: 200e6, minimumBurst: 3000 }
  await namespace.converges(withQdisc({ ...tbf, overhead: 24 }))
  t.regex(tc(namespace), / overhead 24 /)
  await namespace.converges(withQdisc({ ...tbf, ...peak, overhead: 40 }))
  const [link] = (await namespace.snapshot()).links?.filter(({ name }) => name === 'br0') ?? []
  t.like(link?.qdisc, { burst: 32_768, minimumBurst: 3000, overhead: 40 })
})

testWithQdiscs('tbf')('a tbf is made with its link, adopted, changed in place, undone and taken away', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.converges(withQdisc(tbf))
  t.regex(tc(namespace), /tbf .*root rate 100Mbit burst 32Kb.* lat 50ms/)
  const former = tc(namespace)
  const plan = await namespace.plan(withQdisc({ kind: 'tbf', rate: 80e9 }))
  t.like(plan.steps[0], {
    action: 'update',
    object: 'qdisc',
    id: 'dev br0 root',
    path: '/links/0/qdisc',
    disruption: 'none',
    equivalent: `tc qdisc change dev br0 root handle ${/tbf (\w+:)/.exec(namespace.sh('tc qdisc'))?.[1]} tbf rate 80000000000bit burst 32768 limit 657768`,
    changes: [{ property: 'qdisc.rate', before: 100e6, after: 80e9 }],
  })
  await namespace.fails(withQdisc({ kind: 'tbf', rate: 80e9 }), failing)
  t.is(tc(namespace), former)
  await namespace.converges(withQdisc({ kind: 'tbf', rate: 80e9, latency: 0.01 }))
  t.regex(tc(namespace), /rate 80Gbit/)
  await namespace.converges({ links: [{ name: 'br0', mtu: 1400 }] })
  t.regex(tc(namespace), /rate 80Gbit/)
  await namespace.fails(withQdisc(null), failing)
  t.regex(tc(namespace), /rate 80Gbit/)
  await namespace.converges(withQdisc(null))
  t.notRegex(tc(namespace), /tbf/)
})

const htb = {
  kind: 'htb',
  default: '1:30',
  classes: [
    { id: '1:30', parent: '1:1', rate: 10e6, ceil: 100e6, priority: 3 },
    { id: '1:1', rate: 100e6 },
    { id: '1:20', parent: '1:1', rate: 50e6, burst: 15_000, qdisc: { kind: 'pfifo', limit: 77 } },
  ],
} satisfies QdiscSpec

testWithQdiscs(
  'htb',
  'tbf',
  'pfifo',
)('an HTB has the classes of the spec with their leaves, and no others', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.converges(withQdisc(htb))
  const shown = tc(namespace)
  t.regex(shown, /htb 1: root .*default 0x30/)
  t.regex(shown, /class htb 1:30 parent 1:1 prio 3 .*rate 10Mbit ceil 100Mbit/)
  t.regex(shown, /class htb 1:20 parent 1:1 leaf auto: .*rate 50Mbit ceil 50Mbit .*burst 15000b/)
  t.regex(shown, /pfifo auto: parent 1:20 limit 77p/)
  const [root, , leaf] = [htb.classes[1], htb.classes[0], htb.classes[2]]
  if (!root || !leaf) return t.fail()
  const changed = {
    ...htb,
    classes: [
      { ...root, rate: 200e6 },
      { ...leaf, rate: 60e6, qdisc: { kind: 'bfifo', limit: 7000 } },
      { id: '1:30', rate: 20e6 },
      { id: '1:40', parent: '1:30', rate: 1e6 },
    ],
  } satisfies QdiscSpec
  await namespace.fails(withQdisc(changed), failing)
  t.is(tc(namespace), shown)
  await namespace.converges(withQdisc(changed))
  const after = tc(namespace)
  t.regex(after, /class htb 1:1 root rate 200Mbit ceil 200Mbit/)
  t.regex(after, /class htb 1:20 parent 1:1 leaf auto: .*rate 60Mbit ceil 60Mbit .*burst 15000b/)
  t.regex(after, /bfifo auto: parent 1:20 limit 7000b/)
  t.regex(after, /class htb 1:30 root/)
  await namespace.converges(withQdisc({ ...changed, default: '1:40' }))
  t.regex(tc(namespace), /default 0x40/)
  t.is(tc(namespace).replace('0x40', '0x30'), after)
  await namespace.fails(withQdisc(tbf), failing)
  t.is(tc(namespace).replace('0x40', '0x30'), after)
  await namespace.converges(withQdisc(tbf))
  t.notRegex(tc(namespace), /htb|bfifo/)
})

testWithQdiscs('htb', 'pfifo')('a link that is made anew has its qdiscs again', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh('ip link add vx0 type vxlan id 7 dstport 4789 && ip link set vx0 up')
  const link = { name: 'vx0', kind: 'vxlan', qdisc: htb, ingressQdisc: 'clsact' } as const
  await namespace.converges({ links: [link] })
  const show = () =>
    namespace.sh('tc qdisc show dev vx0; tc class show dev vx0').replace(/\b(?!ffff)[89a-f][0-9a-f]{3}:/g, '')
  const shown = show()
  t.regex(shown, /clsact/)
  await namespace.fails({ links: [{ name: 'vx0', kind: 'vxlan', vxlan: { id: 8 } }] }, failing)
  t.is(show(), shown)
  await namespace.converges({ links: [{ name: 'vx0', kind: 'vxlan', vxlan: { id: 8 } }] })
  t.is(show(), shown)
})

testWithQdiscs('clsact', 'ingress')(
  'the place of filters is made, put in place of the other kind, undone and removed',
  async (t) => {
    const namespace = reconcileNamespace(t)
    const withPlace = (ingressQdisc: 'clsact' | 'ingress' | null): Spec => ({ links: [{ ...br0, ingressQdisc }] })
    await namespace.converges(withPlace('ingress'))
    t.regex(tc(namespace), /qdisc ingress ffff:/)
    await namespace.fails(withPlace('clsact'), failing)
    t.regex(tc(namespace), /qdisc ingress ffff:/)
    await namespace.converges(withPlace('clsact'))
    t.regex(tc(namespace), /qdisc clsact ffff:/)
    await namespace.converges(withPlace(null))
    t.notRegex(tc(namespace), /ffff:/)
  },
)

testWithQdiscs(
  'htb',
  'tbf',
  'pfifo',
)('a snapshot tells of qdiscs, and makes the same in an empty namespace', async (t) => {
  const [one, other] = [reconcileNamespace(t), reconcileNamespace(t)]
  await one.converges({
    links: [
      { ...br0, qdisc: htb, ingressQdisc: 'clsact' },
      { name: 'br1', kind: 'bridge', qdisc: { ...tbf, rate: 80e9, peakRate: 90e9, minimumBurst: 9000 } },
      { name: 'br2', kind: 'bridge' },
    ],
  })
  const snapshot = await one.snapshot()
  const link = (name: string) => snapshot.links?.find((one) => one.name === name)
  t.like(link('br0'), { ingressQdisc: 'clsact', qdisc: { kind: 'htb', default: '1:30' } })
  t.is(link('br2')?.qdisc, undefined)
  t.true((await one.plan(snapshot)).empty)
  await other.converges(snapshot)
  const show = ({ sh }: ReconcileNamespace) =>
    ['br0', 'br1', 'br2']
      .map((dev) => sh(`tc -d qdisc show dev ${dev}; tc -d class show dev ${dev}`))
      .join()
      .replace(/ refcnt \d+/g, '')
  t.is(show(other), show(one))
})

testWithQdiscs('tbf')(
  'a kind that is not known is left alone, and told by its name where it is replaced',
  async (t) => {
    const namespace = reconcileNamespace(t)
    await namespace.converges({ links: [br0] })
    namespace.sh('tc qdisc add dev br0 root pfifo_fast')
    const shown = tc(namespace)
    t.is((await namespace.snapshot()).links?.find(({ name }) => name === 'br0')?.qdisc, undefined)
    t.true((await namespace.plan({ links: [br0] })).empty)
    const plan = await namespace.plan(withQdisc(tbf))
    t.like(plan.steps[0], {
      action: 'recreate',
      changes: [{ property: 'qdisc.kind', before: 'pfifo_fast', after: 'tbf' }],
    })
    await namespace.fails(withQdisc(tbf), failing)
    t.is(tc(namespace), shown)
  },
)

/** Kinds without classes, each with something that it is changed to, and what tc then shows. */
const leaves: readonly { from: LeafQdiscSpec; to: LeafQdiscSpec; action: StepAction; shown: RegExp }[] = [
  {
    from: { kind: 'fq_codel', limit: 500, target: 0.007, ecn: false },
    to: { kind: 'fq_codel', interval: 0.05, ceThreshold: 0.001, ecn: true },
    action: 'update',
    shown: /fq_codel .* limit 500p .* target 7ms ce_threshold 999us interval 50ms .*ecn/,
  },
  {
    from: { kind: 'fq_codel', flows: 64 },
    to: { kind: 'fq_codel', flows: 128 },
    action: 'recreate',
    shown: /fq_codel .* flows 128/,
  },
  {
    from: { kind: 'netem', delay: 0.1, jitter: 0.02, delayCorrelation: 10, loss: 1.5, rate: 80e9 },
    to: { kind: 'netem', loss: 0, duplicate: 3, reorder: 25, corrupt: 0.1 },
    action: 'update',
    shown: /netem .*delay 100ms {2}20ms 10% duplicate 3% reorder 25% corrupt 0.1% rate 80Gbit gap 1/,
  },
  {
    from: { kind: 'fq', limit: 500, pacing: false, refillDelay: 0.05 },
    to: { kind: 'fq', maximumRate: 10e6, horizon: 2, horizonDrop: false },
    action: 'update',
    shown: /fq .* limit 500p .*nopacing .*maxrate 10Mbit .*horizon 2s horizon_cap/,
  },
  {
    from: { kind: 'sfq', perturb: 10, flows: 64 },
    to: { kind: 'sfq', limit: 100 },
    action: 'recreate',
    shown: /sfq .*limit 100p .*perturb 10sec/,
  },
  { from: { kind: 'pfifo', limit: 5 }, to: { kind: 'pfifo', limit: 6 }, action: 'update', shown: /pfifo .*limit 6p/ },
  { from: { kind: 'bfifo' }, to: { kind: 'bfifo', limit: 6000 }, action: 'update', shown: /bfifo .*limit 6000b/ },
]

for (const { from, to, action, shown } of leaves) {
  const title = `${from.kind} with ${Object.keys(to)[1]} changed keeps what is not named, and comes back when undone`
  testWithQdiscs(from.kind)(title, async (t) => {
    const [namespace, other] = [reconcileNamespace(t), reconcileNamespace(t)]
    await namespace.converges(withQdisc(from))
    const former = tc(namespace)
    t.is((await namespace.plan(withQdisc(to))).steps[0]?.action, action)
    await namespace.fails(withQdisc(to), failing)
    t.is(tc(namespace), former)
    await namespace.converges(withQdisc(to))
    t.regex(tc(namespace), shown)
    await other.converges(await namespace.snapshot())
    t.is(tc(other), tc(namespace))
  })
}

test('what means nothing is refused before anything is read', async (t) => {
  const wrong: [QdiscSpec, string][] = [
    [{ kind: 'tbf', rate: 1e6, burst: 1, limit: 1, latency: 1 }, '/links/0/qdisc/latency'],
    [{ kind: 'tbf', rate: 1e6, burst: 1, limit: 1, peakRate: 2e6 }, '/links/0/qdisc/peakRate'],
    [{ kind: 'pfifo', handle: '1:1' }, '/links/0/qdisc/handle'],
    [{ kind: 'pfifo', handle: '0:' }, '/links/0/qdisc/handle'],
    [{ kind: 'htb', default: '2:1', classes: [{ id: '1:1', rate: 8 }] }, '/links/0/qdisc/default'],
    [
      {
        kind: 'htb',
        classes: [
          { id: '1:1', rate: 8 },
          { id: '01:1', rate: 8 },
        ],
      },
      '/links/0/qdisc/classes/1/id',
    ],
    [{ kind: 'htb', classes: [{ id: '1:', rate: 8 }] }, '/links/0/qdisc/classes/0/id'],
    [{ kind: 'htb', classes: [{ id: '1:1', parent: '1:9', rate: 8 }] }, '/links/0/qdisc/classes/0/parent'],
    [{ kind: 'htb', classes: [{ id: '1:1', parent: '1:1', rate: 8 }] }, '/links/0/qdisc/classes/0/parent'],
    [{ kind: 'htb', classes: [{ id: '1:1', rate: 80, ceil: 8 }] }, '/links/0/qdisc/classes/0/ceil'],
    [
      {
        kind: 'htb',
        classes: [
          { id: '1:1', rate: 80, qdisc: { kind: 'pfifo' } },
          { id: '1:10', parent: '01:1', rate: 8, qdisc: { kind: 'pfifo' } },
        ],
      },
      '/links/0/qdisc/classes/0/qdisc',
    ],
    [{ kind: 'htb', classes: [{ id: '1:1' } as never] }, '/links/0/qdisc/classes/0/rate'],
    [{ kind: 'bogus' } as never, '/links/0/qdisc/kind'],
    [{ kind: 'tbf', rate: 1e6, bursts: 1 } as never, '/links/0/qdisc/bursts'],
    [{ kind: 'netem', loss: 101 }, '/links/0/qdisc/loss'],
  ]
  for (const [qdisc, path] of wrong) {
    const result = await plan(withQdisc(qdisc), { kernel: new FakeKernel() })
    t.is(result.ok ? 'nothing' : result.val.path, path, JSON.stringify(qdisc))
  }
})

test('a new qdisc needs what it cannot be without', async (t) => {
  const result = await plan(withQdisc({ kind: 'tbf', rate: 1e6 }), { kernel: new FakeKernel() })
  if (result.ok) return t.fail()
  t.deepEqual(
    result.val.problems?.map(({ path }) => path),
    ['/links/0/qdisc/burst', '/links/0/qdisc/limit'],
  )
})

test('a kind that the kernel lacks is one error of the plan', async (t) => {
  const result = await apply(withQdisc(tbf), { kernel: new FakeKernel() })
  if (result.ok) return t.fail()
  t.like(result.val, { code: 'UNSUPPORTED', path: '/links/0/qdisc' })
  t.regex(result.val.message, /this kernel has no qdiscs of kind tbf/)
})
