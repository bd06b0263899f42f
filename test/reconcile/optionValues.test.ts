import test from 'ava'
import { apply, plan } from '../../src/reconcile/apply.js'
import { snapshot } from '../../src/reconcile/snapshot.js'
import { watch } from '../../src/reconcile/watch/watch.js'
import { FakeKernel } from '../../src/testing/index.js'

/** What no option of the operations can be, though TypeScript cannot always tell. */
const wrong: readonly (readonly [of: readonly Operation[], name: string, values: readonly unknown[], words: RegExp])[] =
  [
    [['apply', 'plan', 'watch'], 'disruption', ['forbidden', '', true, null], /is not allow or forbid/],
    [['apply', 'watch'], 'interrupted', ['resume', true], /is not restore or continue/],
    [['apply', 'watch'], 'waitForCarrier', ['ethernet', true], /is not hardware, all or none/],
    [['snapshot'], 'routes', ['packed'], /is not list or set/],
    [['apply', 'plan', 'watch'], 'prune', ['no', 0], /is not true or false/],
    [['snapshot'], 'secrets', ['no'], /is not true or false/],
    [['snapshot'], 'sysctls', ['no'], /is not true or false/],
    [['watch'], 'heal', ['no'], /is not true or false/],
    [['apply', 'watch'], 'settleTimeout', [Number.NaN, -1, '5'], /(NaN|-1|"5") is not a number of milliseconds/],
    [['apply', 'watch'], 'lockTimeout', [Number.NaN, -1, '5'], /is not a number of milliseconds/],
    [['apply', 'plan', 'snapshot', 'watch'], 'timeout', [Number.NaN, -1, '5'], /is not a number of milliseconds/],
    [['apply'], 'confirmWithin', [0, Number.NaN, 2 ** 31], /is not 1 to 2147483647 milliseconds/],
    [['watch'], 'debounce', [Number.NaN, -1, 2 ** 31, Number.POSITIVE_INFINITY], /is not 0 to 2147483647 milliseconds/],
    [['apply', 'plan', 'snapshot'], 'signal', [new AbortController()], /is not an AbortSignal/],
    [['apply', 'plan', 'watch'], 'owner', [5], /is not a text/],
    [['apply', 'plan', 'watch'], 'protocol', ['5', 0], /is not a number from 1 to 255/],
    [['apply', 'watch'], 'guards', [true, ['ping']], /is not a list of guards/],
    [['apply'], 'onPlan', [true], /is not a function/],
    [['apply'], 'onProgress', [true], /is not a function/],
    [['apply', 'plan', 'snapshot', 'watch'], 'kernel', ['linux'], /is not a kernel/],
  ]

type Operation = keyof typeof operations

const operations = {
  apply: async (options: object) => (await apply({}, options)).val,
  plan: async (options: object) => (await plan({}, options)).val,
  snapshot: async (options: object) => (await snapshot(options)).val,
  watch: async (options: object) => {
    for await (const { error } of watch({}, { signal: AbortSignal.timeout(1000), ...options })) return error
    return undefined
  },
}

for (const [of, name, values, words] of wrong) {
  test(`${name} can only be what it can be`, async (t) => {
    for (const operation of of) {
      for (const value of values) {
        const found = await operations[operation]({ kernel: new FakeKernel(), [name]: value })
        t.like(found, { code: 'INVALID_ARGUMENT' }, `${operation}: ${String(value)}`)
        t.regex(found instanceof Error ? found.message : '', new RegExp(`^${name}: .*${words.source}`))
      }
    }
  })
}

test('an option that is undefined is one that was not given', async (t) => {
  const result = await apply({}, { kernel: new FakeKernel(), ...JSON.parse('{}'), disruption: undefined })
  t.true(result.ok)
})
