import { closeSync } from 'node:fs'
import type { ExecutionContext } from 'ava'
import { createAnonymousNamespace, inNamespace } from '../../src/system/namespace.js'
import { output } from './program.js'

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
  const run = (...command: string[]): string => inNamespace(fd, () => output(command))
  return {
    fd,
    path,
    ip: (...args) => JSON.parse(run('ip', '-j', '-d', ...args) || '[]'),
    // A shell is needed for more than words only.
    sh: (command) => (/^[\w./:, -]+$/.test(command) ? run(...command.trim().split(/ +/)) : run('sh', '-c', command)),
  }
}

/** A command of the shell that succeeds once a link is gone from the namespace at a path. */
export function untilGone(path: string, link: string): string {
  return `! nsenter --net=${path} ip link show ${link} 2>/dev/null`
}
