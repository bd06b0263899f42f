// The contender `linkwright`: the public API of the published package, as its guides show it.
//   linkwright.js add|addText|noop|change|delete|dump|linkDump|tapsUp|tapsDown|plan 4|6 COUNT [TIMES]
// With TIMES it has done the same that often before it is measured, as a program has that goes on running.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { apply, Network, plan, type Result, RouteSet, type Spec, snapshot } from 'linkwright'
import { routesOf, routeText, tapsOf } from './specs.js'

const [what = '', family = '4', text = '0', times = '0'] = process.argv.slice(2)
const count = Number(text)
const stateDirectory = mkdtempSync(join(tmpdir(), 'linkwright-bench-'))

type Work = () => Promise<unknown>

/** Each prepares, untimed, and returns the work. */
const works: Readonly<Record<string, () => Work | Promise<Work>>> = {
  add: async () => applied({ routes: await packed(0) }, { prune: false, changes: true }),
  addText: () => {
    const lines = routeText(family, count)
    return async () => {
      const routes = unwrapped(await RouteSet.parse(lines))
      await applied({ routes }, { prune: false, changes: true })()
    }
  },
  noop: async () => applied({ routes: await packed(0) }, { prune: true, changes: false }),
  change: async () => applied({ routes: await packed(100) }, { prune: true, changes: true }),
  delete: () => applied({ routes: [] }, { prune: true, changes: true }),
  tapsUp: () => applied(tapsOf(count), { prune: false, changes: true }),
  tapsDown: () => applied({}, { prune: true, changes: true }),
  dump: () => async () => {
    const { routes } = unwrapped(await snapshot({ routes: 'set' }))
    if (!(routes instanceof RouteSet) || routes.size < count) throw new Error('not all routes')
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

/** What brings back the state that a work begins with, where it changes it. */
const undoings: Readonly<Record<string, () => Promise<Work>>> = {
  change: async () => applied({ routes: await packed(0) }, { prune: true, changes: true }),
}

const smallSpec: Spec = {
  links: [{ name: 'd0', kind: 'veth', addresses: ['10.0.0.1/24', { address: 'fd00::1/64', noDad: true }] }],
  routes: [{ to: 'default', via: '10.0.0.2' }],
}

async function packed(every: number): Promise<RouteSet> {
  return unwrapped(await RouteSet.from(routesOf(family, count, every)))
}

function applied(spec: Spec, { prune, changes }: { prune: boolean; changes: boolean }): Work {
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

async function warmUp(turns: number): Promise<void> {
  if (turns === 0) return
  const undo = await undoings[what]?.()
  for (let turn = 0; turn < turns; turn++) {
    await work()
    await undo?.()
  }
}

const prepare = works[what]
if (!prepare) throw new Error(`no such work: ${what}`)
const work = await prepare()
await warmUp(Number(times))
const delay = monitorEventLoopDelay({ resolution: 1 })
delay.enable()
const start = performance.now()
await work()
const ms = performance.now() - start
// A turn that was too long is known once it is over.
await new Promise(setImmediate)
delay.disable()
const peak = /^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
rmSync(stateDirectory, { recursive: true })
console.log(
  JSON.stringify({ ms, memory: Number(peak) * 1024, delay: delay.percentile(99) / 1e6, longest: delay.max / 1e6 }),
)
