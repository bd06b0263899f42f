import test from 'ava'
import { messagesOf } from '../../src/netlink/message.js'
import { apply } from '../../src/reconcile/apply.js'
import type { Spec } from '../../src/spec/types.js'
import { reconcileNamespace } from '../helpers/reconcile.js'
import { wrappedKernel } from '../helpers/wrappedKernel.js'

/** include/uapi/linux/rtnetlink.h */
const RTM_NEWNEXTHOP = 104

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
  const kernel = wrappedKernel({
    sent(datagram) {
      if (![...messagesOf(datagram)].some(({ type }) => type === RTM_NEWNEXTHOP)) return
      // Somebody else is there at once.
      if (times++ === 0) host.sh(`ip -n ${name} nexthop delete id 5`)
    },
  })
  const result = await apply(spec, { namespace: { fd: host.fd }, kernel })
  t.true(result.ok)
  t.is(times, 2)
  t.regex(host.sh(`ip -n ${name} nexthop`), /id 5 via 10\.9\.0\.2 dev eth0/)
})
