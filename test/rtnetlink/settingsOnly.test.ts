import test from 'ava'
import { Payload } from '../../src/netlink/bytes.js'
import { Connection } from '../../src/netlink/connection.js'
import { FfiTransport } from '../../src/netlink/transports/ffi.js'
import { settableProperties } from '../../src/reconcile/losses/settableProperties.js'
import { decodeLink } from '../../src/rtnetlink/decodeLink.js'
import { dumpLinks } from '../../src/rtnetlink/linkMessages.js'
import { testNamespace } from '../helpers/namespace.js'

const linkName = (index: number): number => index

test('settings alone are all that can be set, and the kind of a device that its state tells', async (t) => {
  const namespace = testNamespace(t)
  namespace.sh('ip link add br0 type bridge; ip link add v0 type veth peer name v1; ip link set v0 master br0 up')
  namespace.sh('ip tuntap add tun0 mode tun; ip tuntap add tap0 mode tap; ip link set tap0 alias x')
  using connection = new Connection(new FfiTransport({ namespaceFd: namespace.fd }))
  const { items } = await connection.dump(dumpLinks(), ({ body }) => new Payload(body.copy()))
  t.is(items.length, 6)
  for (const body of items) {
    const [whole, settings] = [decodeLink(body), decodeLink(body, { linkName, settingsOnly: true })]
    t.deepEqual(settableProperties(settings), settableProperties(whole))
    t.deepEqual(settings.status, whole.status)
    t.truthy(whole.ipv6Settings)
    const { portStatus, ipv4Settings, ipv6Settings, unknown, operationalState, statistics } = settings
    t.deepEqual(
      [portStatus, ipv4Settings, ipv6Settings, unknown, operationalState, statistics],
      Array(6).fill(undefined),
    )
  }
  t.truthy(items.map((body) => decodeLink(body)).find(({ name }) => name === 'v0')?.portStatus)
})
