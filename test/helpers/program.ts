import { spawn } from 'node:child_process'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ExecutionContext } from 'ava'
import { patience } from './patience.js'
import { type Ended, spawned } from './spawned.js'

/** The path of a fixture beside a test, as source or compiled, just as the test itself. */
export function fixture(testUrl: string, name: string): string {
  return fileURLToPath(new URL(`./fixtures/${name}${extname(testUrl)}`, testUrl))
}

/** What asks of each program that runs whether it has ended. */
const looks = new Set<() => void>()

function lookAtAll(): void {
  for (const look of [...looks]) look()
}

/** Runs a program to its end, or kills it after `timeout` milliseconds, or more on a slow machine. */
export function runProgram(
  command: readonly string[],
  { timeout = 20_000 }: { timeout?: number } = {},
): Promise<Ended> {
  return new Promise((resolve) => {
    const program = spawned(command)
    if (looks.size === 0) process.on('SIGCHLD', lookAtAll)
    // Once it has killed, this still keeps the process waiting for the signal.
    const timer = setInterval(() => process.kill(program.pid, 'SIGKILL'), patience(timeout))
    const look = (): void => {
      const ended = program.poll()
      if (!ended) return
      clearInterval(timer)
      looks.delete(look)
      if (looks.size === 0) process.off('SIGCHLD', lookAtAll)
      resolve(ended)
    }
    looks.add(look)
    look()
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

/**
 * Runs a program of the system to its end, and returns what it printed.
 * @throws what it printed as an error, where it failed
 */
export function output(command: readonly string[], input = ''): string {
  const ended = spawned(command, { environment: systemEnvironment, input }).wait()
  if (ended.code === 0) return ended.stdout
  const how = ended.signal ?? `exit status ${ended.code}`
  throw Object.assign(new Error(`${command.join(' ')}: ${how}\n${ended.stderr}`), ended)
}

/** Whether a program of the system runs, and ends without an error. */
export function succeeds(command: readonly string[]): boolean {
  try {
    return spawned(command, { environment: systemEnvironment }).wait().code === 0
  } catch {
    return false
  }
}

/** Whether a program is installed. */
export function programExists(name: string): boolean {
  return succeeds(['sh', '-c', `command -v ${name}`])
}

/** Runs JavaScript in a namespace until the test ends. */
export function inBackground(t: Pick<ExecutionContext, 'teardown'>, namespace: string, script: string): void {
  const child = spawn('nsenter', [`--net=${namespace}`, '--', process.execPath, '-e', script], { stdio: 'inherit' })
  t.teardown(() => child.kill('SIGKILL'))
}
