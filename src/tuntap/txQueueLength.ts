import { littleEndian } from '../netlink/bytes.js'
import { SOCK_CLOEXEC, SOCK_DGRAM } from '../system/constants.js'
import { checked, lastErrno, libc } from '../system/libc.js'
import { CallFailure } from './cloneDevice.js'
import { IFNAMSIZ, SIOCSIFTXQLEN } from './constants.js'

const AF_INET = 2

/** Sets how many packets may wait for the program, in the calling thread's namespace: `ip link set … txqueuelen`. */
export function setTxQueueLength(name: string, length: number): void {
  const request = new Uint8Array(40)
  Buffer.from(request.buffer).write(name, 0, IFNAMSIZ - 1)
  new DataView(request.buffer).setInt32(IFNAMSIZ, length, littleEndian)
  const fd = checked(libc.socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), `link ${name}: set txQueueLength`)
  try {
    if (libc.ioctl(fd, SIOCSIFTXQLEN, request) >= 0) return
    throw new CallFailure('other', lastErrno(), `set txQueueLength ${length}`)
  } finally {
    libc.close(fd)
  }
}
