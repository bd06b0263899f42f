import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { apply, RouteSet, type RouteSpec, type Spec } from '../../src/index.js'
import { reconcileNamespace } from '../helpers/reconcile.js'

type Routes = NonNullable<Spec['routes']>

const many = (): RouteSpec[] =>
  Array.from({ length: 6000 }, (_, index) => ({
    to: `20.${index >> 8}.${index & 255}.0/24`,
    via: '10.9.0.2',
    dev: 'd0',
  }))
const lines = (): string[] => many().map(({ to, via, dev }) => `${to} ${via} ${dev}`)
const manyWith = (index: number, route: Partial<RouteSpec>): RouteSpec[] =>
  many().map((one, number) => (number === index ? { ...one, ...route } : one))

function stage(t: ExecutionContext) {
  const { path, sh } = reconcileNamespace(t)
  sh(
    'ip link add d0 type bridge; ip link set d0 up; ip address add 10.9.0.1/24 dev d0; ip route add 20.0.6.0/24 dev d0',
  )
  const directory = mkdtempSync(join(tmpdir(), 'linkwright-test-'))
  t.teardown(() => rmSync(directory, { recursive: true, force: true }))
  return {
    sh,
    fails: async (routes: Routes) => {
      const options = { namespace: { path }, stateDirectory: directory, specDirectory: directory }
      const { val } = await apply({ routes }, options)
      return val instanceof Error ? val : undefined
    },
    file: (content: readonly string[]) => {
      writeFileSync(join(directory, 'table.txt'), content.join('\n'))
      return [{ file: 'table.txt' }]
    },
  }
}

test('what the kernel refuses is told of by its place in the spec', async (t) => {
  const { fails, file } = stage(t)
  const sameTo: RouteSpec = { to: '20.0.5.0/24', via: '99.0.0.1', dev: 'd0', table: 77 }
  t.like(await fails([...many(), sameTo]), { path: '/routes/6000', object: 'route 20.0.5.0/24 table 77' })
  const one = (await RouteSet.from([{ to: '30.0.0.0/8', via: '99.0.0.1', dev: 'd0' }])).unwrap()
  t.like(await fails([...many(), one]), { path: '/routes/6000/0' })
  t.like(await fails([one, ...many()]), { path: '/routes/0/0' }, 'in front')
  t.like(await fails([...many().slice(0, 100), one]), { path: '/routes/100/0' }, 'behind few')
  const wrong = await fails(file([...lines(), '20.0.7.0/24 99.0.0.1 d0 50']))
  t.is(wrong?.path, '/routes/0')
  t.regex(wrong?.message ?? '', /\(table.txt, line 6001\); nothing leads to the gateway/)
})

test('an unknown link or table is told of by the place of its route', async (t) => {
  const { fails, file } = stage(t)
  t.like(await fails(manyWith(50, { dev: 'nope' })), { path: '/routes/50/dev', code: 'INVALID_SPEC' })
  t.like(await fails(manyWith(50, { table: 'nope' })), { path: '/routes/50/table' })
  const set = (await RouteSet.from([{ to: '30.0.0.0/8', dev: 'nope' }])).unwrap()
  t.like(await fails([...many(), set]), { path: '/routes/6000/0/dev' })
  // Beside a single one to the same destination, each is looked at by itself.
  const beside = (await RouteSet.from(manyWith(50, { dev: 'nope', metric: 5 }))).unwrap()
  t.like(await fails([{ to: '20.0.50.0/24', dev: 'd0' }, beside]), { path: '/routes/1/50/dev' })
  for (const word of ['nope', 'd0 table nope']) {
    const unknown = await fails(file(lines().map((line, index) => (index === 50 ? line.replace('d0', word) : line))))
    t.is(unknown?.path, '/routes/0')
    t.regex(unknown?.message ?? '', /nope.* \(table.txt, line 51\)$/)
  }
})

test('a route that is there twice is told of by the place of the second one', async (t) => {
  const { fails, file } = stage(t)
  t.like(await fails(manyWith(50, { to: '20.0.49.0/24' })), { path: '/routes/50', code: 'INVALID_SPEC' })
  const thrice = await fails(manyWith(50, { to: '20.0.49.0/24' }).concat({ to: '20.0.49.0/24', via: '10.9.0.3' }))
  t.deepEqual(
    thrice?.problems?.map(({ path }) => path),
    ['/routes/50', '/routes/6000'],
  )
  const set = (await RouteSet.from(many())).unwrap()
  t.like(await fails([{ to: '20.0.49.0/24', via: '10.9.0.3' }, set]), { path: '/routes/1/49' })
  const twice = await fails(file([...lines(), '20.0.49.0/24 10.9.0.2 d0']))
  t.is(twice?.path, '/routes/0')
  t.regex(twice?.message ?? '', /is there twice.* \(table.txt, line 6001\)$/)
})

test('a gateway that no kernel takes is told of by the first route that is to have it', async (t) => {
  const { fails, file, sh } = stage(t)
  const own = { via: '10.9.0.1', dev: 'd0', onlink: true }
  const told = /: the route to 20\.0\.50\.0\/24: the gateway 10\.9\.0\.1 is an address of this host/
  for (const count of [100, 6000]) {
    const set = (await RouteSet.from(manyWith(50, own).slice(0, count))).unwrap()
    const error = await fails([{ to: '30.0.0.0/8', dev: 'd0' }, set])
    t.is(error?.path, '/routes/1/50')
    t.regex(error?.message ?? '', told)
    const all = lines().slice(0, count)
    const wrong = await fails(file(all.toSpliced(50, 1, '20.0.50.0/24 via 10.9.0.1 dev d0 onlink')))
    t.is(wrong?.path, '/routes/0')
    t.regex(wrong?.message ?? '', new RegExp(`${told.source}.* \\(table\\.txt, line 51\\)$`))
  }
  sh('ip route add 20.0.0.0/24 via 10.9.0.7 dev d0 onlink; ip address add 10.9.0.7/32 dev d0')
  for (const count of [2, 6000]) {
    const set = (await RouteSet.from(many().map((route) => ({ ...route, via: '10.9.0.7', onlink: true })))).unwrap()
    const few = (await RouteSet.from([...set].slice(0, count))).unwrap()
    const [problem] = (await fails([few]))?.problems ?? []
    t.is(problem?.path, '/routes/0/1', 'the first one is there')
    t.regex(problem?.message ?? '', /^the route to 20\.0\.1\.0\/24: /)
  }
})
