import test from 'ava'
import { stringify } from 'yaml'
import { toYaml } from '../../src/cli/toYaml.js'
import { runProgram } from '../helpers/program.js'
import { inRepository } from '../helpers/repository.js'

const routes = (count: number): object[] =>
  Array.from({ length: count }, (_, index) => ({ to: `10.0.${index}.0/24`, via: ['10.0.0.254', 'a: b'] }))

test('lists of any length become the same YAML as in one piece', (t) => {
  for (const value of [
    {},
    ...[0, 1, 49, 50, 51, 100, 101, 256].map((count) => ({ routes: routes(count), forwarding: {} })),
  ])
    t.is([...toYaml(value)].join(''), stringify(value, { lineWidth: 120 }))
})

test('what is not there is left out', (t) => {
  t.is([...toYaml({ links: undefined, routes: [] })].join(''), 'routes: []\n')
})

test('a long list takes little more memory than itself', async (t) => {
  const script = `import { toYaml } from ${JSON.stringify(inRepository('dist/src/cli/toYaml.js'))}
const routes = Array.from({ length: 50_000 }, (_, index) => ({ to: '10.0.0.0/' + index, via: '10.0.0.254' }))
let length = 0
for (const piece of toYaml({ routes })) length += piece.length
console.log(length)`
  const node = [process.execPath, '--max-old-space-size=40', '--input-type=module', '--eval', script]
  const { code, stdout, stderr } = await runProgram(node)
  t.is(code, 0, stderr.slice(0, 1000))
  t.true(Number(stdout) > 50_000 * 20)
})
