import { readFileSync } from 'node:fs'
import { PerformanceObserver } from 'node:perf_hooks'
import test, { type ExecutionContext } from 'ava'
import { apply, type LinkSpec, plan, RouteSet, type RouteSpec, type Spec, snapshot } from '../../src/index.js'
import { longLineOf, parseJournal } from '../../src/reconcile/transaction/lines.js'
import { FakeKernel } from '../../src/testing/index.js'
import { reconcileNamespace } from '../helpers/reconcile.js'

/** A turn may be as long as 20 ms; the rest is for machines that are slower. */
const mostMilliseconds = 26

/** A turn that is too long is so each time; what else holds a processor up, such as its host, is not. */
const mostTries = 4

const pauses: { readonly start: number; readonly duration: number }[] = []
new PerformanceObserver((list) => {
  for (const { startTime: start, duration } of list.getEntries()) pauses.push({ start, duration })
}).observe({ entryTypes: ['gc'] })

/** Milliseconds that this thread was on a processor: what others take of it is nobody's turn. */
function processorTime(): number {
  return Number(readFileSync('/proc/self/schedstat', 'utf8').split(' ')[0]) / 1e6
}

/** Milliseconds of work in the longest turn of the event loop, without what was collected as garbage. */
async function longestTurn(work: () => Promise<unknown>): Promise<number> {
  const turns: { readonly start: number; readonly end: number; readonly time: number }[] = []
  let [start, before] = [performance.now(), processorTime()]
  const look = (): void => {
    const [end, now] = [performance.now(), processorTime()]
    turns.push({ start, end, time: now - before })
    start = end
    before = now
  }
  const timer = setInterval(look, 1)
  await work()
  look()
  clearInterval(timer)
  // The observer is told of what was collected in a later turn.
  await new Promise((resolve) => setTimeout(resolve, 20))
  const workOf = (turn: (typeof turns)[number]): number => {
    const within = pauses.filter((pause) => pause.start >= turn.start && pause.start <= turn.end)
    return within.reduce((left, { duration }) => left - duration, turn.time)
  }
  return Math.max(...turns.map(workOf))
}

/** Fails where the longest turn of each try is too long. */
async function leavesTurns(t: ExecutionContext, what: string, work: () => Promise<unknown>): Promise<void> {
  const longest: number[] = []
  while (longest.length < mostTries && !longest.some((time) => time < mostMilliseconds)) {
    longest.push(await longestTurn(work))
  }
  t.true(Math.min(...longest) < mostMilliseconds, `${what}: ${longest.map((time) => time.toFixed(1)).join(', ')} ms`)
}

test.serial('routes each of which has a way of its own leave the event loop its turns', async (t) => {
  const kernel = new FakeKernel()
  const bridge: LinkSpec = { name: 'br0', kind: 'bridge', up: true, addresses: ['10.0.0.1/8'] }
  ;(await apply({ links: [bridge] }, { kernel })).unwrap()
  function* routes(via: string): Generator<RouteSpec> {
    for (let index = 0; index < 40_000; index++) {
      yield { to: `20.0.${index >> 8}.${index & 255}/32`, via, dev: 'br0', metric: index + 1 }
    }
  }
  const set = (await RouteSet.from(routes('10.0.0.2'))).unwrap()
  await leavesTurns(t, 'plan', async () => (await plan({ routes: set }, { kernel })).unwrap())
})

test.serial('many links whose deletion is undone leave the event loop its turns', async (t) => {
  const { fd } = reconcileNamespace(t)
  const options = { namespace: { fd } }
  const links = Array.from({ length: 3000 }, (_, index): LinkSpec => ({ name: `t${index}`, kind: 'tap', mtu: 1400 }))
  ;(await apply({ links }, options)).unwrap()
  const absent = links.map(({ name }): LinkSpec => ({ name, absent: true }))
  const guards = [() => Promise.reject(new Error('undo it'))]
  const undoing = async (): Promise<void> => {
    t.true((await apply({ links: absent }, { ...options, guards })).err)
  }
  await leavesTurns(t, 'undoing', undoing)
  await leavesTurns(t, 'snapshot', () => snapshot(options))
})

test.serial('many pairs, and a link of many addresses, leave the event loop its turns', async (t) => {
  const { fd } = reconcileNamespace(t)
  const options = { namespace: { fd } }
  const bridges = range(3, (index): LinkSpec => ({ name: `br${index}`, kind: 'bridge' }))
  const pairs = range(3000, (index): LinkSpec => {
    return { name: `v${index}`, kind: 'veth', veth: { peer: { name: `p${index}` } }, master: `br${index % 3}` }
  })
  const addresses = range(4000, (index) => `10.${index >> 8}.${index & 255}.1/24`)
  const spec: Spec = { links: [...bridges, ...pairs, { name: 'lo', addresses }] }
  await leavesTurns(t, 'plan', async () => (await plan(spec, options)).unwrap())
  ;(await apply(spec, options)).unwrap()
  await leavesTurns(t, 'again', async () => (await plan(spec, { ...options, prune: true })).unwrap())
  await leavesTurns(t, 'prune', async () => (await plan({}, { ...options, prune: true })).unwrap())
})

test.serial('a link that comes up and goes down with many addresses leaves the event loop its turns', async (t) => {
  const { fd } = reconcileNamespace(t)
  const options = { namespace: { fd } }
  const addresses = range(10_000, (index) => `10.${index >> 8}.${index & 255}.1/24`)
  ;(await apply({ links: [{ name: 'br0', kind: 'bridge', up: false, addresses }] }, options)).unwrap()
  let up = false
  await leavesTurns(t, 'up and down', async () => {
    for (let count = 0; count < 2; count++) {
      up = !up
      ;(await apply({ links: [{ name: 'br0', up }] }, options)).unwrap()
    }
  })
})

test.serial('routes that are not packed leave the event loop its turns', async (t) => {
  const options = { namespace: { fd: reconcileNamespace(t).fd } }
  ;(await apply({ links: [{ name: 'br0', kind: 'bridge', up: true, addresses: ['10.0.0.1/8'] }] }, options)).unwrap()
  const routes = range(4000, (index): RouteSpec => ({ to: `20.0.${index >> 8}.${index & 255}/32`, via: '10.0.0.2' }))
  const few = { routes: routes.slice(0, 500) }
  await leavesTurns(t, 'plan', async () => (await plan(few, options)).unwrap())
  ;(await apply({ routes }, options)).unwrap()
  await leavesTurns(t, 'prune', async () => (await plan(few, { ...options, prune: true })).unwrap())
  const absent = few.routes.map((route): RouteSpec => ({ ...route, absent: true }))
  await leavesTurns(t, 'remove and add', async () => {
    ;(await apply({ routes: absent }, options)).unwrap()
    ;(await apply(few, options)).unwrap()
  })
})

test.serial('a long list of routes leaves the event loop its turns', async (t) => {
  const kernel = new FakeKernel()
  ;(await apply({ links: [{ name: 'br0', kind: 'bridge', up: true, addresses: ['10.0.0.1/8'] }] }, { kernel })).unwrap()
  const routes = range(300_000, (index): RouteSpec => {
    return { to: `20.${index >> 16}.${(index >> 8) & 255}.${index & 255}/32`, via: '10.0.0.2' }
  })
  await leavesTurns(t, 'plan', async () => (await plan({ routes }, { kernel })).unwrap())
})

test.serial('many forwarded ports, confined guests, settings and VNIs leave the event loop its turns', async (t) => {
  const guests = range(1500, (index): LinkSpec => {
    const addresses = [`10.3.${index >> 8}.${index & 255}`, `fd00::${index.toString(16)}`]
    const confine = {
      addresses,
      isolated: true,
      host: [{ protocol: 'udp' as const, port: 53 }],
      ingress: { bits: 8e6 },
    }
    return { name: `t${index}`, kind: 'tap', confine, sysctl: { ipv4: { rpFilter: 1 } } }
  })
  const ports = range(3000, (index) => ({ protocol: 'tcp' as const, port: 1000 + index, to: '10.3.0.2:80' }))
  const vnis = range(4000, (index) => ({ id: 1 + index }))
  const vxlan: LinkSpec = {
    name: 'vx',
    kind: 'vxlan',
    vxlan: { port: 4789, collectMetadata: true, vnifilter: true, vnis },
  }
  const spec: Spec = { links: [...guests, vxlan], nat: { portForward: ports } }
  const { fd } = reconcileNamespace(t)
  const options = { namespace: { fd }, prune: true }
  await leavesTurns(t, 'up and down', async () => {
    ;(await apply(spec, options)).unwrap()
    ;(await apply({}, options)).unwrap()
  })
})

test.serial('many entries and neighbors leave the event loop its turns', async (t) => {
  const pair = (index: number): string =>
    [index >> 8, index & 255].map((byte) => byte.toString(16).padStart(2, '0')).join(':')
  const spec: Spec = {
    links: [
      { name: 'br0', kind: 'bridge', up: true },
      { name: 't0', kind: 'tap', master: 'br0', up: true },
    ],
    fdb: range(6000, (index) => ({ dev: 't0', mac: `02:00:00:00:${pair(index)}` })),
    neighbors: range(6000, (index) => ({
      dev: 'br0',
      address: `10.200.${index >> 8}.${index & 255}`,
      mac: '02:00:00:00:00:01',
    })),
  }
  const namespaces = Array.from({ length: mostTries }, () => ({ namespace: { fd: reconcileNamespace(t).fd } }))
  const [first] = namespaces
  const others = namespaces.values()
  await leavesTurns(t, 'apply', async () => (await apply(spec, others.next().value)).unwrap())
  await leavesTurns(t, 'snapshot', () => snapshot(first))
})

test.serial('a journal of many objects leaves the event loop its turns', async (t) => {
  const rules = range(20_000, (index) => ({ absent: true, rule: { family: 'inet' as const, priority: index } }))
  const network = { links: [], routes: [], nexthops: [], rules, neighbors: [], forwarding: {} }
  const since = new Date().toISOString()
  const begin = {
    type: 'begin',
    version: 1,
    boot: '',
    pid: 1,
    command: '',
    since,
    namespaces: [],
    creates: [],
  } as const
  let line: string[] = []
  const write = async (): Promise<void> => {
    line = await longLineOf({ ...begin, networks: { '': network } })
  }
  await leavesTurns(t, 'write', write)
  const bytes = Buffer.from(line.join(''))
  const read = async (): Promise<void> => {
    t.true('begin' in (await parseJournal(bytes)))
  }
  await leavesTurns(t, 'read', read)
})

function range<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index))
}
