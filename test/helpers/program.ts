import { spawn, spawnSync } from 'node:child_process'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ExecutionContext } from 'ava'
import { patience } from './patience.js'

/** How a program ended. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** The path of a fixture beside a test, as source or compiled, just as the test itself. */
export function fixture(testUrl: string, name: string): string {
  return fileURLToPath(new URL(`./fixtures/${name}${extname(testUrl)}`, testUrl))
}

/** Runs a program to its end, or kills it after `timeout` milliseconds, or more on a slow machine. */
export function runProgram(
  command: readonly string[],
  { timeout = 20_000 }: { timeout?: number } = {},
): Promise<Ended> {
  const [file = '', ...args] = command
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: patience(timeout),
      killSignal: 'SIGKILL',
    })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk
    })
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk
    })
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }))
  })
}

/** The environment of programs of the system: npm puts its own before them, and has an `nft`, too. */
export const systemEnvironment: NodeJS.ProcessEnv = {
  ...process.env,
  PATH: (process.env['PATH'] ?? '')
    .split(':')
    .filter((directory) => !directory.includes('node_modules'))
    .join(':'),
}

/** Whether a program is installed. */
export function programExists(name: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${name}`], { env: systemEnvironment }).status === 0
}

/** Runs JavaScript in a namespace until the test ends. */
export function inBackground(t: Pick<ExecutionContext, 'teardown'>, namespace: string, script: string): void {
  const child = spawn('nsenter', [`--net=${namespace}`, '--', process.execPath, '-e', script], { stdio: 'inherit' })
  t.teardown(() => child.kill('SIGKILL'))
}
