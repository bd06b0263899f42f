import { execFileSync } from 'node:child_process'
import { systemEnvironment } from './program.js'

/** Whether the kernel makes links of a kind, which loads the module. */
export function hasKind(kind: string): boolean {
  try {
    execFileSync('unshare', ['--net', 'ip', 'link', 'add', 'probe0', 'type', kind], {
      env: systemEnvironment,
      stdio: 'ignore',
    })
    return true
  } catch {
    return false
  }
}
