// Routes and links by netlink: linkwright beside C, ip, Go, Python and npm's netlink, in the same run, turn by turn.
//   npm run bench                     BENCH_RUNS=5 by default; needs root, gcc, ip; takes go and pyroute2 where there
//   BENCH_SLOW_RUNS=1 npm run bench   fewer runs of who needs minutes for one; BENCH_SLOW_RUNS=0 leaves them out
//   BENCH_NODE=/path/of/node …        linkwright runs on that Node, too
//   BENCH_ONLY='1,000,000 IPv4' …     only sections that have that in their title; the others stay as they were
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { circumstances, type Figures, load, publish, type Section, store } from '../results.js'
import { type Contender, contenders, otherNode, type Work } from './contenders.js'
import { journey, startUps } from './journey.js'
import { render, renderSection } from './render.js'

const runs = Number(process.env['BENCH_RUNS'] ?? 5)
const slowRuns = Number(process.env['BENCH_SLOW_RUNS'] ?? runs)
const only = new RegExp(process.env['BENCH_ONLY'] ?? '')
const root = fileURLToPath(new URL('../../../', import.meta.url))
const results = join(root, 'bench/kernel/results.json')

const routeWorks = ['add', 'dump', 'noop', 'change', 'delete'] as const
const linkWorks = ['tapsUp', 'linkDump', 'tapsDown'] as const

/** What the sections of works are called. */
const titles: Readonly<Record<Work, (what: string) => string>> = {
  add: (what) => `Add ${what}`,
  dump: (what) => `Dump ${what}`,
  noop: (what) => `Reconcile, nothing to do, ${what}`,
  change: (what) => `Reconcile, 1 % to change, ${what}`,
  delete: (what) => `Delete ${what}`,
  tapsUp: (what) => `${what} up`,
  linkDump: (what) => `Dump of ${what}`,
  tapsDown: (what) => `${what} down`,
}

type Rows = Record<string, Figures[]>

/** Runs every contender's journey some times, turn by turn. */
async function compare(
  all: readonly Contender[],
  works: readonly Work[],
  what: string,
  family: string,
  count: number,
): Promise<void> {
  const before = loadavg()
  const fill = all.find(({ name }) => name === 'C')?.command('add', family, count)
  const rows: Partial<Record<Work, Rows>> = {}
  const note = (work: Work, name: string, figures: Figures | undefined): void => {
    if (figures) rows[work] = added(rows[work] ?? {}, name, figures)
  }
  for (let run = 0; run < runs; run++) {
    // The order turns too, so that nobody always follows the same one.
    for (let turn = 0; turn < all.length; turn++) {
      const contender = all[(run + turn) % all.length]
      if (!contender || count >= contender.hopelessFrom) continue
      if (run >= slowRuns && isSlow(contender, works, count)) continue
      const { name, ownOrder, ofOwnTable } = contender
      const further = ownOrder && works.includes('add') ? works.filter((work) => work !== 'add') : []
      const own = further.length === 0 || ofOwnTable !== undefined ? works : works.filter((work) => work === 'add')
      const figures = await journey(contender, own, family, count)
      const ofSameTable = further.length === 0 ? {} : await journey(contender, further, family, count, fill)
      for (const work of works) {
        note(work, name, ofSameTable[work] ?? figures[work])
        if (ofOwnTable && ofSameTable[work]) note(work, ofOwnTable, figures[work])
      }
    }
  }
  const order = (ofWork: Rows): Rows =>
    Object.fromEntries(
      all
        .flatMap(({ name, ofOwnTable }) => (ofOwnTable === undefined ? [name] : [name, ofOwnTable]))
        .flatMap((name) => (ofWork[name] ? [[name, ofWork[name]]] : [])),
    )
  for (const work of works)
    keep({ title: titles[work](what), how: circumstances(before, versions), rows: order(rows[work] ?? {}) })
}

/** Whether one run takes minutes, or near to it: peers delete links one by one, which the kernel waits for each time. */
function isSlow({ name, slowFrom }: Contender, works: readonly Work[], count: number): boolean {
  return count >= slowFrom || (works.includes('tapsDown') && name !== 'C' && !name.startsWith('linkwright'))
}

function added(rows: Rows, name: string, figures: Figures): Rows {
  return { ...rows, [name]: [...(rows[name] ?? []), figures] }
}

function keep(section: Section): void {
  console.log(renderSection(section))
  store(results, section)
}

function version(command: string, ...args: string[]): string {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: 'pipe' }).trim().split('\n', 1)[0] ?? ''
  } catch {
    return `no ${command}`
  }
}

const debianOf = (name: string): string => version('dpkg-query', '-W', name).replace('\t', ' ')
const versions = [
  `Node ${process.version}`,
  version('gcc', '--version'),
  version('ip', '-V'),
  debianOf('golang-github-vishvananda-netlink-dev'),
  debianOf('python3-pyroute2'),
].join(', ')

const built = mkdtempSync(join(tmpdir(), 'linkwright-bench-'))
try {
  const all = contenders(built)
  for (const count of [100_000, 1_000_000]) {
    for (const family of ['4', '6']) {
      const what = `${count.toLocaleString('en-US')} IPv${family} routes`
      if (only.test(what)) await compare(all, routeWorks, what, family, count)
    }
  }
  if (only.test('1,000 TAPs')) await compare(all, linkWorks, '1,000 TAPs', '4', 1000)
  if (only.test('Start-up')) {
    const before = loadavg()
    let rows: Rows = {}
    const cli = join(root, 'dist/bundle/cli.js')
    const programs = {
      'node -e 0': [process.execPath, '-e', '0'],
      linkwright: [process.execPath, cli, 'show'],
      "import 'linkwright'": [
        process.execPath,
        '--input-type=module',
        '-e',
        `await import(${JSON.stringify(join(root, 'dist/bundle/index.js'))})`,
      ],
      ...(otherNode && {
        [`node -e 0${otherNode.suffix}`]: [otherNode.path, '-e', '0'],
        [`linkwright${otherNode.suffix}`]: [otherNode.path, cli, 'show'],
      }),
    }
    for (let run = 0; run < runs * 4; run++) {
      for (const [name, figures] of Object.entries(await startUps(programs))) {
        rows = added(rows, name, figures)
      }
    }
    keep({ title: 'Start-up: linkwright show', how: circumstances(before, versions), rows })
  }
  publish(join(root, 'docs'), 'benchmarks.md', render(load(results)))
} finally {
  rmSync(built, { recursive: true, force: true })
}
