import type { Transport } from '../../src/netlink/transports/transport.js'
import { type Kernel, machineKernel } from '../../src/reconcile/world/kernel.js'

/** The machine's kernel, and how many bytes it has told. */
export function countingKernel(): { kernel: (fd: number) => Kernel; told: () => number } {
  let bytes = 0
  const counting = (transport: Transport): Transport =>
    new Proxy(transport, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target)
        if (typeof value !== 'function') return value
        if (name !== 'receive') return value.bind(target)
        return () => {
          const received = target.receive()
          if (received.kind === 'datagram') bytes += received.datagram.bytes.length
          return received
        }
      },
    })
  const kernel = (fd: number): Kernel => {
    const real = machineKernel(fd)
    return {
      ...real,
      transport: () => counting(real.transport()),
      transportOf: (protocol) => counting(real.transportOf(protocol)),
    }
  }
  return { kernel, told: () => bytes }
}
