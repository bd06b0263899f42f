import { succeeds } from './program.js'

/**
 * The command that runs another one in network and mount namespaces of its own, with an empty /run, so that it changes
 * neither this machine's network nor its named namespaces. Without root it becomes root in a user namespace.
 */
export function sandboxed(command: readonly string[]): readonly string[] {
  const user = process.getuid?.() === 0 ? [] : ['--map-root-user']
  const setUp = 'mount -t tmpfs tmpfs /run && exec "$@"'
  return ['unshare', ...user, '--net', '--mount', 'sh', '-c', setUp, 'sh', ...command]
}

/** Whether this machine lets us make a sandbox. */
export function canSandbox(): boolean {
  return succeeds(sandboxed(['true']))
}
