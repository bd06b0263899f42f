import test from 'ava'
import { apply, type LinkSpec, type RuleSpec, snapshot } from '../../src/index.js'
import { eachInTurns, mapInTurns } from '../../src/system/inTurns.js'
import { FakeKernel } from '../../src/testing/index.js'

const dummies = (count: number): LinkSpec[] =>
  Array.from({ length: count }, (_, index) => ({ name: `d${index}`, kind: 'dummy', up: true, mtu: 1400 }))

const rules = (count: number, table: number): RuleSpec[] =>
  Array.from({ length: count }, (_, index) => ({
    priority: 1000 + (index >> 2),
    from: `10.${index >> 8}.${index & 255}.0/24`,
    table,
  }))

async function countOf(kernel: FakeKernel, what: 'links' | 'rules'): Promise<number> {
  return (await snapshot({ kernel })).unwrap()[what]?.length ?? 0
}

test('of messages that fill several datagrams one fails: those of later ones are not sent, and all is undone', async (t) => {
  const kernel = new FakeKernel()
  const before = await countOf(kernel, 'links')
  let sent = 0
  kernel.faults.failChange(1200, 'EPERM')
  const result = await apply({ links: dummies(3000) }, { kernel, onProgress: () => sent++ })
  t.true(result.err)
  if (result.ok) return
  const { code, rollback } = result.val as { code?: string; rollback?: { restored: boolean } }
  t.is(code, 'EPERM')
  t.true(rollback?.restored)
  t.is(await countOf(kernel, 'links'), before)
  // One datagram is written ahead.
  t.true(sent < 3000, `${sent} steps were written`)
})

test('many links come up, are found in order, change in part and go', async (t) => {
  const kernel = new FakeKernel()
  const options = { kernel, prune: true }
  const before = await countOf(kernel, 'links')
  t.true((await apply({ links: dummies(1000) }, options)).unwrap().changed)
  t.is(await countOf(kernel, 'links'), before + 1000)
  t.false((await apply({ links: dummies(1000) }, options)).unwrap().changed)
  const report = (await apply({ links: dummies(990) }, options)).unwrap()
  t.is(report.steps.length, 10)
  t.true(report.steps.every(({ equivalent }) => /^ip link delete dev d99\d$/.test(equivalent)))
  t.true((await apply({}, options)).unwrap().changed)
  t.is(await countOf(kernel, 'links'), before)
})

test('many rules of few priorities: some change, what fails is undone, and all go', async (t) => {
  const kernel = new FakeKernel()
  const options = { kernel, prune: true }
  t.true((await apply({ rules: rules(500, 100) }, options)).unwrap().changed)
  const before = await countOf(kernel, 'rules')
  const changed = [...rules(20, 101), ...rules(500, 100).slice(20)]
  kernel.faults.failChange(30, 'ENOBUFS')
  const failed = await apply({ rules: changed }, options)
  t.true(failed.err)
  t.is(await countOf(kernel, 'rules'), before)
  t.false((await apply({ rules: rules(500, 100) }, options)).unwrap().changed)
  t.is((await apply({ rules: changed }, options)).unwrap().steps.length, 20)
  t.false((await apply({ rules: changed }, options)).unwrap().changed)
  t.true((await apply({}, options)).unwrap().changed)
  t.is(await countOf(kernel, 'rules'), before - 500)
})

test('long work among items gives the event loop its turn, and keeps the order', async (t) => {
  let turns = 0
  const timer = setInterval(() => turns++, 1)
  const busy = (item: number): number => {
    const end = performance.now() + 0.5
    while (performance.now() < end);
    return item * 2
  }
  const items = Array.from({ length: 200 }, (_, index) => index)
  const mapped = await mapInTurns(items, busy)
  clearInterval(timer)
  t.deepEqual(
    mapped,
    items.map((item) => item * 2),
  )
  t.true(turns >= 3, `${turns} turns`)
  await t.throwsAsync(
    eachInTurns(items, () => {
      throw new RangeError('at the first')
    }),
    { message: 'at the first' },
  )
})
