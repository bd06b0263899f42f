// What a host of many virtual machines pays: building its network, adding and removing one guest, removing all.
//   npm run bench:guests                    needs root
//   npm run bench:guests -- routed 100 1000   one mode, and only those sizes
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { type ApplyOptions, apply, type GuestNetwork, guestNetwork, type Spec } from 'linkwright'

type Mode = 'bridged' | 'routed'

/** Guests that are confined in all that there is, and have a port of the host each. */
function network(mode: Mode, count: number): GuestNetwork {
  return guestNetwork({
    mode,
    subnet: '10.0.0.0/16',
    subnet6: 'fd00::/64',
    uplink: 'up0',
    host: [{ protocol: 'udp', port: 53 }, { protocol: 'icmp' }],
    ingress: { bits: 100_000_000, packets: 20_000 },
    egress: { bits: 100_000_000 },
    guests: Array.from({ length: count }, (_, index) => ({
      name: `guest${index}`,
      portForward: [{ protocol: 'tcp' as const, port: 10_000 + index, guestPort: 22 }],
    })),
  }).unwrap()
}

const columns = ['guests', 'build', 'again', 'add: whole', 'add: specOf', 'remove: whole', 'removalOf', 'remove all']

/** Each figure in milliseconds; those of one guest are medians. */
async function measure(mode: Mode, count: number): Promise<number[]> {
  const stateDirectory = mkdtempSync(`${tmpdir()}/linkwright-guests-`)
  const timed = async (spec: Spec, options: ApplyOptions = {}): Promise<number> => {
    const start = performance.now()
    const result = await apply(spec, { stateDirectory, ...options })
    if (result.err) throw result.val
    return performance.now() - start
  }
  const [few, more] = [network(mode, count), network(mode, count + 1)]
  const last = `guest${count}`
  const ways = {
    addWhole: [] as number[],
    addOne: [] as number[],
    removeWhole: [] as number[],
    removeOne: [] as number[],
  }
  const uplink: Spec = { links: [{ name: 'up0', kind: 'veth', veth: { peer: { name: 'up1' } } }] }
  await timed(uplink)
  const build = await timed(few.spec)
  const again = median([await timed(few.spec), await timed(few.spec), await timed(few.spec)])
  for (let round = 0; round < 5; round++) {
    ways.addWhole.push(await timed(more.spec))
    ways.removeOne.push(await timed(more.removalOf(last)))
    ways.addOne.push(await timed(more.specOf(last)))
    ways.removeWhole.push(await timed({ ...few.spec, ...uplinkOf(few, uplink) }, { prune: true }))
  }
  const all = await timed(uplink, { prune: true })
  rmSync(stateDirectory, { recursive: true })
  const { addWhole, addOne, removeWhole, removeOne } = ways
  return [build, again, ...[addWhole, addOne, removeWhole, removeOne].map(median), all]
}

function uplinkOf(few: GuestNetwork, uplink: Spec): Spec {
  return { links: [...(uplink.links ?? []), ...(few.spec.links ?? [])] }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell, index) => cell.padStart(columns[index]?.length ?? 0)).join(' | ')} |`
}

const [first, second, third] = process.argv.slice(2)
if (first === '--one' && (second === 'bridged' || second === 'routed')) {
  const figures = await measure(second, Number(third))
  console.log(row([String(third), ...figures.map((figure) => figure.toFixed(figure < 100 ? 1 : 0))]))
} else {
  const given = process.argv.slice(2)
  const numbers = given.map(Number).filter(Number.isInteger)
  for (const mode of ['bridged', 'routed']) {
    if (given.some((word) => word === 'bridged' || word === 'routed') && !given.includes(mode)) continue
    console.log(`\n${mode}, milliseconds\n\n${row(columns)}\n${row(columns.map((name) => '-'.repeat(name.length)))}`)
    for (const size of numbers.length > 0 ? numbers : [10, 100, 300, 1000]) {
      const self = fileURLToPath(import.meta.url)
      const command = ['--net', process.execPath, ...process.execArgv, self, '--one', mode, String(size)]
      if (spawnSync('unshare', command, { stdio: 'inherit', timeout: 300_000 }).status !== 0) process.exitCode = 1
    }
  }
}
