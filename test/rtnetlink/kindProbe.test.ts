import test, { type ExecutionContext } from 'ava'
import { Connection } from '../../src/netlink/connection.js'
import { messagesOf } from '../../src/netlink/message.js'
import { u32 } from '../../src/netlink/scalars.js'
import { attribute, attributeTable } from '../../src/netlink/table.js'
import { FfiTransport } from '../../src/netlink/transports/ffi.js'
import { RTNLGRP_LINK } from '../../src/rtnetlink/constants.js'
import { knowsKind, knowsOption } from '../../src/rtnetlink/kindProbe.js'
import { defineLinkKind } from '../../src/rtnetlink/kinds/kind.js'
import { linkKind, linkKinds } from '../../src/rtnetlink/kinds/registry.js'
import { loadKind } from '../helpers/kindLacking.js'
import { testNamespace } from '../helpers/namespace.js'
import { record } from '../helpers/record.js'

/** TUN and TAP devices are not made by rtnetlink. */
const rtnetlinkKinds = [...linkKinds()].filter(({ creation }) => creation !== 'tuntap')

function opened(t: ExecutionContext) {
  const namespace = testNamespace(t)
  const connection = new Connection(new FfiTransport({ namespaceFd: namespace.fd }))
  t.teardown(() => connection.close())
  return { namespace, connection }
}

test('a question makes nothing and nothing is told of it, whatever the answer is', async (t) => {
  const { namespace, connection } = opened(t)
  for (const kind of rtnetlinkKinds) {
    await loadKind(kind)
    await knowsKind(kind, connection)
  }
  // Modules that the first question loaded may have made devices.
  const before = namespace.sh('ip link')
  const ear = new FfiTransport({ namespaceFd: namespace.fd })
  t.teardown(() => ear.close())
  ear.join(RTNLGRP_LINK)
  for (const kind of rtnetlinkKinds) {
    const known = await knowsKind(kind, connection)
    const lacking: string[] = []
    for (const option of kind.options.names) {
      if ((await knowsOption(kind, option, connection)) === false) lacking.push(option)
    }
    record({ type: 'probe', kind: kind.kind, known, lacking: known ? lacking : [] })
    t.log(known ? `${kind.kind}${lacking.length > 0 ? `, but no ${lacking.join(', ')}` : ''}` : `no ${kind.kind}`)
  }
  t.is(namespace.sh('ip link'), before)
  const told = ear.receive()
  t.is(told.kind === 'datagram' ? [...messagesOf(told.datagram.bytes)].length : 0, 0)
})

test('what no kernel has is not known', async (t) => {
  const { connection } = opened(t)
  const line = attribute(4000, u32)
  const options = attributeTable<{ never?: number }>({ never: line })
  t.false(await knowsKind(defineLinkKind({ kind: 'nosuchkind', options }), connection))
  t.false(await knowsOption(defineLinkKind({ kind: 'bridge', options }), 'never', connection))
})

test('what every kernel has is known', async (t) => {
  const { connection } = opened(t)
  const bridge = linkKind('bridge')
  if (!bridge) throw new Error('no bridge')
  t.true(await knowsKind(bridge, connection))
  for (const option of ['forwardDelay', 'stp', 'priority', 'groupAddress', 'multicastQueryInterval']) {
    t.true(await knowsOption(bridge, option, connection), option)
  }
  // A single bit cannot be asked for.
  t.is(await knowsOption(bridge, 'noLinkLocalLearn', connection), undefined)
})
