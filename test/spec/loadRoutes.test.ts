import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { NetworkError } from '../../src/error.js'
import { plan } from '../../src/reconcile/apply.js'
import { type LoadOptions, loadRoutes } from '../../src/spec/loadRoutes.js'
import type { RouteSet } from '../../src/spec/routeSet.js'
import { isRouteSet } from '../../src/spec/routeSetBrand.js'
import { FakeKernel } from '../../src/testing/index.js'

/** Directories with a file of routes in each: `one/table.txt`, `two/table.txt`. */
function tables(t: ExecutionContext): { readonly one: string; readonly two: string } {
  const root = mkdtempSync(join(tmpdir(), 'linkwright-'))
  t.teardown(() => rmSync(root, { recursive: true }))
  const [one, two] = [join(root, 'one'), join(root, 'two')]
  for (const [directory, to] of [
    [one, '10.1.0.0/16'],
    [two, '10.2.0.0/16'],
  ] as const) {
    mkdirSync(directory)
    writeFileSync(join(directory, 'table.txt'), `${to} via 10.0.0.1\n`)
  }
  return { one, two }
}

async function destinations(file: string, options?: LoadOptions): Promise<unknown> {
  const loaded = await loadRoutes({ routes: [{ file }] }, options)
  const { routes } = loaded as { readonly routes: readonly RouteSet[] }
  return routes.flatMap((set) => [...set].map(({ to }) => to))
}

test("a file's relative path begins at the directory that is given, an absolute one is as it is", async (t) => {
  const { one, two } = tables(t)
  t.deepEqual(await destinations('table.txt', { directory: one }), ['10.1.0.0/16'])
  t.deepEqual(await destinations('../two/table.txt', { directory: one }), ['10.2.0.0/16'])
  t.deepEqual(await destinations(join(two, 'table.txt'), { directory: one }), ['10.2.0.0/16'])
})

test('without a directory it begins at the working directory', async (t) => {
  const { one } = tables(t)
  t.deepEqual(await destinations(relative(process.cwd(), join(one, 'table.txt'))), ['10.1.0.0/16'])
  await t.throwsAsync(destinations('table.txt'), { message: /cannot read table\.txt: ENOENT/ })
})

test('an error names a file as it was written', async (t) => {
  const { one } = tables(t)
  writeFileSync(join(one, 'wrong.txt'), '10.0.0.0/8 via 10.0.0.1\n10.0.0.0/99\n')
  const wrong = await t.throwsAsync(destinations('../one/wrong.txt', { directory: one }), { instanceOf: NetworkError })
  t.like(wrong?.problems?.[0], { path: '/routes/0/file' })
  t.regex(wrong?.problems?.[0]?.message ?? '', /^\.\.\/one\/wrong\.txt: line 2, column 1: /)
})

const many = (length: number) =>
  Array.from({ length }, (_, index) => ({ to: `20.${index >> 8}.${index & 255}.0/24`, dev: 'd0' }))

test('a list of more than 500 routes is packed, one of 500 is left as it is', async (t) => {
  const few = { routes: many(500) }
  t.is(await loadRoutes(few), few)
  const loaded = await loadRoutes({ routes: many(501) })
  const { routes } = loaded as { readonly routes: readonly unknown[] }
  t.deepEqual(
    routes.map((set) => isRouteSet(set) && set.size),
    [501],
  )
})

test('what stands beside the name of a file is told of, and the file is not read', async (t) => {
  for (const entry of [{ file: '/nonexistent', foo: 1 }, { file: 5 }, { file: '' }]) {
    const key = 'foo' in entry ? 'foo' : 'file'
    const few = await plan({ routes: [entry] } as never, { kernel: new FakeKernel() })
    t.like(few.val, { code: 'INVALID_SPEC', path: `/routes/0/${key}` })
    const last = await plan({ routes: [...many(6000), entry] } as never, { kernel: new FakeKernel() })
    t.like(last.val, { code: 'INVALID_SPEC', path: `/routes/6000/${key}` })
  }
})
