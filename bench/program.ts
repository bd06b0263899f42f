import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync } from 'node:fs'
import { createAnonymousNamespace } from '../src/system/namespace.js'

/** A program inside a namespace. */
export interface Program {
  readonly child: ChildProcess
  /** Its standard output once it has ended; an error where it failed. */
  readonly ended: Promise<string>
}

/** Starts a program in a namespace, and waits for a line of it. */
export async function start(
  namespace: string,
  command: readonly string[],
  awaited?: string,
  seconds = 60,
): Promise<Program> {
  // Whoever hangs is to be seen as a failure, soon.
  const child = spawn('nsenter', [`--net=${namespace}`, '--', ...command], {
    stdio: ['pipe', 'pipe', 'inherit'],
    timeout: seconds * 1000,
    killSignal: 'SIGKILL',
  })
  let output = ''
  let seen: (() => void) | undefined
  child.stdout.on('data', (text) => {
    output += text
    if (awaited !== undefined && output.includes(awaited)) seen?.()
  })
  // Whoever ended by itself no longer reads.
  child.stdin.on('error', () => undefined)
  const ended = new Promise<string>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      if (code === 0 || signal !== null) resolve(output)
      else reject(new Error(`${command.join(' ')} ended with ${code}`))
    })
  })
  if (awaited !== undefined) await Promise.race([new Promise<void>((resolve) => (seen = resolve)), ended])
  return { child, ended }
}

/** Runs a program in a namespace to its end. */
export async function finish(namespace: string, ...command: string[]): Promise<string> {
  return (await start(namespace, command)).ended
}

/** The last line of a program's output, which is a JSON object of numbers. */
export async function numbersOf(program: Program): Promise<Record<string, number>> {
  return JSON.parse((await program.ended).trim().split('\n').at(-1) ?? '')
}

/** One run in throw-away namespaces, which end with it. */
export async function inNamespaces<T>(count: number, work: (paths: string[]) => Promise<T>): Promise<T> {
  const fds = Array.from({ length: count }, () => createAnonymousNamespace())
  try {
    return await work(fds.map((fd) => `/proc/${process.pid}/fd/${fd}`))
  } finally {
    for (const fd of fds) closeSync(fd)
  }
}
