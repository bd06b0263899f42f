import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { littleEndian } from '../../src/netlink/bytes.js'
import { FfiTransport } from '../../src/netlink/transports/ffi.js'
import type { Received } from '../../src/netlink/transports/transport.js'
import { apply, plan as planOf } from '../../src/reconcile/apply.js'
import { withOtherTables } from '../../src/reconcile/reach/tables.js'
import { type KernelMaker, machineKernel } from '../../src/reconcile/world/kernel.js'
import type { RouteSpec, Spec } from '../../src/spec/types.js'
import { emptyState } from '../../src/state/model.js'
import type { RouteRecord } from '../../src/state/route.js'
import { manyRoutesStage } from '../helpers/manyRoutes.js'
import { type TestNamespace, testNamespace } from '../helpers/namespace.js'
import { Wrapped } from '../helpers/transports.js'

const RTM_NEWROUTE = 24
const RTA_TABLE = 15

/** Counts the routes that are received, by their tables. */
class Counting extends Wrapped {
  static readonly tables = new Map<number, number>()
  override receive(): Received {
    const received = super.receive()
    if (received.kind === 'datagram') count(received.datagram.bytes)
    return received
  }
}

function count(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 0; at + 16 <= bytes.length; at += (view.getUint32(at, littleEndian) + 3) & ~3) {
    if (view.getUint16(at + 4, littleEndian) !== RTM_NEWROUTE) continue
    const end = at + view.getUint32(at, littleEndian)
    for (let place = at + 28; place < end; place += (view.getUint16(place, littleEndian) + 3) & ~3) {
      if (view.getUint16(place + 2, littleEndian) !== RTA_TABLE) continue
      const table = view.getUint32(place + 4, littleEndian)
      Counting.tables.set(table, (Counting.tables.get(table) ?? 0) + 1)
    }
  }
}

function plan(spec: Spec, { stateDirectory: _directory, ...options }: Stage['options'] & { prune?: boolean }) {
  return planOf(spec, options)
}

interface Stage extends TestNamespace {
  readonly options: { readonly namespace: string; readonly stateDirectory: string; readonly kernel: KernelMaker }
}

function stage(t: ExecutionContext): Stage {
  const namespace = testNamespace(t)
  const stateDirectory = mkdtempSync(join(tmpdir(), 'linkwright-'))
  t.teardown(() => rmSync(stateDirectory, { recursive: true }))
  namespace.sh(
    [
      manyRoutesStage,
      'ip route add 10.50.0.0/16 via 10.0.0.9',
      'ip route add 10.51.0.0/16 via 10.0.0.9 table 200',
      'ip -6 route add fd50::/48 via fd00::9',
      'ip route add 10.60.0.0/16 via 10.0.0.9 table 100',
    ].join(' && '),
  )
  const kernel: KernelMaker = (fd) => ({
    ...machineKernel(fd),
    transport: () => new Counting(new FfiTransport({ namespaceFd: fd })),
  })
  return { ...namespace, options: { namespace: namespace.path, stateDirectory, kernel } }
}

const links: Spec['links'] = [{ name: 'br0', up: true, addresses: ['10.0.0.1/24', 'fd00::1/64'] }]
const inTable: RouteSpec[] = [
  { to: '10.61.0.0/16', via: '10.0.0.9', table: 100 },
  { to: 'fd61::/48', via: 'fd00::9', table: 300 },
  { to: '10.60.0.0/16', via: '10.0.0.8', table: 100 },
  { to: '10.50.0.0/16', table: 100, absent: true },
]

/** The tables whose routes were received meanwhile. */
async function tablesDuring(work: () => Promise<unknown>): Promise<number[]> {
  Counting.tables.clear()
  await work()
  return [...Counting.tables.keys()].sort((one, other) => one - other)
}

test.serial('where only routes of few tables change, no other tables are read', async (t) => {
  const { options, sh } = stage(t)
  const spec = { links, routes: inTable }
  const planned = await tablesDuring(async () => t.is((await plan(spec, options)).unwrap().steps.length, 3))
  t.deepEqual(planned, [100])
  t.deepEqual(await tablesDuring(async () => t.true((await apply(spec, options)).unwrap().changed)), [100, 300])
  t.is(sh('ip route show table 100').trim().split('\n').length, 2)
  t.deepEqual(await tablesDuring(async () => t.false((await apply(spec, options)).unwrap().changed)), [100, 300])
})

test.serial('where anything else has to do with it, all tables are read', async (t) => {
  const { options } = stage(t)
  const others: readonly Spec[] = [
    { routes: [...inTable, { to: '10.62.0.0/16', via: '10.0.0.9' }] },
    { routes: [...inTable, { to: '10.62.0.0/16', absent: true }] },
    { links: [{ name: 'br0', mtu: 1400 }], routes: inTable },
    { links: [{ name: 'br1', kind: 'bridge' }], routes: inTable },
    { rules: [{ from: '10.9.0.0/16', table: 100 }], routes: inTable },
  ]
  for (const spec of others) {
    const tables = await tablesDuring(async () => t.true((await plan(spec, options)).ok))
    t.true(tables.includes(254) && tables.includes(200), JSON.stringify(spec))
  }
  const tables = await tablesDuring(async () =>
    t.true((await plan({ routes: inTable }, { ...options, prune: true })).ok),
  )
  t.true(tables.includes(254))
})

test.serial('what fails is undone, in the tables that were read and nowhere else', async (t) => {
  const { options, sh } = stage(t)
  const shown = (): string => sh('ip route show table all; ip -6 route show table 300 2>&1 || true')
  const before = sh('ip route show table 100; ip route show table 200; ip -4 route show')
  const routes = [...inTable, { to: '10.63.0.0/16', via: '192.0.2.1', table: 100 }]
  const failed = await apply({ routes }, options)
  t.true(failed.err && failed.val.rollback?.restored)
  t.is(sh('ip route show table 100; ip route show table 200; ip -4 route show'), before, shown())
})

test.serial('a plan is the same whether the other tables are read or not', async (t) => {
  const { options, sh } = stage(t)
  let state = 7
  const random = (below: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    return (state >>> 8) % below
  }
  const table = (): number => [100, 101, 102][random(3)] ?? 100
  for (let number = 0; number < 60; number++) {
    const [place, metric, gateway] = [[100, 101, 102, 254, 200][random(5)], random(3), random(3) + 5]
    sh(`ip route append 10.${70 + random(8)}.0.0/16 via 10.0.0.${gateway} table ${place} metric ${metric} 2>&1 || true`)
    sh(
      `ip -6 route append fd${70 + random(8)}::/48 via fd00::${gateway} table ${place} metric ${metric + 1} 2>&1 || true`,
    )
  }
  for (let round = 0; round < 40; round++) {
    const routes: RouteSpec[] = []
    const seen = new Set<string>()
    for (let count = 1 + random(8); count > 0; count--) {
      const isIpv6 = random(2) === 0
      const to = isIpv6 ? `fd${70 + random(8)}::/48` : `10.${70 + random(8)}.0.0/16`
      const route: RouteSpec = {
        to,
        table: table(),
        ...(random(2) ? { metric: random(3) + 1 } : {}),
        ...(random(3) === 0 ? { absent: true } : { via: `${isIpv6 ? 'fd00::' : '10.0.0.'}${random(3) + 5}` }),
      }
      const key = `${to} ${route.table} ${route.metric}`
      if (!seen.has(key)) routes.push(route)
      seen.add(key)
    }
    const spec: Spec = { ...(random(2) ? { links } : {}), routes }
    const few = (await plan(spec, options)).unwrap()
    // A wish for what is not there, of the main table: then all tables are read.
    const all = (
      await plan({ ...spec, routes: [...routes, { to: '10.1.2.0/24', table: 254, absent: true }] }, options)
    ).unwrap()
    t.deepEqual(few.steps, all.steps, JSON.stringify(routes))
    if (round % 8 === 0) t.true((await apply(spec, options)).ok)
  }
})

test('tables that were not read are added from another state, those that were stay as they were', async (t) => {
  const route = (table: number, to: string): RouteRecord => ({ family: 'inet', to, table, metric: 0, tos: 0 })
  const before = { ...emptyState, routes: [route(100, '10.1.0.0/16')] }
  const now = { ...emptyState, routes: [route(100, '10.2.0.0/16'), route(254, '10.3.0.0/16')] }
  const all = await withOtherTables(new Map([['', before]]), new Map([['', new Set([100])]]), new Map([['', now]]))
  t.deepEqual(all.get('')?.routes, [route(100, '10.1.0.0/16'), route(254, '10.3.0.0/16')])
})
