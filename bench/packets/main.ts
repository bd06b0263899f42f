// Packets through a TUN device: linkwright beside C and Go, in the same run, turn by turn.
//   npm run bench:packets            BENCH_RUNS=5 BENCH_SECONDS=2 by default; needs root, gcc, go, ping and ip
//   BENCH_ONLY='VPN|Send' npm run …  only what has that in its title; the other tables stay as they were
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { circumstances, type Figures, load, type Section, store } from '../results.js'
import { cleanEnds } from './cleanEnds.js'
import { render, renderSection } from './render.js'
import { type Contender, forward, receive, send, tools, vpn, vpnFiles, wireguard } from './scenarios.js'

const runs = Number(process.env['BENCH_RUNS'] ?? 5)
const only = new RegExp(process.env['BENCH_ONLY'] ?? '')
const seconds = process.env['BENCH_SECONDS'] ?? '2'
const root = fileURLToPath(new URL('../../../', import.meta.url))
const built = mkdtempSync(join(tmpdir(), 'linkwright-bench-'))
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
      console.log(`${source} could not be built, and is left out: ${String(error).split('\n', 1)[0]}`)
      return false
    }
  }
  const contenders: Contender[] = [
    { name: 'C', command: [c] },
    ...(goBuild(go, 'packets.go')
      ? [
          { name: 'Go', command: [go] },
          { name: 'Go, blocking', command: ['env', 'BLOCKING=1', go] },
        ]
      : []),
    { name: 'linkwright', command: [process.execPath, join(root, 'dist/bench/packets/contender.js')] },
  ]
  return { contenders, vpnTwin: goBuild(twin, 'vpn/main.go') ? twin : undefined }
}

/** Runs every contender `runs` times, turn by turn. */
async function compare(title: string, racers: Record<string, () => Promise<Figures>>): Promise<void> {
  if (!only.test(title)) return
  const before = loadavg()
  const rows: Record<string, Figures[]> = Object.fromEntries(Object.keys(racers).map((name) => [name, []]))
  for (let run = 0; run < runs; run++) {
    // The order turns too, so that nobody always follows the same one.
    const names = Object.keys(racers)
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(run + turn) % names.length] ?? ''
      const figures = await racers[name]?.()
      if (figures) rows[name]?.push(figures)
    }
  }
  keep({ title, how: how(before), rows })
}

function how(before: readonly number[], what = `${runs} runs of ${seconds} s`): string {
  return `${what}, ${circumstances(before, versions)}`
}

function keep(section: Section): void {
  console.log(renderSection(section))
  store(join(root, 'bench/packets/results.json'), section)
}

function version(command: string, ...args: string[]): string {
  try {
    return execFileSync(command, args, { encoding: 'utf8' }).split('\n', 1)[0] ?? ''
  } catch {
    return `no ${command}`
  }
}

const versions = `Node ${process.version}, ${version('gcc', '--version')}, ${version('go', 'version')}`

try {
  const { contenders, vpnTwin } = build()
  const racers = (run: (contender: Contender) => Promise<Figures>): Record<string, () => Promise<Figures>> =>
    Object.fromEntries(contenders.map((contender) => [contender.name, () => run(contender)]))
  for (const size of [64, 1400]) {
    await compare(
      `Receive, ${size} bytes`,
      racers((one) => receive(one, size)),
    )
  }
  for (const size of [64, 1400]) {
    await compare(
      `Send, ${size} bytes`,
      racers((one) => send(one, size)),
    )
  }
  for (const [what, offload] of [
    ['MTU 1500', false],
    ['super-packets', true],
  ] as const) {
    await compare(
      `TCP through a forwarder, ${what}`,
      racers((one) => forward(one, offload)),
    )
  }
  const files = vpnFiles()
  const ours = (side: 0 | 1): string[] => [process.execPath, join(root, 'dist/examples/vpn.js'), files[side]]
  const twin = vpnTwin
  const theirs = twin && ((side: 0 | 1) => [twin, `192.0.2.${2 - side}:5000`])
  await compare('TCP through a VPN', {
    ...(theirs ? { 'Go twin': () => vpn(theirs) } : {}),
    ...(version('wireguard-go', '--version').startsWith('no ') ? {} : { 'wireguard-go': wireguard }),
    linkwright: () => vpn(ours),
  })
  for (const file of files) rmSync(file)
  const before = loadavg()
  if (only.test('Clean ends')) {
    const rows = await cleanEnds(join(root, 'dist/test/tuntap/fixtures/flood.js'))
    keep({ title: 'Clean ends', how: how(before, 'Each way 12 times, under traffic'), rows })
  }
  const document = render(load(join(root, 'bench/packets/results.json')))
  writeFileSync(join(root, 'docs/benchmarks-packets.md'), document)
} finally {
  rmSync(built, { recursive: true, force: true })
}
