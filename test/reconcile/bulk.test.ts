import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import test, { type ExecutionContext } from 'ava'
import { apply, Network, plan, RouteSet, rollback, snapshot } from '../../src/index.js'
import type { RouteSpec } from '../../src/spec/types.js'
import { interposedKernel } from '../campaigns/interposedKernel.js'
import { manyRoutes, manyRoutesStage } from '../helpers/manyRoutes.js'
import { fixture, runProgram } from '../helpers/program.js'
import { type ReconcileNamespace, reconcileNamespace } from '../helpers/reconcile.js'

const count = 20_000

function stage(t: ExecutionContext) {
  const namespace = reconcileNamespace(t)
  namespace.sh(manyRoutesStage)
  const stateDirectory = mkdtempSync(join(tmpdir(), 'linkwright-test-'))
  t.teardown(() => rmSync(stateDirectory, { recursive: true, force: true }))
  return { ...namespace, options: { namespace: { path: namespace.path }, stateDirectory }, stateDirectory }
}

async function set(routes: Iterable<RouteSpec>): Promise<RouteSet> {
  return (await RouteSet.from(routes)).unwrap()
}

interface Shown {
  readonly dst: string
  readonly gateway?: string
  readonly metric?: number
  readonly protocol?: string
}

/** What `ip` shows of the routes with a gateway, as prefix, gateway, metric and who made it. */
function shown({ sh }: Pick<ReconcileNamespace, 'sh'>): string[] {
  const routes = ['-4', '-6'].flatMap((family): Shown[] => JSON.parse(sh(`ip -j ${family} route show`)))
  return routes
    .filter(({ gateway }) => gateway !== undefined)
    .map(({ dst, gateway, metric, protocol }) => `${dst} ${gateway} ${metric} ${protocol}`)
    .sort()
}

function expected(routes: Iterable<RouteSpec>): string[] {
  return [...routes]
    .map(({ to, via, metric }) => `${to} ${via} ${metric ?? (to.includes(':') ? 1024 : undefined)} 108`)
    .sort()
}

test('many routes are there after apply, and a second one changes nothing', async (t) => {
  const { options, sh } = stage(t)
  const routes = await set(manyRoutes(count))
  const done: number[] = []
  const report = (
    await apply({ routes }, { ...options, onProgress: (part, total) => done.push(part / total) })
  ).unwrap()
  t.true(report.changed)
  t.true(done.length > 10 && done.at(-1) === 1)
  t.deepEqual(
    done,
    [...done].sort((a, b) => a - b),
  )
  t.deepEqual(shown({ sh }), expected(manyRoutes(count)))
  t.false((await apply({ routes }, options)).unwrap().changed)
  t.false((await apply({ routes: [...manyRoutes(count)] }, options)).unwrap().changed, 'as a list of objects')
  t.false((await apply({ routes: manyRoutes(count) }, { ...options, prune: true })).unwrap().changed, 'one by one')
})

test('the plan sums many up, and can be walked', async (t) => {
  const { options } = stage(t)
  const routes = await set(manyRoutes(count))
  const made = (await plan({ routes }, { namespace: options.namespace })).unwrap()
  t.deepEqual(
    made.steps.map(({ action, object, count: many }) => [action, object, many]),
    [
      ['create', 'route', 18_750],
      ['create', 'route', 1250],
    ],
  )
  t.regex(made.toString(), /^\+ route 18,750 routes \(inet, table main\)\n.*ip route add 20\.78\.31\.0\/24 via/)
  const single = [...made.walk()]
  t.is(single.length, count)
  t.is(single[0]?.equivalent, 'ip route add 20.78.31.0/24 via 10.0.0.254 proto 108')
  t.is(single[0]?.path, '/routes')
})

test('a kept plan is stale once a route has changed', async (t) => {
  const { options, sh } = stage(t)
  const routes = await set(manyRoutes(count))
  const kept = (await plan({ routes }, { namespace: options.namespace })).unwrap()
  sh('ip route add 20.5.5.0/24 via 10.0.0.254 metric 7 proto 108; ip route add 20.5.6.0/24 via 10.0.0.254 proto 108')
  const stale = await apply(kept, options)
  t.is(stale.err && stale.val.code, 'STALE_PLAN')
  t.is(shown({ sh }).length, 2)
  sh('ip route delete 20.5.5.0/24; ip route delete 20.5.6.0/24')
  t.true((await apply(kept, options)).unwrap().changed)
  t.is(shown({ sh }).length, count)
})

test('only what differs is changed, and single routes go along with many', async (t) => {
  const { options, sh } = stage(t)
  const routes = await set(manyRoutes(count))
  ;(await apply({ routes }, options)).unwrap()
  sh(
    'ip route replace 20.9.11.0/24 via 10.0.0.253 proto static; ip route delete 20.9.10.0/24; ip route add 30.0.0.0/8 via 10.0.0.9',
  )
  const single: RouteSpec = { to: '31.0.0.0/8', via: '10.0.0.8' }
  const report = (await apply({ routes: [single, routes] }, options)).unwrap()
  t.deepEqual(report.steps.map(({ action, id }) => `${action} ${id}`).sort(), [
    'create 20.9.10.0/24',
    'create 31.0.0.0/8',
    'update 20.9.11.0/24',
  ])
  // What it was marked by stays, as for single routes.
  t.regex(sh('ip route show 20.9.11.0/24'), /via 10.0.0.254 dev br0 proto static/)
  t.regex(sh('ip route show 30.0.0.0/8'), /via 10.0.0.9/)
})

test('many are updated in place, verified by what the kernel tells of each', async (t) => {
  const { options, sh } = stage(t)
  const all = [...manyRoutes(count)]
  ;(await apply({ routes: await set(all) }, options)).unwrap()
  const changed = all.map((route, index) =>
    index % 17 === 0 ? { ...route, via: route.via?.replace(/254$/, '253') ?? '' } : route,
  )
  const report = (await apply({ routes: await set(changed) }, options)).unwrap()
  t.deepEqual(
    report.steps.map(({ action }) => action),
    ['update', 'update'],
  )
  t.deepEqual(shown({ sh }), expected(changed))
})

test('what was changed and not shown by the kernel is found', async (t) => {
  const { options } = stage(t)
  const all = [...manyRoutes(count)]
  ;(await apply({ routes: await set(all) }, options)).unwrap()
  const changed = all.map((route, index) => (index % 17 === 0 ? { ...route, mtu: 1400 } : route))
  let ignored = 0
  const kernel = interposedKernel({ before: ({ what }) => (what === 24 && ignored++ < 3 ? 'ignore' : 'pass') })
  const result = await apply({ routes: await set(changed) }, { ...options, kernel })
  // They are put right by the second look at the table.
  t.true(result.ok, String(result.err && result.val.message))
  t.true(ignored > 3)
  t.false((await apply({ routes: await set(changed) }, options)).unwrap().changed)
})

test('absent sets and prune remove, and leave what is others', async (t) => {
  const { options, sh } = stage(t)
  const routes = await set(manyRoutes(count))
  ;(await apply({ routes }, options)).unwrap()
  sh('ip route add 30.0.0.0/8 via 10.0.0.9 proto static')
  const half = await set([...manyRoutes(count)].slice(0, count / 2))
  ;(await apply({ routes: half }, { ...options, prune: true })).unwrap()
  t.is(shown({ sh }).length, count / 2 + 1)
  ;(await apply({ routes: routes.absent() }, options)).unwrap()
  t.deepEqual(shown({ sh }), ['30.0.0.0/8 10.0.0.9 undefined static'])
})

test('a load that fails is undone, and the error names the route', async (t) => {
  const { options, sh, stateDirectory } = stage(t)
  sh('ip route add 20.1.1.0/24 via 10.0.0.77 proto static; ip route add 20.1.2.0/24 via 10.0.0.77 metric 5')
  const before = shown({ sh })
  const routes = [...manyRoutes(count)]
  const bad = routes.map((route) => (route.to === '20.44.44.0/24' ? { ...route, via: '192.0.2.1' } : route))
  const result = await apply({ routes: await set(bad) }, options)
  t.like(result.val, { code: 'ENETUNREACH', object: 'route 20.44.44.0/24', rollback: { restored: true } })
  const index = bad.findIndex(({ to }) => to === '20.44.44.0/24')
  t.is(result.err && result.val.path, `/routes/${index}`)
  t.deepEqual(shown({ sh }), before)
  t.deepEqual(
    readdirSync(stateDirectory).filter((name) => !name.endsWith('.lock')),
    [],
  )
})

test('a load that is given up is undone, and does not bring back what others removed', async (t) => {
  const { options, sh } = stage(t)
  const first = [...manyRoutes(count)]
  ;(await apply({ routes: await set(first) }, options)).unwrap()
  const controller = new AbortController()
  const other = first.map((route) => ({ ...route, via: route.via?.replace(/254$/, '253') ?? '' }))
  const result = await apply(
    { routes: await set(other) },
    {
      ...options,
      signal: controller.signal,
      onProgress: (done) => {
        if (done < count / 2 || controller.signal.aborted) return
        sh('ip route add 30.0.0.0/8 via 10.0.0.9')
        controller.abort()
      },
    },
  )
  t.like(result.val, { code: 'ABORTED', rollback: { restored: true } })
  t.deepEqual(
    shown({ sh }).filter((line) => !line.startsWith('30.')),
    expected(first),
  )
  t.is(shown({ sh }).length, count + 1)
})

test.serial('what a killed load had done is undone by the next apply, from a file of its own', async (t) => {
  const { options, sh, stateDirectory, path } = stage(t)
  sh('ip route add 20.1.1.0/24 via 10.0.0.77 proto static')
  const before = shown({ sh })
  const program = [
    process.execPath,
    fixture(import.meta.url, 'loadAndDie'),
    path,
    stateDirectory,
    String(count),
    '9000',
  ]
  t.is((await runProgram(program)).signal, 'SIGKILL')
  t.true(shown({ sh }).length > 5000, 'it was killed too early to prove anything')
  const file = readdirSync(stateDirectory).find((name) => name.includes('.routes-'))
  t.is(statSync(join(stateDirectory, file ?? '')).mode & 0o777, 0o600)
  const report = (await apply({}, options)).unwrap()
  t.like(report.recovered?.[0], { action: 'restored', rollback: { restored: true } })
  t.deepEqual(shown({ sh }), before)
  t.deepEqual(
    readdirSync(stateDirectory).filter((name) => !name.endsWith('.lock')),
    [],
  )
})

test.serial('a file of routes that is not as it was written is not believed', async (t) => {
  const { options, sh, stateDirectory, path } = stage(t)
  const program = [
    process.execPath,
    fixture(import.meta.url, 'loadAndDie'),
    path,
    stateDirectory,
    String(count),
    '9000',
  ]
  await runProgram(program)
  const left = shown({ sh })
  const file = readdirSync(stateDirectory).find((name) => name.includes('.routes-')) ?? ''
  writeFileSync(join(stateDirectory, file), new Uint8Array(statSync(join(stateDirectory, file)).size), { flag: 'r+' })
  const result = await rollback(options)
  t.regex(String(result.err ? result.val.message : JSON.stringify(result.val)), /not what was written/)
  t.deepEqual(shown({ sh }), left)
})

test('many routes may be in very many tables', async (t) => {
  const { options, sh } = stage(t)
  const tables = Array.from({ length: 2000 }, (_, number) => 1000 + number)
  const routes = tables.flatMap((table) => [5, 6, 7].map((part) => ({ to: `20.0.${part}.0/24`, dev: 'br0', table })))
  const made = (await apply({ routes }, options)).unwrap()
  t.is(made.steps.length, tables.length)
  t.is(sh('ip route show table all | grep -c "^20.*table"').trim(), `${routes.length}`)
  t.false((await apply({ routes }, options)).unwrap().changed)
  const [first, ...others] = routes
  const error = (await apply({ routes: [...others, { ...first, to: '20.0.9.0/24', via: '99.0.0.1' }] }, options)).val
  t.regex(String(error), /20\.0\.9\.0\/24/)
})

test('the live state is a set that applies to nothing', async (t) => {
  const { options } = stage(t)
  ;(await apply({ routes: await set(manyRoutes(count)) }, options)).unwrap()
  const packed = (await snapshot({ namespace: options.namespace, routes: 'set' })).unwrap()
  t.is(packed.routes?.size, count)
  t.false((await apply({ routes: packed.routes ?? [] }, options)).unwrap().changed)
  const listed = (await snapshot({ namespace: options.namespace })).unwrap()
  t.is(listed.routes?.length, count)
  t.true(listed.routes?.some(({ to, via, metric }) => to === '20.0.3.0/24' && via === '10.0.0.254' && metric === 7))
})

test('a link that is made anew gets its many routes back', async (t) => {
  const { options, sh } = stage(t)
  sh('ip link add v0 type veth peer name v1; ip link set v0 up; ip address add 10.5.0.1/24 dev v0')
  const routes = await set([...manyRoutes(count)].map(({ to }) => ({ to, dev: to.includes(':') ? 'br0' : 'v0' })))
  ;(await apply({ routes }, options)).unwrap()
  const count4 = (): string => sh('ip -4 route show dev v0 | grep -c ^20').trim()
  t.is(count4(), '18750')
  ;(await apply({ links: [{ name: 'v0', kind: 'bridge' }] }, options)).unwrap()
  t.regex(sh('ip -d link show v0'), /bridge/)
  t.is(count4(), '18750')
})

test('other requests on the same network go on meanwhile', async (t) => {
  const { options, path } = stage(t)
  await using network = Network.open({ namespace: { path } }).unwrap()
  let isDone = false
  let requests = 0
  const loading = apply({ routes: await set(manyRoutes(count)) }, options).then((result) => {
    isDone = true
    return result.unwrap()
  })
  while (!isDone) {
    ;(await network.links.list()).unwrap()
    requests++
    await nextTurn()
  }
  await loading
  t.true(requests > 20, `${requests} requests`)
})

test('a route that is wanted twice is told of', async (t) => {
  const { options } = stage(t)
  const routes = [...manyRoutes(6000)]
  const twice = await apply({ routes: await set([...routes, { to: '20.2.2.0/24', via: '10.0.0.3' }]) }, options)
  t.regex(String(twice.err && twice.val.message), /the route 20.2.2.0\/24 is there twice/)
  const beside = await apply({ routes: [await set(routes), { to: '20.2.2.0/24', via: '10.0.0.3' }] }, options)
  t.regex(String(beside.err && beside.val.message), /the route 20.2.2.0\/24 is there twice/)
  const file = join(options.stateDirectory, 'table.txt')
  writeFileSync(file, 'route add 20.0.0.0/8 via 10.0.0.254\n20.1.0.0/16 via 192.0.2.1\n')
  const failed = await apply({ routes: [{ file }] }, options)
  t.regex(String(failed.err && failed.val.message), /20.1.0.0\/16.*invalid gateway.*\(.*table.txt, line 2\)/)
})
