import type { Datagram, Transport } from '../../src/netlink/transports/transport.js'
import { type Kernel, machineKernel } from '../../src/reconcile/world/kernel.js'

/** What happens beside a kernel's transports. */
interface Around {
  /** Before a datagram is sent. */
  readonly sending?: (datagram: Uint8Array) => void
  /** After it: the kernel has done then what it says. */
  readonly sent?: (datagram: Uint8Array) => void
  /** What is received instead of the bytes that the kernel has told. */
  readonly received?: (bytes: Datagram['bytes']) => Uint8Array
}

/** The machine's kernel, with something that happens whenever it is spoken to. */
export function wrappedKernel({ sending, sent, received }: Around): (fd: number) => Kernel {
  const wrapped = (transport: Transport): Transport =>
    new Proxy(transport, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target)
        if (typeof value !== 'function') return value
        if (name === 'send') {
          return (datagram: Uint8Array) => {
            sending?.(datagram)
            target.send(datagram)
            sent?.(datagram)
          }
        }
        if (name !== 'receive' || !received) return value.bind(target)
        return () => {
          const got = target.receive()
          if (got.kind !== 'datagram') return got
          return { ...got, datagram: { ...got.datagram, bytes: received(got.datagram.bytes) } }
        }
      },
    })
  return (fd) => {
    const real = machineKernel(fd)
    return {
      ...real,
      transport: () => wrapped(real.transport()),
      transportOf: (protocol) => wrapped(real.transportOf(protocol)),
    }
  }
}
