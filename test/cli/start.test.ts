import { readFileSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import test from 'ava'
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
