import test from 'ava'
import { messagesOf } from '../../src/netlink/message.js'
import type { Transport } from '../../src/netlink/transports/transport.js'
import { apply } from '../../src/reconcile/apply.js'
import { type Kernel, machineKernel } from '../../src/reconcile/world/kernel.js'
import type { Spec } from '../../src/spec/types.js'
import { reconcileNamespace } from '../helpers/reconcile.js'

/** include/uapi/linux/rtnetlink.h */
const RTM_NEWNEXTHOP = 104

/** The machine's kernel, beside which somebody does something as soon as a nexthop object is made. */
function withSomebody(act: () => void): (fd: number) => Kernel {
  const watched = (transport: Transport): Transport =>
    new Proxy(transport, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target)
        if (typeof value !== 'function') return value
        if (name !== 'send') return value.bind(target)
        return (datagram: Uint8Array) => {
          target.send(datagram)
          if ([...messagesOf(datagram)].some(({ type }) => type === RTM_NEWNEXTHOP)) act()
        }
      },
    })
  return (fd) => {
    const real = machineKernel(fd)
    return { ...real, transport: () => watched(real.transport()) }
  }
}

test('in a namespace that was made everything is read again, whatever it is', async (t) => {
  const host = reconcileNamespace(t)
  const name = `lwt-made-${process.pid}`
  t.teardown(() => host.sh(`ip netns delete ${name}`))
  const spec: Spec = {
    links: [{ name: 'h1', kind: 'veth', veth: { peer: { name: 'eth0', namespace: name } } }],
    namespaces: {
      [name]: {
        links: [{ name: 'eth0', addresses: ['10.9.0.1/24'] }],
        nexthops: [{ id: 5, via: '10.9.0.2', dev: 'eth0' }],
      },
    },
  }
  let times = 0
  const kernel = withSomebody(() => {
    if (times++ === 0) host.sh(`ip -n ${name} nexthop delete id 5`)
  })
  const result = await apply(spec, { namespace: { fd: host.fd }, kernel })
  t.true(result.ok)
  t.is(times, 2)
  t.regex(host.sh(`ip -n ${name} nexthop`), /id 5 via 10\.9\.0\.2 dev eth0/)
})
