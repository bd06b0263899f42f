import { succeeds } from './program.js'

/** Whether the kernel makes links of a kind, with options as `ip` says them. That loads the module. */
export function hasKind(kind: string, ...options: readonly string[]): boolean {
  return succeeds(['unshare', '--net', 'ip', 'link', 'add', 'probe0', 'type', kind, ...options])
}
