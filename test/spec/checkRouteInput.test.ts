import test from 'ava'
import { RouteSet } from '../../src/index.js'

const routes = [{ to: '10.0.0.0/8', via: '10.0.0.1' }]
const line = '10.0.0.0/8 via 10.0.0.1'

async function* pieces(...values: readonly unknown[]): AsyncGenerator<unknown> {
  yield* values
}

/** Calls as a program without types may make them, and what is told of each. */
const wrong: readonly (readonly [call: 'from' | 'parse', argument: unknown, options: unknown, message: string])[] = [
  ['from', 5, {}, 'RouteSet.from: 5 gives no routes one by one; RouteSet.parse reads text'],
  ['from', null, {}, 'RouteSet.from: null gives no routes one by one; RouteSet.parse reads text'],
  ['from', line, {}, 'RouteSet.from: a text gives no routes one by one; RouteSet.parse reads text'],
  ['from', {}, {}, 'RouteSet.from: an object gives no routes one by one; RouteSet.parse reads text'],
  ['from', routes, null, 'RouteSet.from: null is no object of options'],
  ['from', routes, { timeOut: 5 }, 'RouteSet.from: unknown option "timeOut"; there are signal, timeout'],
  ['from', routes, { timeout: -1 }, 'RouteSet.from: timeout must be a number of milliseconds'],
  ['from', routes, { signal: 1 }, 'RouteSet.from: signal must be an AbortSignal'],
  ['parse', 5, {}, 'RouteSet.parse: 5 is neither text nor bytes, nor gives pieces of these'],
  ['parse', {}, {}, 'RouteSet.parse: an object is neither text nor bytes, nor gives pieces of these'],
  ['parse', [line, 5], {}, 'cannot read routes: 5 is a piece of the source, and neither text nor bytes'],
  [
    'parse',
    pieces(new Uint8Array(1), {}),
    {},
    'cannot read routes: an object is a piece of the source, and neither text nor bytes',
  ],
  ['parse', line, { nam: 'x' }, 'RouteSet.parse: unknown option "nam"; there are signal, timeout, name, linkName'],
  ['parse', line, { name: 5 }, 'RouteSet.parse: name must be a text'],
  ['parse', line, { linkName: 'eth0' }, 'RouteSet.parse: linkName must be a function'],
]

for (const [call, argument, options, message] of wrong) {
  test(`refused: ${call}, ${message}`, async (t) => {
    const result: unknown = await Reflect.apply(RouteSet[call], RouteSet, [argument, options])
    t.like(result, { err: true, val: { code: 'INVALID_ARGUMENT', message } })
  })
}

test('what is right is taken: bytes and text in turns, and options of any kind', async (t) => {
  const parts = [Buffer.from('10.0.0.0/8 via '), '10.0.0.1\n', new Uint8Array(Buffer.from('10.1.0.0/16 via 10.0.0.1'))]
  const { signal } = new AbortController()
  const parsed = (await RouteSet.parse(parts, { signal, timeout: Number.POSITIVE_INFINITY, name: 'a' })).unwrap()
  t.is(parsed.size, 2)
  t.is((await RouteSet.from(new Set(routes), { signal: undefined, timeout: 0 })).unwrap().size, 1)
})
