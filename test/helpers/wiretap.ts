import { endianness } from 'node:os'
import type { ExecutionContext } from 'ava'
import {
  MSG_DONTWAIT,
  SO_RCVBUFFORCE,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_RAW,
  SOL_SOCKET,
} from '../../src/system/constants.js'
import { checked, libc } from '../../src/system/libc.js'
import { inNamespace } from '../../src/system/namespace.js'
import type { TestNamespace } from './namespace.js'

const AF_PACKET = 17
const ETH_P_ALL = 3

/** Sees every frame that passes a link, both ways, and can send others. */
export interface Wiretap {
  /** What passed since the last call. */
  frames(): Uint8Array[]
  /** Sends a frame out of the link. */
  inject(frame: Uint8Array): void
}

/** Taps a link by a packet socket (packet(7)): an eye that knows nothing of what it sees. */
export function wiretap(t: Pick<ExecutionContext, 'teardown'>, namespace: TestNamespace, link: string): Wiretap {
  const index = Number(namespace.ip('link', 'show', 'dev', link)[0]?.['ifindex'])
  const littleEndian = endianness() === 'LE'
  const protocol = littleEndian ? ETH_P_ALL << 8 : ETH_P_ALL
  const fd = inNamespace(namespace.fd, () =>
    checked(libc.socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol), 'packet socket'),
  )
  t.teardown(() => libc.close(fd))
  // struct sockaddr_ll
  const address = new Uint8Array(20)
  const view = new DataView(address.buffer)
  view.setUint16(0, AF_PACKET, littleEndian)
  view.setUint16(2, ETH_P_ALL)
  view.setInt32(4, index, littleEndian)
  const size = new Uint8Array(Uint32Array.of(64 << 20).buffer)
  checked(libc.setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, size, 4), 'receive buffer')
  checked(libc.bind(fd, address, address.length), 'bind')
  const slab = new Uint8Array(1 << 17)
  const frames = (): Uint8Array[] => {
    const seen: Uint8Array[] = []
    for (;;) {
      const length = libc.recvfrom(fd, slab, slab.length, MSG_DONTWAIT, null, null)
      if (length < 0) return seen
      seen.push(slab.slice(0, length))
    }
  }
  frames()
  return {
    frames,
    inject: (frame) => checked(libc.sendto(fd, frame, frame.length, 0, address, address.length), 'inject'),
  }
}
