// The curve: time an object at growing sizes, so that what costs more the more there is shows at once.
//   npm run bench:scale                    needs root
//   npm run bench:scale -- veth 500 1000   only objects with that in their name, only those sizes
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { type ApplyOptions, apply, type LinkSpec, type RuleSpec, type Spec } from 'linkwright'
import { routesOf } from './kernel/specs.js'

/** A spec with that many objects; those below `changed` differ from what they are without it. */
const objects: Readonly<Record<string, (count: number, changed?: number) => Spec>> = {
  taps: (count, changed = 0) => ({
    links: [...bridgesOf(count), ...range(count, (i) => port(i, 'tap', i < changed))],
  }),
  veths: (count, changed = 0) => ({
    links: [...bridgesOf(count), ...range(count, (i) => port(i, 'veth', i < changed))],
  }),
  addresses: (count, changed = 0) => ({
    links: [{ ...bridge, addresses: range(count, (i) => `10.${i >> 8}.${i & 255}.${i < changed ? 2 : 1}/24`) }],
  }),
  neighbors: (count, changed = 0) => ({
    links: [bridge],
    neighbors: range(count, (i) => ({ dev: 'br0', address: `10.1.${i >> 8}.${i & 255}`, mac: macOf(i, i < changed) })),
  }),
  fdb: (count, changed = 0) => ({
    links: [bridge, { ...port(0, 'tap', false), name: 'p0' }, { ...port(1, 'tap', false), name: 'p1' }],
    fdb: range(count, (i) => ({ dev: i < changed ? 'p1' : 'p0', mac: macOf(i, false) })),
  }),
  rules: (count, changed = 0) => ({
    rules: range(count, (i): RuleSpec => {
      return { priority: 1000 + i, from: `10.${i >> 8}.${i & 255}.0/24`, table: i < changed ? 101 : 100 }
    }),
  }),
  routes: (count, changed = 0) => ({
    links: [{ ...bridge, name: 'd0', addresses: ['10.0.0.1/24'] }],
    routes: Array.from(routesOf('4', count), (route, i) => (i < changed ? { ...route, via: '10.0.0.3' } : route)),
  }),
}

const bridge: LinkSpec = { name: 'br0', kind: 'bridge', up: true }

/** A bridge takes 1,023 ports: include/linux/if_bridge.h and net/bridge/br_private.h, BR_MAX_PORTS. */
const portsOfBridge = 1000

function bridgesOf(ports: number): LinkSpec[] {
  return range(Math.ceil(ports / portsOfBridge), (i) => ({ ...bridge, name: `br${i}` }))
}

function range<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index))
}

function macOf(index: number, changed: boolean): string {
  const bytes = [0x02, changed ? 1 : 0, 0, 0, index >> 8, index & 255]
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(':')
}

function port(index: number, kind: 'tap' | 'veth', changed: boolean): LinkSpec {
  const general = {
    name: `p${index}`,
    master: `br${Math.floor(index / portsOfBridge)}`,
    up: true,
    mtu: changed ? 1400 : 1500,
  }
  return kind === 'tap' ? { ...general, kind } : { ...general, kind, veth: { peer: { name: `q${index}` } } }
}

async function curve(name: string, count: number): Promise<void> {
  const make = objects[name]
  if (!make) throw new Error(`no such objects: ${name}`)
  const stateDirectory = mkdtempSync(`${tmpdir()}/linkwright-scale-`)
  const row: string[] = []
  const timed = async (what: string, spec: Spec, options: ApplyOptions, expected: boolean): Promise<void> => {
    const start = performance.now()
    const result = await apply(spec, { stateDirectory, prune: true, ...options })
    const milliseconds = performance.now() - start
    if (result.ok !== expected) throw result.val
    row.push(`${what} ${milliseconds.toFixed(0)} ms (${((milliseconds / count) * 1000).toFixed(0)} µs)`)
  }
  const failing = (): never => {
    throw refusal
  }
  const refusal = new Error('refused at the last')
  await timed('up', make(count), {}, true)
  await timed('again', make(count), {}, true)
  await timed('1 %', make(count, Math.ceil(count / 100)), {}, true)
  await timed('down', {}, {}, true)
  const start = performance.now()
  await apply(make(count), { stateDirectory, guards: [failing] }).catch((error: unknown) => {
    if (error !== refusal) throw error
  })
  row.push(`undone ${(performance.now() - start).toFixed(0)} ms`)
  rmSync(stateDirectory, { recursive: true })
  console.log(`${name.padEnd(10)} ${String(count).padStart(5)}: ${row.join(', ')}`)
}

const [first, second] = process.argv.slice(2)
if (first === '--one' && second !== undefined) await curve(second, Number(process.argv[4]))
else {
  const numbers = process.argv.slice(2).map(Number).filter(Number.isInteger)
  const sizes = numbers.length > 0 ? numbers : [500, 1000, 2000, 4000, 8000]
  for (const name of Object.keys(objects)) {
    if (first !== undefined && !Number.isInteger(Number(first)) && !name.includes(first)) continue
    for (const size of sizes) {
      const self = fileURLToPath(import.meta.url)
      const command = ['--net', process.execPath, ...process.execArgv, self, '--one', name, String(size)]
      if (spawnSync('unshare', command, { stdio: 'inherit', timeout: 300_000 }).status !== 0) break
    }
  }
}
