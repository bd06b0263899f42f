import test from 'ava'
import { testNamespace } from '../helpers/namespace.js'
import { fixture, runProgram } from '../helpers/program.js'

test('several workers share the flows of one device, and one that ends leaves its share to the others', async (t) => {
  const { path } = testNamespace(t)
  const program = fixture(import.meta.url, 'workers')
  const ended = await runProgram(['nsenter', `--net=${path}`, '--', process.execPath, program], { timeout: 120_000 })
  t.like(ended, { code: 0, signal: null }, ended.stderr)
  const { all, left, links } = JSON.parse(ended.stdout)
  t.log({ all, left })
  const sum = (counts: number[]): number => counts.reduce((total, count) => total + count, 0)
  t.is(sum(all), 300)
  t.true(all.every((count: number) => count > 0))
  t.is(sum(left), 300)
  t.is(left[1], 0)
  t.notRegex(links, /tun0/)
})
