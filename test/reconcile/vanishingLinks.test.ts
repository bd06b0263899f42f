import { closeSync, openSync } from 'node:fs'
import test, { type ExecutionContext } from 'ava'
import { messagesOf } from '../../src/netlink/message.js'
import { apply } from '../../src/reconcile/apply.js'
import type { Spec } from '../../src/spec/types.js'
import { type ReconcileNamespace, reconcileNamespace } from '../helpers/reconcile.js'
import { wrappedKernel } from '../helpers/wrappedKernel.js'

/** include/uapi/linux/rtnetlink.h */
const RTM_GETADDR = 22

/** IFLA_LINK_NETNSID of 0, as it is in a message on a machine of little-endian numbers: include/uapi/linux/if_link.h */
const idOfFirst = Buffer.from([8, 0, 37, 0, 0, 0, 0, 0])
const noId = Buffer.from([8, 0, 37, 0, 255, 255, 255, 255])

/** The machine's kernel, which tells of pairs as in the moment when the other end's namespace is about to vanish. */
const dyingKernel = wrappedKernel({
  received(told) {
    const bytes = Buffer.from(told)
    for (let at = bytes.indexOf(idOfFirst); at >= 0; at = bytes.indexOf(idOfFirst, at + 1)) bytes.set(noId, at)
    return bytes
  },
})

/** A host with a bridge and a pair into a sandbox, whose ends have the same index. */
function stage(t: ExecutionContext, label: string): { host: ReconcileNamespace; name: string } {
  const host = reconcileNamespace(t)
  const name = `lwt-gone-${process.pid}-${label}`
  t.teardown(() => host.sh(`ip netns delete ${name} || true`))
  host.sh(`ip link add br0 type bridge; ip netns add ${name}; ip link add h9 type veth peer name eth0 netns ${name}`)
  const index = (show: string): string => /^\d+/.exec(host.sh(show))?.[0] ?? ''
  t.is(index('ip -o link show br0'), index(`ip -n ${name} -o link show eth0`))
  return { host, name }
}

const sandbox = (name: string): Spec => ({
  links: [{ name: 'h9', kind: 'veth', master: 'br0', veth: { peer: { name: 'eth0', namespace: name } } }],
  namespaces: { [name]: { links: [{ name: 'eth0', addresses: ['10.0.0.9/24'] }] } },
})

test('a link that leads into a namespace that vanishes is not taken for one that leads to a link of its own', async (t) => {
  const { host } = stage(t, 'own')
  setTimeout(() => host.sh('ip link delete h9'), 300)
  const spec: Spec = {
    links: [
      { name: 'h9', absent: true },
      { name: 'br0', kind: 'bridge' },
    ],
  }
  const result = await apply(spec, { namespace: { fd: host.fd }, kernel: dyingKernel })
  t.deepEqual(result.ok ? result.val.steps : result.val.message, [])
})

test('a sandbox is made anew once the kernel has removed what the former one leaves', async (t) => {
  const { host, name } = stage(t, 'anew')
  const held = openSync(`/run/netns/${name}`, 'r')
  t.teardown(() => closeSync(held))
  host.sh(`ip netns delete ${name}`)
  // Later than anything is waited for that may stay.
  setTimeout(() => host.sh('ip link delete h9'), 1500)
  const result = await apply(sandbox(name), { namespace: { fd: host.fd }, kernel: dyingKernel })
  t.is(result.ok ? '' : result.val.message, '')
  t.regex(host.sh(`ip -n ${name} address`), /10\.0\.0\.9/)
})

test('a sandbox is made anew though somebody still has a socket in the former one', async (t) => {
  const { host, name } = stage(t, 'held')
  const held = openSync(`/run/netns/${name}`, 'r')
  host.sh(`ip netns delete ${name}`)
  setTimeout(() => closeSync(held), 300)
  const result = await apply(sandbox(name), { namespace: { fd: host.fd } })
  t.is(result.ok ? '' : result.val.message, '')
  t.regex(host.sh(`ip -n ${name} address`), /10\.0\.0\.9/)
})

test('a link that goes while it is read is made as if it had never been there', async (t) => {
  const { host } = stage(t, 'read')
  let isGone = false
  const kernel = wrappedKernel({
    sending(datagram) {
      if (isGone || ![...messagesOf(datagram)].some(({ type }) => type === RTM_GETADDR)) return
      isGone = true
      host.sh('ip link delete br0')
    },
  })
  const spec: Spec = { links: [{ name: 'br0', kind: 'bridge', addresses: ['10.0.0.1/24'] }] }
  const result = await apply(spec, { namespace: { fd: host.fd }, kernel })
  t.is(result.ok ? '' : result.val.message, '')
  t.true(isGone)
  t.regex(host.sh('ip address show br0'), /10\.0\.0\.1/)
})
