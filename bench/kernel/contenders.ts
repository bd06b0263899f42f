import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ipBatch } from './specs.js'

/** What is done in a namespace, one after the other. */
export type Work = 'add' | 'dump' | 'noop' | 'change' | 'delete' | 'tapsUp' | 'linkDump' | 'tapsDown'

/** A program that competes. */
export interface Contender {
  readonly name: string
  /** From how many objects on a run takes minutes, so that fewer runs must do. */
  readonly slowFrom: number
  /** From how many objects on it is left out. */
  readonly hopelessFrom: number
  /** Whether it adds in an order of its own, and does all else in a table that C has filled; the others add as C does. */
  readonly ownOrder?: boolean
  /** What it is called where it works on the table that it has filled itself; without, it does not. */
  readonly ofOwnTable?: string
  /** What it runs for some work, if it can do it; the last line of its output is a JSON object of numbers. */
  readonly command: (work: Work, family: string, count: number) => readonly string[] | undefined
}

const root = fileURLToPath(new URL('../../../', import.meta.url))
const here = join(root, 'bench/kernel')
const js = (name: string, node = process.execPath): string[] => [node, join(root, 'dist/bench/kernel', name)]

/** Another Node that linkwright runs on, too, and what is said behind the names of what it runs. */
export const otherNode = otherNodeOf(process.env['BENCH_NODE'])

function otherNodeOf(path: string | undefined): { readonly path: string; readonly suffix: string } | undefined {
  if (path === undefined) return undefined
  const version = execFileSync(path, ['-p', 'process.versions.node.split(".")[0]'], { encoding: 'utf8' })
  return { path, suffix: `, Node ${version.trim()}` }
}

/** linkwright, in a program that has done the same ten times: what code runs for the first time is compiled on the way. */
export const warmedUp = 'linkwright, warmed up'
const timesBefore = 10

/** linkwright, on a table that it has filled itself. */
export const ofOwnTable = 'linkwright, own table'

/** All contenders that this machine can build or run, C first; what it lacks is told. */
export function contenders(built: string): Contender[] {
  const c = join(built, 'contender')
  execFileSync('gcc', ['-O2', '-o', c, join(here, 'contender.c')], { stdio: 'inherit' })
  const never = Number.POSITIVE_INFINITY
  const found: Contender[] = [
    { name: 'C', slowFrom: never, hopelessFrom: never, command: (...work) => commandOfC(c, ...work) },
    {
      name: 'C, carriers noted',
      slowFrom: never,
      hopelessFrom: never,
      command: (work, family, count) => (work === 'tapsUp' ? [c, 'tapsUpNoted', family, `${count}`] : undefined),
    },
    {
      name: 'linkwright',
      slowFrom: never,
      hopelessFrom: never,
      ownOrder: true,
      ofOwnTable,
      command: commandOn(process.execPath),
    },
    {
      name: warmedUp,
      slowFrom: never,
      hopelessFrom: never,
      ownOrder: true,
      command: (work, family, count) =>
        /^(dump|noop|change)$/.test(work)
          ? [...commandOn(process.execPath)(work, family, count), `${timesBefore}`]
          : undefined,
    },
    {
      name: 'ip',
      slowFrom: 1_000_000,
      hopelessFrom: never,
      command: (work, family, count) => [c, 'run', 'ip', ...argumentsOfIp(built, work, family, count)],
    },
    {
      name: 'npm netlink',
      slowFrom: 100_000,
      hopelessFrom: 1_000_000,
      command: (work, family, count) =>
        /tap|link/.test(work) ? undefined : [...js('npmNetlink.js'), work, family, `${count}`],
    },
  ]
  if (otherNode) {
    const { path, suffix } = otherNode
    const command = commandOn(path)
    found.push({ name: `linkwright${suffix}`, slowFrom: never, hopelessFrom: never, ownOrder: true, command })
  }
  const go = join(built, 'go')
  if (builds(go)) {
    const command: Contender['command'] = (work, family, count) => [go, work, family, `${count}`]
    found.push({ name: 'Go', slowFrom: 1_000_000, hopelessFrom: never, command })
  }
  const python = '/usr/bin/python3'
  if (works(python, '-c', 'import pyroute2')) {
    const script = join(here, 'contender.py')
    const command: Contender['command'] = (work, family, count) => [python, script, work, family, `${count}`]
    found.push({ name: 'pyroute2', slowFrom: 100_000, hopelessFrom: 1_000_000, command })
  }
  return found
}

/** linkwright on a Node. */
function commandOn(node: string): (work: Work, family: string, count: number) => string[] {
  return (work, family, count) => [...js('linkwright.js', node), work, family, `${count}`]
}

/** Reconciling nothing is for C a dump; it deletes in the order that the kernel takes best. */
function commandOfC(c: string, work: Work, family: string, count: number): string[] {
  const best = work === 'delete' && family === '4' ? 'deleteStrided' : work
  return [c, best === 'noop' ? 'dump' : best, family, `${count}`]
}

function argumentsOfIp(built: string, work: Work, family: string, count: number): string[] {
  if (work === 'dump') return [`-${family}`, 'route', 'show', 'table', 'main']
  if (work === 'linkDump') return ['link', 'show']
  const file = join(built, 'batch')
  writeFileSync(file, `${ipBatch(work, family, count)}\n`)
  return [`-${family}`, '-batch', file]
}

function builds(target: string): boolean {
  // Debian's Go modules lie in a GOPATH.
  const env = { ...process.env, GO111MODULE: 'off', GOPATH: '/usr/share/gocode', GOCACHE: `${target}-cache` }
  return works('go', 'build', '-o', target, join(here, 'contender.go'), { env })
}

function works(command: string, ...rest: readonly (string | { env: NodeJS.ProcessEnv })[]): boolean {
  const args = rest.filter((one) => typeof one === 'string')
  const options = rest.find((one) => typeof one !== 'string')
  try {
    execFileSync(command, args, { stdio: 'pipe', ...options })
    return true
  } catch (error) {
    console.log(`left out: ${command} ${args.join(' ')}: ${String(error).split('\n', 1)[0]}`)
    return false
  }
}
