import test from 'ava'
import type { Transport } from '../../src/netlink/transports/transport.js'
import { apply } from '../../src/reconcile/apply.js'
import { type Kernel, machineKernel } from '../../src/reconcile/world/kernel.js'
import type { Spec } from '../../src/spec/types.js'
import { reconcileNamespace } from '../helpers/reconcile.js'

/** IFLA_LINK_NETNSID of 0, as it is in a message on a machine of little-endian numbers: include/uapi/linux/if_link.h */
const idOfFirst = Buffer.from([8, 0, 37, 0, 0, 0, 0, 0])
const noId = Buffer.from([8, 0, 37, 0, 255, 255, 255, 255])

/** The machine's kernel, which tells of pairs as in the moment when the other end's namespace is about to vanish. */
function dyingKernel(fd: number): Kernel {
  const real = machineKernel(fd)
  const dying = (transport: Transport): Transport =>
    new Proxy(transport, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target)
        if (typeof value !== 'function') return value
        if (name !== 'receive') return value.bind(target)
        return () => {
          const received = target.receive()
          if (received.kind !== 'datagram') return received
          const bytes = Buffer.from(received.datagram.bytes)
          for (let at = bytes.indexOf(idOfFirst); at >= 0; at = bytes.indexOf(idOfFirst, at + 1)) bytes.set(noId, at)
          return { ...received, datagram: { ...received.datagram, bytes } }
        }
      },
    })
  return { ...real, transport: () => dying(real.transport()) }
}

test('a link that leads into a namespace that vanishes is not taken for one that leads to a link of its own', async (t) => {
  const host = reconcileNamespace(t)
  const name = `lwt-dying-${process.pid}`
  t.teardown(() => host.sh(`ip netns delete ${name}`))
  host.sh(`ip link add br0 type bridge; ip netns add ${name}; ip link add h9 type veth peer name eth0 netns ${name}`)
  const index = (show: string): string => /^\d+/.exec(host.sh(show))?.[0] ?? ''
  t.is(index('ip -o link show br0'), index(`ip -n ${name} -o link show eth0`))
  const spec: Spec = {
    links: [
      { name: 'h9', absent: true },
      { name: 'br0', kind: 'bridge' },
    ],
  }
  const result = await apply(spec, { namespace: { fd: host.fd }, kernel: dyingKernel })
  const steps = result.ok ? result.val.steps.map(({ equivalent }) => equivalent) : result.val.message
  t.deepEqual(steps, ['ip link delete dev h9'])
})
