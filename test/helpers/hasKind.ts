import { execFileSync } from 'node:child_process'
import { systemEnvironment } from './program.js'

/** Whether the kernel makes links of a kind, with options as `ip` says them. That loads the module. */
export function hasKind(kind: string, ...options: readonly string[]): boolean {
  try {
    execFileSync('unshare', ['--net', 'ip', 'link', 'add', 'probe0', 'type', kind, ...options], {
      env: systemEnvironment,
      stdio: 'ignore',
    })
    return true
  } catch {
    return false
  }
}
