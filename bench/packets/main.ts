// Packets through a TUN device: linkwright beside C and Go, in the same run, turn by turn.
//   npm run bench:packets            BENCH_RUNS=5 BENCH_SECONDS=2 by default; needs root, gcc, go, ping and ip
//   BENCH_ONLY=VPN npm run …         only what has that in its title, and no file is written
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, release, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Contender, type Figures, forward, receive, send, tools, vpn, vpnFiles } from './scenarios.js'

const runs = Number(process.env['BENCH_RUNS'] ?? 5)
const only = process.env['BENCH_ONLY'] ?? ''
const root = fileURLToPath(new URL('../../../', import.meta.url))
const built = mkdtempSync(join(tmpdir(), 'linkwright-bench-'))
const lines: string[] = []

function say(line = ''): void {
  console.log(line)
  lines.push(line)
}

function build(): { contenders: Contender[]; vpnTwin: string | undefined } {
  const [c, go, twin] = ['c', 'go', 'vpn'].map((name) => join(built, name))
  if (!c || !go || !twin) throw new Error('no place to build')
  execFileSync('gcc', ['-O2', '-o', c, join(root, 'bench/packets/packets.c')], { stdio: 'inherit' })
  tools.path = c
  // Debian's Go modules lie in a GOPATH.
  const env = { ...process.env, GO111MODULE: 'off', GOPATH: '/usr/share/gocode', GOCACHE: join(built, 'cache') }
  const goBuild = (target: string, source: string): boolean => {
    try {
      execFileSync('go', ['build', '-o', target, join(root, 'bench/packets', source)], { env, stdio: 'pipe' })
      return true
    } catch (error) {
      say(`*${source} could not be built, and is left out: ${String(error).split('\n', 1)[0]}*`)
      return false
    }
  }
  const contenders: Contender[] = [
    { name: 'C', command: [c] },
    ...(goBuild(go, 'packets.go') ? [{ name: 'Go', command: [go] }] : []),
    { name: 'linkwright', command: [process.execPath, join(root, 'dist/bench/packets/contender.js')] },
  ]
  return { contenders, vpnTwin: goBuild(twin, 'vpn/main.go') ? twin : undefined }
}

const sorted = (numbers: readonly number[]): number[] => [...numbers].sort((a, b) => a - b)
const median = (numbers: readonly number[]): number => sorted(numbers)[numbers.length >> 1] ?? Number.NaN
const show = (number: number): string => (number >= 100 ? number.toFixed(0) : number.toFixed(2))
const spread = (numbers: readonly number[]): string =>
  `${show(median(numbers))} (${show(Math.min(...numbers))}–${show(Math.max(...numbers))})`

const columns = {
  kpps: 'kpackets/s',
  gigabits: 'Gbit/s',
  cpu: 'CPU µs/packet',
  leastRtt: 'RTT least µs',
  meanRtt: 'RTT mean µs',
  delay: 'delay p50 ms',
  p99: 'delay p99 ms',
}

/** Runs every contender `runs` times, turn by turn, and shows medians, spread and the median of the ratios of a round. */
async function compare(
  title: string,
  key: 'kpps' | 'gigabits',
  racers: Record<string, () => Promise<Figures>>,
): Promise<void> {
  if (!title.includes(only)) return
  const results = new Map(Object.keys(racers).map((name): [string, Figures[]] => [name, []]))
  for (let run = 0; run < runs; run++) {
    // The order turns too, so that nobody always follows the same one.
    const names = Object.keys(racers)
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(run + turn) % names.length] ?? ''
      const figures = await racers[name]?.()
      if (figures) results.get(name)?.push(figures)
    }
  }
  say(`\n## ${title}\n`)
  const shown = Object.entries(columns).filter(([column]) => [...results.values()].flat().some((row) => column in row))
  const others = Object.keys(racers).filter((name) => name !== 'linkwright')
  say(`| | ${shown.map(([, name]) => name).join(' | ')} | linkwright's ratio to it |`)
  say(`|---|${shown.map(() => '---|').join('')}---|`)
  for (const [name, rows] of results) {
    const cells = shown.map(([column]) => {
      const values = rows.flatMap((row) => (row[column] === undefined ? [] : [row[column]]))
      return values.length === 0 ? '' : spread(values)
    })
    const ours = results.get('linkwright') ?? []
    const ratios = rows.map((row, index) => (ours[index]?.[key] ?? Number.NaN) / (row[key] ?? Number.NaN))
    say(`| ${name} | ${cells.join(' | ')} | ${others.includes(name) ? spread(ratios) : ''} |`)
  }
}

function version(command: string, ...args: string[]): string {
  return execFileSync(command, args, { encoding: 'utf8' }).split('\n', 1)[0] ?? ''
}

try {
  say('# Packets per second, against C and Go\n')
  say(
    'Written by `npm run bench:packets`. Medians, with the least and the greatest; contenders take turns. The ratio is',
  )
  say('that of packets or of bits per second within one round. Ratios say more than figures: the machine is shared.\n')
  const { contenders, vpnTwin } = build()
  const [processor] = cpus()
  say(`* ${new Date().toISOString().slice(0, 10)}, Linux ${release()}, ${cpus().length} × ${processor?.model.trim()}`)
  say(
    `* Node ${process.version}, ${version('gcc', '--version')}, ${contenders.some(({ name }) => name === 'Go') ? version('go', 'version') : 'no Go'}`,
  )
  say(
    `* ${runs} runs of ${process.env['BENCH_SECONDS'] ?? 2} s; load of the machine before: ${loadavg().map(show).join(', ')}`,
  )
  const racers = (run: (contender: Contender) => Promise<Figures>): Record<string, () => Promise<Figures>> =>
    Object.fromEntries(contenders.map((contender) => [contender.name, () => run(contender)]))
  for (const size of [64, 1400])
    await compare(
      `Receive, ${size} bytes`,
      'kpps',
      racers((one) => receive(one, size)),
    )
  for (const size of [64, 1400])
    await compare(
      `Send, ${size} bytes`,
      'kpps',
      racers((one) => send(one, size)),
    )
  await compare(
    'TCP through a forwarder, MTU 1500',
    'gigabits',
    racers((one) => forward(one, false)),
  )
  await compare(
    'TCP through a forwarder, super-packets',
    'gigabits',
    racers((one) => forward(one, true)),
  )
  const files = vpnFiles()
  const ours = (side: 0 | 1): string[] => [process.execPath, join(root, 'dist/examples/vpn.js'), files[side]]
  const twin = vpnTwin
  const theirs = twin && ((side: 0 | 1) => [twin, `192.0.2.${2 - side}:5000`])
  await compare('TCP through a VPN, two daemons', 'gigabits', {
    ...(theirs ? { 'Go twin': () => vpn(theirs) } : {}),
    linkwright: () => vpn(ours),
  })
  say(`\nLoad of the machine after: ${loadavg().map(show).join(', ')}.`)
  if (only === '') writeFileSync(join(root, 'docs/benchmarks-packets.md'), `${lines.join('\n')}\n`)
  for (const file of files) rmSync(file)
} finally {
  rmSync(built, { recursive: true, force: true })
}
