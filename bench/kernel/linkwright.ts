// The contender `linkwright`: the public API of the published package, as its guide shows it.
//   linkwright.js add|noop|change|delete|dump|linkDump|tapsUp|tapsDown|plan 4|6 COUNT
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { apply, Network, plan, type Result, type Spec } from 'linkwright'
import { routesOf, tapsOf } from './specs.js'

const [what = '', family = '4', text = '0'] = process.argv.slice(2)
const count = Number(text)
const stateDirectory = mkdtempSync(join(tmpdir(), 'linkwright-bench-'))

/** Each prepares, untimed, and returns the work. */
const works: Readonly<Record<string, () => () => Promise<unknown>>> = {
  add: () => applied({ routes: routesOf(family, count) }, { prune: false, changes: true }),
  noop: () => applied({ routes: routesOf(family, count) }, { prune: true, changes: false }),
  change: () => applied({ routes: routesOf(family, count, 100) }, { prune: true, changes: true }),
  delete: () => applied({ routes: [] }, { prune: true, changes: true }),
  tapsUp: () => applied(tapsOf(count), { prune: false, changes: true }),
  tapsDown: () => applied({}, { prune: true, changes: true }),
  dump: () => async () => {
    using network = await opened()
    const routes = unwrapped(await network.routes.list({ family: family === '4' ? 'inet' : 'inet6' }))
    if (routes.length < count) throw new Error(`${routes.length} routes`)
  },
  linkDump: () => async () => {
    using network = await opened()
    const links = unwrapped(await network.links.list())
    if (links.length < count) throw new Error(`${links.length} links`)
  },
  plan: () => async () => {
    for (let turn = 0; turn < count; turn++) unwrapped(await plan(smallSpec))
  },
}

const smallSpec: Spec = {
  links: [{ name: 'd0', kind: 'veth', addresses: ['10.0.0.1/24', { address: 'fd00::1/64', noDad: true }] }],
  routes: [{ to: 'default', via: '10.0.0.2' }],
}

function applied(spec: Spec, { prune, changes }: { prune: boolean; changes: boolean }): () => Promise<void> {
  return async () => {
    const { changed } = unwrapped(await apply(spec, { prune, stateDirectory }))
    if (changed !== changes) throw new Error(changed ? 'something was changed' : 'nothing was changed')
  }
}

function unwrapped<T>(result: Result<T>): T {
  if (result.err) throw result.val
  return result.val
}

async function opened(): Promise<Network> {
  return unwrapped(await Network.open())
}

const work = works[what]?.()
if (!work) throw new Error(`no such work: ${what}`)
const start = performance.now()
await work()
const ms = performance.now() - start
const peak = /^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
rmSync(stateDirectory, { recursive: true })
console.log(JSON.stringify({ ms, memory: Number(peak) * 1024 }))
