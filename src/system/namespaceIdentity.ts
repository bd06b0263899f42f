import { fstatSync } from 'node:fs'
import { AF_UNIX, SO_NETNS_COOKIE, SOCK_CLOEXEC, SOCK_DGRAM, SOL_SOCKET } from './constants.js'
import { checked, libc } from './libc.js'
import { inNamespace } from './namespace.js'

/**
 * A text that no other network namespace has had since the machine started: the kernel's cookie, which is never used
 * again (net/core/net_namespace.c, since Linux 5.14). Older kernels give the inode's number, which is used again once
 * the namespace is gone.
 */
export function namespaceIdentity(fd: number): string {
  const cookie = inNamespace(fd, readCookie)
  if (cookie !== undefined) return `cookie-${cookie}`
  const { dev, ino } = fstatSync(fd)
  return `inode-${dev}-${ino}`
}

/** Whether an identity is never used again, also when the namespace is gone. */
export function isLastingIdentity(identity: string): boolean {
  return identity.startsWith('cookie-')
}

function readCookie(): bigint | undefined {
  const socket = checked(libc.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), 'socket')
  try {
    const value = new BigUint64Array(1)
    const length = new Uint32Array([value.byteLength])
    const [bytes, lengthBytes] = [new Uint8Array(value.buffer), new Uint8Array(length.buffer)]
    return libc.getsockopt(socket, SOL_SOCKET, SO_NETNS_COOKIE, bytes, lengthBytes) === 0 ? value[0] : undefined
  } finally {
    // Not Node's: in a worker it warns of what it has not opened.
    libc.close(socket)
  }
}
