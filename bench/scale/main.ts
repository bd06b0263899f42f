// The curve: objects at growing numbers, so that what costs more the more there is shows at once.
//   npm run bench:scale                    SCALE_RUNS=3 by default; needs root
//   npm run bench:scale -- veth 500 1000   only objects with that in their title, only those numbers of them
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { type ApplyOptions, apply, type Spec } from 'linkwright'
import { circumstances, type Figures, load, publish, store } from '../results.js'
import { type Objects, objects } from './objects.js'
import { render } from './render.js'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const self = fileURLToPath(import.meta.url)
const results = join(root, 'bench/scale/results.json')
const runs = Number(process.env['SCALE_RUNS'] ?? 3)

/** One journey: up, again, a hundredth changed, down; the milliseconds of each, and the longest wait of the loop. */
async function journey({ spec }: Objects, count: number): Promise<Figures> {
  const stateDirectory = mkdtempSync(join(tmpdir(), 'linkwright-scale-'))
  const figures: Figures = {}
  const delay = monitorEventLoopDelay({ resolution: 1 })
  const timed = async (what: string, wanted: Spec, options: ApplyOptions = {}): Promise<void> => {
    delay.reset()
    delay.enable()
    const start = performance.now()
    const result = await apply(wanted, { stateDirectory, prune: true, ...options })
    figures[what] = performance.now() - start
    if (result.err) throw result.val
    // A turn that was too long is known once it is over.
    await new Promise(setImmediate)
    delay.disable()
    figures[`${what}Longest`] = delay.max / 1e6
  }
  try {
    await timed('up', spec(count))
    await timed('again', spec(count))
    await timed('change', spec(count, Math.ceil(count / 100)))
    await timed('down', {})
  } finally {
    rmSync(stateDirectory, { recursive: true })
  }
  return figures
}

/** A journey by a process of its own in a namespace of its own. */
function measured(title: string, count: number): Figures | undefined {
  const command = ['--net', process.execPath, self, '--one', title, `${count}`]
  const { status, stdout } = spawnSync('unshare', command, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 600_000,
  })
  return status === 0 ? JSON.parse(stdout) : undefined
}

const [first = '', second, third] = process.argv.slice(2)
const one = objects.find(({ title }) => first === '--one' && title === second)
if (one) console.log(JSON.stringify(await journey(one, Number(third))))
else {
  const numbers = process.argv.slice(2).map(Number).filter(Number.isInteger)
  const only = Number.isInteger(Number(first)) ? '' : first
  for (const { title, sizes } of objects) {
    if (!title.includes(only)) continue
    const before = loadavg()
    const rows: Record<string, Figures[]> = {}
    for (let run = 0; run < runs; run++) {
      for (const count of numbers.length > 0 ? numbers : sizes) {
        const figures = measured(title, count)
        if (!figures) throw new Error(`${count} ${title}: failed`)
        rows[count] = [...(rows[count] ?? []), figures]
        console.log(
          `${count} ${title}: ${JSON.stringify(figures, (_, ms) => (typeof ms === 'number' ? Math.round(ms) : ms))}`,
        )
      }
    }
    if (numbers.length === 0) store(results, { title, how: circumstances(before, `Node ${process.version}`), rows })
  }
  publish(join(root, 'docs'), 'benchmarks-scale.md', render(load(results)))
}
