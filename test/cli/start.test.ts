import { readFileSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import test from 'ava'
import { runProgram } from '../helpers/program.js'
import { inRepository } from '../helpers/repository.js'

/** The modules of dist/src that are loaded with one of them, and the packages. */
function loadedWith(module: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(module)) return seen
  seen.add(module)
  const path = inRepository('dist/src', module)
  for (const [, from = ''] of readFileSync(path, 'utf8').matchAll(/^(?:import|export)\b[^;]*?'([^']+)';$/gm)) {
    if (from.startsWith('.')) loadedWith(relative(inRepository('dist/src'), resolve(dirname(path), from)), seen)
    else seen.add(from)
  }
  return seen
}

test('show loads what reads, and not what checks specs, plans or changes', (t) => {
  const loaded = loadedWith('cli/show.js')
  t.true(loaded.has('reconcile/observe/observe.js') && loaded.has('koffi'))
  const notForReading =
    /^(?:valibot|yaml|spec\/validate|state\/resolve\/|reconcile\/(?:diff|transaction|execute|losses|plan|rollback)\/)/
  t.deepEqual(
    [...loaded].filter((one) => notForReading.test(one)),
    [],
  )
})

test('the command line itself loads none of its commands', (t) => {
  const loaded = loadedWith('cli/main.js')
  t.deepEqual(
    [...loaded].filter((one) => one.includes('/') && !one.startsWith('cli/')),
    [],
  )
})

test('no module writes a number by ICU when it is loaded, which alone would take as long as many modules', async (t) => {
  const entries = [
    'index',
    'rtnetlink/index',
    'genetlink/index',
    'tuntap/index',
    'packet/index',
    'testing/index',
    'cli/show',
  ]
  const script = [
    "Number.prototype.toLocaleString = () => { throw new Error('a number was written by ICU') }",
    'globalThis.Intl = undefined',
    ...entries.map((entry) => `await import(${JSON.stringify(inRepository('dist/src', `${entry}.js`))})`),
  ].join('\n')
  const { code, stderr } = await runProgram([process.execPath, '--input-type=module', '--eval', script])
  t.is(code, 0, stderr)
})
