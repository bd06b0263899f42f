import { closeSync, constants, createReadStream, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import test, { type ExecutionContext } from 'ava'
import { apply, plan, type Result, RouteSet, type RouteSpec } from '../../src/index.js'
import { FakeKernel } from '../../src/testing/index.js'
import { runProgram } from '../helpers/program.js'

/** A source whose next item never comes, whether it was asked for one, and whether it was told to end. */
function stalled<T>(first?: T) {
  let given = first === undefined
  const source = {
    begun: false,
    ended: false,
    [Symbol.asyncIterator](): AsyncIterator<T> {
      return {
        next: () => {
          source.begun = true
          if (given || first === undefined) return new Promise<never>(() => {})
          given = true
          return Promise.resolve({ value: first, done: false })
        },
        return: () => {
          source.ended = true
          return new Promise<never>(() => {})
        },
      }
    },
  }
  return source
}

async function* slow<T>(item: (index: number) => T): AsyncGenerator<T> {
  for (let index = 0; index < 1000; index++) {
    await delay(20)
    yield item(index)
  }
}

const route = (index: number): RouteSpec => ({ to: `20.${index >> 8}.${index & 255}.0/24`, via: '10.0.0.1' })
const line = (index: number): string => `20.${index >> 8}.${index & 255}.0/24 10.0.0.1\n`
const soon = () => ({ signal: AbortSignal.timeout(200) })

async function endsBy(t: ExecutionContext, code: string, work: Promise<Result<unknown>>, what: string): Promise<void> {
  const over = new AbortController()
  // The timer of a signal keeps no process alive.
  const result = await Promise.race([work, delay(5000, undefined, { signal: over.signal }).catch(() => undefined)])
  over.abort()
  t.is(result?.err && result.val.code, code, what)
}

test('a signal ends the reading of routes, however slow they come', async (t) => {
  const aborted = { signal: AbortSignal.abort() }
  const kernel = new FakeKernel()
  await endsBy(t, 'ABORTED', RouteSet.from(slow(route), soon()), 'routes')
  await endsBy(t, 'ABORTED', RouteSet.parse(slow(line), soon()), 'lines')
  await endsBy(t, 'ABORTED', apply({ routes: slow(route) }, { ...soon(), kernel }), 'apply')
  await endsBy(t, 'ABORTED', RouteSet.parse('10.0.0.0/8 10.0.0.1', aborted), 'a text')
  await endsBy(t, 'ABORTED', RouteSet.from([route(1)], aborted), 'a list')
  await endsBy(t, 'ABORTED', apply({ routes: slow(route) }, { ...aborted, kernel }), 'before it began')
})

test('a signal and a timeout end the wait for a source that stalls, and tell it', async (t) => {
  const kernel = new FakeKernel()
  for (const [code, options] of [
    ['ABORTED', soon],
    ['TIMEOUT', () => ({ timeout: 50 })],
  ] as const) {
    const [routes, lines, all] = [stalled<RouteSpec>(route(1)), stalled(line(1)), stalled<RouteSpec>()]
    await endsBy(t, code, RouteSet.from(routes, options()), 'routes')
    await endsBy(t, code, RouteSet.parse(lines, options()), 'lines')
    await endsBy(t, code, plan({ routes: all }, { ...options(), kernel }), 'plan')
    // A busy machine may come to none of them within the time: that has nothing to end.
    for (const { begun, ended } of [routes, lines, all]) t.is(ended, begun)
  }
})

test('a timeout is for each part, and not for the whole', async (t) => {
  async function* several(): AsyncGenerator<string> {
    for (let index = 0; index < 10; index++) {
      await delay(30)
      yield line(index)
    }
  }
  t.is((await RouteSet.parse(several(), { timeout: 200 })).unwrap().size, 10)
})

test('a signal ends the wait for a file that nobody writes to', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'linkwright-'))
  t.teardown(() => rmSync(directory, { recursive: true }))
  const file = join(directory, 'fifo')
  await runProgram(['mkfifo', file])
  await endsBy(t, 'ABORTED', plan({ routes: [{ file }] }, { ...soon(), kernel: new FakeKernel() }), 'plan')
  // What waits for a writer in a thread of Node's goes on.
  closeSync(openSync(file, constants.O_WRONLY | constants.O_NONBLOCK))
})

test('a signal outlives what it was given to without a trace', async (t) => {
  const { signal } = new AbortController()
  let listeners = 0
  const { addEventListener, removeEventListener } = signal
  signal.addEventListener = (...given: Parameters<typeof addEventListener>) => {
    listeners++
    addEventListener.apply(signal, given)
  }
  signal.removeEventListener = (...given: Parameters<typeof removeEventListener>) => {
    listeners--
    removeEventListener.apply(signal, given)
  }
  async function* few(): AsyncGenerator<string> {
    yield line(1)
  }
  t.true((await RouteSet.parse(few(), { signal })).ok)
  t.is(listeners, 0)
})

test('what a source throws is an error with its cause, and no exception', async (t) => {
  const cause = new Error('no more')
  const fail = (): never => {
    throw cause
  }
  function* broken<T>(item: T): Generator<T> {
    yield item
    fail()
  }
  async function* brokenLater<T>(item: T): AsyncGenerator<T> {
    yield item
    fail()
  }
  const kernel = new FakeKernel()
  const sources: [what: string, result: Result<unknown>][] = [
    ['routes', await RouteSet.from(broken(route(1)))],
    ['routes that come later', await RouteSet.from(brokenLater(route(1)))],
    ['lines', await RouteSet.parse(broken(line(1)))],
    ['lines that come later', await RouteSet.parse(brokenLater(line(1)))],
    ['no iterator', await RouteSet.from({ [Symbol.asyncIterator]: fail })],
    ['no promise', await RouteSet.from({ [Symbol.asyncIterator]: () => ({ next: fail }) })],
  ]
  for (const [what, result] of sources) {
    t.like(result.val, { code: 'INVALID_ARGUMENT', message: 'cannot read routes: no more', cause }, what)
  }
  for (const routes of [broken(route(1)), brokenLater(route(1))]) {
    const { val } = await apply({ routes }, { kernel })
    t.like(val, { code: 'INVALID_SPEC', path: '/routes', message: '/routes: cannot read the routes: no more', cause })
  }
})

test('a stream that fails before it is read does not end the process', async (t) => {
  const broken = (): AsyncIterable<RouteSpec> => new Readable({ objectMode: true }).destroy(new Error('no more'))
  const kernel = new FakeKernel()
  const results = [
    await RouteSet.from(broken()),
    await plan({ routes: broken() }, { kernel }),
    await apply({ routes: broken() }, { kernel }),
    await apply({ namespaces: { blue: { routes: broken() } } }, { kernel }),
  ]
  for (const { val } of results) t.regex(String(val), /no more/)
})

test('a file that cannot be read is an error by what the system said', async (t) => {
  const gone = await RouteSet.parse(createReadStream('/nonexistent/table.txt'))
  t.like(gone.val, { code: 'NOT_FOUND', errno: 2 })
  t.like(gone.err && gone.val.cause, { code: 'ENOENT' })
  t.like((await RouteSet.parse(createReadStream('/'))).val, { code: 'EISDIR', errno: 21 })
  const named = await plan({ routes: [{ file: '/nonexistent/table.txt' }] }, { kernel: new FakeKernel() })
  t.like(named.val, { code: 'INVALID_SPEC', path: '/routes/0/file' })
  t.like(named.err && named.val.cause, { code: 'ENOENT' })
})
