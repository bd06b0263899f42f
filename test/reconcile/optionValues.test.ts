import test from 'ava'
import { apply, plan } from '../../src/reconcile/apply.js'
import { snapshot } from '../../src/reconcile/snapshot.js'
import { confirm, rollback } from '../../src/reconcile/transaction/confirm.js'
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
    [['apply', 'plan', 'snapshot', 'watch'], 'signal', [new AbortController(), null, 5, {}], /is not an AbortSignal/],
    [['apply', 'watch'], 'stateDirectory', ['', 'a\0b', 5], /is not a path/],
    [['apply', 'plan', 'watch'], 'owner', [5], /is not a text/],
    [['apply', 'plan', 'watch'], 'protocol', ['5', 0], /is not a number from 1 to 255/],
    [['apply', 'watch'], 'guards', [true, ['ping']], /is not a list of guards/],
    [['apply'], 'onPlan', [true], /is not a function/],
    [['apply'], 'onProgress', [true], /is not a function/],
    [['apply', 'plan', 'snapshot', 'watch'], 'kernel', ['linux', {}, []], /is not a kernel/],
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

test('what is no object of options is refused by every operation, and so is a maker that makes no kernel', async (t) => {
  for (const options of [null, 5, 'x', true, [], Symbol.iterator, 5n] as never[]) {
    const drifts = watch({}, options)
    const { value } = await drifts.next()
    const results = [await apply({}, options), await plan({}, options), await snapshot(options)]
    const others = [await confirm(options), await rollback(options)]
    for (const error of [value?.error, ...[...results, ...others].map(({ val }) => val)])
      t.like(error, { code: 'INVALID_ARGUMENT' }, String(options))
    t.true((await drifts.next()).done)
  }
  for (const namespace of [null, 5, true, {}, { pid: 'x' }] as never[]) {
    for (const result of [await confirm({ namespace }), await rollback({ namespace })])
      t.like(result.val, { code: 'INVALID_ARGUMENT' })
  }
  const found = await operations.plan({ kernel: () => undefined })
  t.like(found, { code: 'INVALID_ARGUMENT', message: 'kernel: the function made no kernel' })
})

test('an option that is undefined is one that was not given', async (t) => {
  const result = await apply({}, { kernel: new FakeKernel(), ...JSON.parse('{}'), disruption: undefined })
  t.true(result.ok)
})

test('an option of another operation is told with those that take it', async (t) => {
  const told: readonly (readonly [of: Operation, name: string, words: string])[] = [
    ['plan', 'lockTimeout', '; it is one of apply and watch'],
    ['apply', 'heal', '; it is one of watch'],
    ['snapshot', 'prune', '; it is one of plan and apply and watch'],
    ['plan', 'pruen', '; did you mean prune?'],
  ]
  for (const [of, name, words] of told) {
    t.like(await operations[of]({ [name]: 1 }), { message: `unknown option "${name}"${words}` }, `${of} ${name}`)
  }
})
