import type { Qdisc } from '../../src/rtnetlink/qdiscs/qdisc.js'
import { failure, type OpenNetwork, ok, openNetwork } from '../helpers/network.js'
import { testWithQdiscs } from '../helpers/qdisc.js'

/** What `tc` shows of a link, a line each: its JSON lacks some. */
function tc({ sh }: OpenNetwork, object: 'qdisc' | 'class', kind: string): readonly string[] {
  return sh(`tc -d ${object} show dev v0`)
    .split('\n')
    .filter((line) => line.startsWith(`${object} ${kind} `))
}

const dev = 'v0'

/** A qdisc, what tc shows of it, and another one of the kind that it can be changed to. */
const cases: readonly { qdisc: Qdisc; shown: string[]; change?: Qdisc; changed?: string[] }[] = [
  {
    qdisc: { dev, kind: 'tbf', rate: 1e6, burst: 10_000, limit: 20_000 },
    shown: ['rate 1Mbit', 'burst 10000b'],
    change: { dev, kind: 'tbf', rate: 80e9, burst: 1_000_000, latency: 0.001 },
    changed: ['rate 80Gbit', 'lat 1ms'],
  },
  {
    qdisc: { dev, kind: 'fq_codel', limit: 100, target: 0.01, flows: 64, ecn: false },
    shown: ['limit 100p', 'target 10ms', 'flows 64'],
    change: { dev, kind: 'fq_codel', interval: 0.2 },
    changed: ['limit 100p', 'interval 200ms'],
  },
  {
    qdisc: { dev, kind: 'netem', delay: 0.1, jitter: 0.01, loss: 1.5, duplicate: 2, corrupt: 3, rate: 1e6, limit: 50 },
    shown: ['limit 50', 'delay 100ms  10ms', 'loss 1.5%', 'duplicate 2%', 'corrupt 3%', 'rate 1Mbit'],
    change: { dev, kind: 'netem', delay: 20, reorder: 25, reorderCorrelation: 50 },
    changed: ['limit 1000', 'delay 20s', 'reorder 25% 50%', 'gap 1'],
  },
  {
    qdisc: { dev, kind: 'fq', limit: 100, maximumRate: 8e6, pacing: false, horizon: 5 },
    shown: ['limit 100p', 'maxrate 8Mbit', 'nopacing', 'horizon 5s'],
    change: { dev, kind: 'fq', limit: 200 },
    changed: ['limit 200p', 'maxrate 8Mbit'],
  },
  { qdisc: { dev, kind: 'pfifo', limit: 7 }, shown: ['limit 7p'] },
  { qdisc: { dev, kind: 'bfifo', limit: 7000 }, shown: ['limit 7000b'] },
  {
    qdisc: { dev, kind: 'sfq', perturb: 10, quantum: 3000, limit: 100 },
    shown: ['perturb 10sec', 'quantum 3000b', 'limit 100p'],
  },
  { qdisc: { dev, kind: 'clsact' }, shown: ['parent ffff:fff1'] },
  { qdisc: { dev, kind: 'ingress' }, shown: ['parent ffff:fff1'] },
]

/** CoDel loses up to two microseconds each time that it is told one (include/net/codel.h). */
function withoutMicroseconds(qdisc: object | undefined): object {
  const entries = Object.entries({ ...qdisc })
  return Object.fromEntries(
    entries.map(([name, value]) => [name, typeof value === 'number' ? Number(value.toFixed(5)) : value]),
  )
}

for (const { qdisc, shown, change, changed } of cases) {
  testWithQdiscs(qdisc.kind)(`${qdisc.kind} is created, shown by tc, changed, listed and deleted`, async (t) => {
    const network = openNetwork(t)
    const { qdiscs } = network.network
    const own = () => tc(network, 'qdisc', qdisc.kind)
    ok(await qdiscs.create(qdisc))
    for (const words of shown) t.true(own()[0]?.includes(words), `${words} in ${own()[0]}`)
    const create = await qdiscs.create(qdisc)
    t.is(failure(create).code, 'EEXIST')
    if (change) {
      ok(await qdiscs.change(change))
      for (const words of changed ?? []) t.true(own()[0]?.includes(words), `${words} in ${own()[0]}`)
    }
    const listed = ok(await qdiscs.list({ dev })).find(({ kind }) => kind === qdisc.kind)
    if (!listed || listed.kind === 'opaque') return t.fail('it is not listed')
    ok(await qdiscs.delete(listed))
    t.deepEqual(own(), [])
    ok(await qdiscs.create(listed))
    const again = ok(await qdiscs.list({ dev })).find(({ kind }) => kind === qdisc.kind)
    t.deepEqual(withoutMicroseconds(again), withoutMicroseconds(listed))
  })
}

testWithQdiscs('htb', 'pfifo')('classes of an HTB with their leaves are what tc shows', async (t) => {
  const network = openNetwork(t)
  const { qdiscs, trafficClasses } = network.network
  ok(await qdiscs.create({ dev, handle: '1:', kind: 'htb', default: '1:30' }))
  ok(await trafficClasses.create({ dev, id: '1:1', rate: 100e6 }))
  ok(
    await trafficClasses.create({ dev, id: '1:30', parent: '1:1', rate: 10e6, ceil: 80e9, burst: 20_000, priority: 3 }),
  )
  ok(await qdiscs.create({ dev, parent: '1:30', handle: '30:', kind: 'pfifo', limit: 9 }))
  t.regex(tc(network, 'qdisc', 'htb').join(), /default 0x30/)
  const classes = tc(network, 'class', 'htb').join('\n')
  t.regex(classes, /^class htb 1:1 root rate 100Mbit ceil 100Mbit .* burst 1600b/m)
  t.regex(classes, /^class htb 1:30 parent 1:1 leaf 30: prio 3 .*rate 10Mbit ceil 80Gbit .* burst 20000b/m)
  const listed = ok(await trafficClasses.list({ dev }))
  t.like(
    listed.find(({ id }) => id === '1:30'),
    { parent: '1:1', rate: 10e6, ceil: 80e9, burst: 20_000, priority: 3, leaf: '30:' },
  )
  t.is(failure(await trafficClasses.delete({ dev, id: '1:1' })).code, 'EBUSY')
  for (const one of listed) ok(await trafficClasses.replace(one))
  t.deepEqual(ok(await trafficClasses.list({ dev })), listed)
  const htb = ok(await qdiscs.list({ dev })).find(({ kind }) => kind === 'htb')
  t.like(htb, { default: '1:30', rateToQuantum: 10, parent: 'root', handle: '1:' })
})

testWithQdiscs('tbf')('what the kernel put there by itself has the handle 0:', async (t) => {
  const { network } = openNetwork(t)
  const root = () => network.qdiscs.list({ dev }).then((listed) => ok(listed).find(({ parent }) => parent === 'root'))
  t.like(await root(), { handle: '0:' })
  ok(await network.qdiscs.replace({ dev, kind: 'tbf', rate: 1e6, burst: 10_000, limit: 20_000 }))
  t.like(await root(), { kind: 'tbf' })
  ok(await network.qdiscs.delete({ dev }))
  t.like(await root(), { handle: '0:' })
  t.is(failure(await network.qdiscs.delete({ dev })).code, 'ENOENT')
})
