import { writeFileSync } from 'node:fs'
import { AF_INET } from '../../src/rtnetlink/constants.js'
import { SOCK_CLOEXEC, SOCK_DGRAM } from '../../src/system/constants.js'
import { checked, libc } from '../../src/system/libc.js'
import { inNamespace } from '../../src/system/namespace.js'
import { IFNAMSIZ } from '../../src/tuntap/constants.js'

/** include/uapi/linux/sockios.h */
const SIOCSIFFLAGS = 0x8914
const IFF_UP = 1

/**
 * Sets the loopback up in a namespace, in which no link then gets a link-local address by itself and none waits for
 * others that have its address. It starts no program: hundreds of tests begin with it.
 */
export function makeQuiet(fd: number): void {
  inNamespace(fd, () => {
    const setting = (name: string): string => `/proc/sys/net/ipv6/conf/default/${name}`
    writeFileSync(setting('accept_dad'), '0')
    writeFileSync(setting('addr_gen_mode'), '1')
    // struct ifreq: include/uapi/linux/if.h
    const request = new Uint8Array(40)
    Buffer.from(request.buffer).write('lo')
    request[IFNAMSIZ] = IFF_UP
    const socket = checked(libc.socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), 'socket')
    checked(libc.ioctl(socket, SIOCSIFFLAGS, request), 'set lo up')
    libc.close(socket)
  })
}
