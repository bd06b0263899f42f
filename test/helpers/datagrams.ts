import { AF_INET } from '../../src/rtnetlink/constants.js'
import { SOCK_CLOEXEC, SOCK_DGRAM } from '../../src/system/constants.js'
import { checked, libc } from '../../src/system/libc.js'
import { inNamespace } from '../../src/system/namespace.js'
import type { TestNamespace } from './namespace.js'

/** struct sockaddr_in of 10.0.0.2 port 9. */
const target = Uint8Array.of(AF_INET, 0, 0, 9, 10, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0)

/** Sends datagrams of `payloads` bytes each to 10.0.0.2 from inside a namespace, each from a port of its own. */
export function sendFrom({ fd }: Pick<TestNamespace, 'fd'>, payloads: readonly number[]): void {
  inNamespace(fd, () => {
    for (const bytes of payloads) {
      const socket = checked(libc.socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), 'socket')
      checked(libc.sendto(socket, new Uint8Array(bytes), bytes, 0, target, target.length), 'send a datagram')
      libc.close(socket)
    }
  })
}
