import test from 'ava'
import { withoutNames } from '../../src/netlink/codec.js'
import { Connection } from '../../src/netlink/connection.js'
import { buildMessage, NLM_F_ACK } from '../../src/netlink/message.js'
import { FfiTransport } from '../../src/netlink/transports/ffi.js'
import { RTM_SETLINK } from '../../src/rtnetlink/constants.js'
import { linkLayout } from '../../src/rtnetlink/linkAttributes.js'
import { kernelIsAtLeast } from '../../src/system/kernelRelease.js'
import { testNamespace } from '../helpers/namespace.js'
import { ok, openNetwork } from '../helpers/network.js'
import { skipped } from '../helpers/skipped.js'
import { loadXdpProgram } from '../helpers/xdpProgram.js'

// XDP_FLAGS_SKB_MODE: include/uapi/linux/if_link.h
const inStack = 2

test('an XDP program on a link is told as ip tells it', async (t) => {
  const { network, ip, fd } = openNetwork(t)
  const program = loadXdpProgram(t)
  if (program < 0) return skipped(t, 'this kernel, or who may not load programs, has no XDP')
  const { index, xdp } = ok(await network.links.get('v0'))
  t.is(xdp, undefined)
  using connection = new Connection(new FfiTransport({ namespaceFd: fd }))
  const attach = buildMessage({
    layout: linkLayout,
    type: RTM_SETLINK,
    flags: NLM_F_ACK,
    subject: 'link v0',
    header: { family: 0, type: 0, index, flags: 0, change: 0 },
    attributes: { xdp: { fd: program, flags: inStack } },
    context: withoutNames,
  })
  await connection.request(attach)
  const [shown] = ip('link', 'show', 'v0')
  t.like(shown, { xdp: { mode: 2 } })
  const told = ok(await network.links.get('v0')).xdp
  t.like(shown, { xdp: { prog: { id: told?.programId } } })
  t.deepEqual(told, { attached: 'generic', programId: told?.programId, genericProgramId: told?.programId })
})

test('of what this kernel tells of its links, nothing is unknown', async (t) => {
  if (kernelIsAtLeast(6, 19)) return skipped(t, 'a later kernel may tell more')
  const { network, sh } = openNetwork(t)
  sh('ip link add br0 type bridge; ip tuntap add tap0 mode tap; ip link set tap0 master br0 up')
  const links = ok(await network.links.list())
  t.deepEqual(links.map(({ name, unknown }) => [name, unknown]).sort(), [
    ['br0', undefined],
    ['lo', undefined],
    ['tap0', undefined],
    ['v0', undefined],
    ['v1', undefined],
  ])
})

test('a link that stays in its namespace says so', async (t) => {
  if (!kernelIsAtLeast(6, 15)) return skipped(t, 'this kernel does not tell')
  const { network, sh } = openNetwork(t)
  const other = testNamespace(t)
  sh('ip link add br0 type bridge')
  for (const { name, namespaceImmutable = false } of ok(await network.links.list())) {
    const moved = await network.links.move(name, { fd: other.fd })
    t.is(namespaceImmutable, moved.err, name)
  }
  t.deepEqual(
    ok(await network.links.list()).map(({ name }) => name),
    ['lo', 'br0'],
  )
})
