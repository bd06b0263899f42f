import { execFileSync } from 'node:child_process'
import { closeSync } from 'node:fs'
import type { ExecutionContext } from 'ava'
import { createAnonymousNamespace, inNamespace } from '../../src/system/namespace.js'
import { systemEnvironment } from './program.js'

/** A throw-away network namespace, and `ip` and the shell inside it as independent eyes. */
export interface TestNamespace {
  readonly fd: number
  /** The path by which other programs enter it. */
  readonly path: string
  /** What `ip -j -d ARGUMENTS` prints, parsed. */
  ip(...args: string[]): Record<string, unknown>[]
  /** Runs a shell command inside and returns what it prints. */
  sh(command: string): string
}

/** Makes a namespace that ends with the test. */
export function testNamespace(t: Pick<ExecutionContext, 'teardown'>): TestNamespace {
  const fd = createAnonymousNamespace()
  t.teardown(() => closeSync(fd))
  const path = `/proc/${process.pid}/fd/${fd}`
  // Without nsenter, which would take a quarter of the time.
  const run = (command: string, ...args: string[]): string =>
    inNamespace(fd, () =>
      execFileSync(command, args, {
        encoding: 'utf8',
        env: systemEnvironment,
        stdio: ['ignore', 'pipe', 'pipe'],
        maxBuffer: 1 << 28,
      }),
    )
  return {
    fd,
    path,
    ip: (...args) => JSON.parse(run('ip', '-j', '-d', ...args) || '[]'),
    sh: (command) => run('sh', '-c', command),
  }
}

/** A command of the shell that succeeds once a link is gone from the namespace at a path. */
export function untilGone(path: string, link: string): string {
  return `! nsenter --net=${path} ip link show ${link} 2>/dev/null`
}
