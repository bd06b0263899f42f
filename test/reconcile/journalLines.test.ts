import test from 'ava'
import { lineOf, longLineOf, parseJournal } from '../../src/reconcile/transaction/lines.js'
import { fromParts, partsOf } from '../../src/reconcile/transaction/partedJson.js'
import type { JournalBegin } from '../../src/reconcile/transaction/records.js'

const nothing = { links: [], routes: [], nexthops: [], rules: [], neighbors: [], forwarding: {} }

const many = Array.from({ length: 100 }, (_, index) => index)

const begin: JournalBegin = {
  type: 'begin',
  version: 1,
  boot: 'boot',
  pid: 1,
  command: 'node',
  since: '2026-01-01T00:00:00.000Z',
  namespaces: [{ name: '', identity: 'net-1' }],
  creates: [],
  networks: {
    '': {
      ...nothing,
      links: many.map((index) => ({
        name: `l${index}`,
        absent: false,
        properties: { mac: 'ä\t\n' },
        addresses: index % 2 === 0 ? [] : many.map((one) => ({ address: `10.0.0.${one}/8`, dev: `l${index}` })),
      })),
      rules: many.map((index) => ({ absent: true, rule: { family: 'inet', priority: index, tunnelId: 2n ** 60n } })),
    },
  },
}

test('lists of any length, in lists and in objects, come back as they were', async (t) => {
  const bytes = new Uint8Array([1, 2])
  const values = [
    undefined,
    7,
    many,
    [many, [], many],
    { a: { many, b: [{ many }] }, c: [bytes, 1n], many: many.map((one) => ({ one, many, list: [one] })) },
  ]
  for (const value of values) {
    const wanted = value === undefined ? null : value
    t.deepEqual(await fromParts(partsOf(wanted)), wanted)
  }
})

test('parts that are missing, too many, or no JSON are not taken', async (t) => {
  const parts = [...partsOf({ many })]
  for (const wrong of [[], parts.slice(0, -1), [...parts, '1'], ['{'], ['{"$list":40}']]) {
    await t.throwsAsync(fromParts(wrong), { instanceOf: SyntaxError })
  }
})

test('a journal of many objects says what was written, and nothing where a byte of it is another one', async (t) => {
  const line = (await longLineOf(begin)).join('')
  const later = lineOf({ type: 'failed', reason: 'why' })
  t.is(line.indexOf('\n'), line.length - 1, 'a line stays a line')
  const written = { begin, records: [{ type: 'failed' as const, reason: 'why' }] }
  t.deepEqual(await parseJournal(Buffer.from(line + later)), written)
  t.deepEqual(await parseJournal(Buffer.from(line + later + later.slice(0, -1))), written)
  t.deepEqual(await parseJournal(Buffer.from(line.slice(0, -1))), { refused: 'it was not written to the end' })
  for (const [text, other] of [
    ['"priority":77', '"priority":78'],
    ['l99', 'l98'],
    ['\t', ' '],
  ] as const) {
    t.true(line.includes(text))
    t.true('refused' in (await parseJournal(Buffer.from(line.replace(text, other)))), text)
  }
})

test('a journal of many objects, one of which is none, is refused', async (t) => {
  const rules = many.map((index) => ({ absent: true, rule: { family: 'inet' as const, priority: index } }))
  for (const wrong of [5, 60]) {
    const others: unknown[] = rules.map((rule, at) => (at === wrong ? { absent: true, rule: { family: 'ipx' } } : rule))
    const networks = { '': { ...nothing, rules: others as typeof rules } }
    const line = (await longLineOf({ ...begin, networks })).join('')
    t.true('refused' in (await parseJournal(Buffer.from(line))))
    const changes = (await longLineOf({ type: 'changes', networks })).join('')
    const whole = (await longLineOf(begin)).join('')
    t.deepEqual(await parseJournal(Buffer.from(whole + changes)), { refused: 'line 2 is not what was written' })
  }
})
