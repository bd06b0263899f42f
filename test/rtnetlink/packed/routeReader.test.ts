import test from 'ava'
import { Connection } from '../../../src/netlink/connection.js'
import { FfiTransport } from '../../../src/netlink/transports/ffi.js'
import { decodeRoute } from '../../../src/rtnetlink/decodeRoute.js'
import { RouteReader } from '../../../src/rtnetlink/packed/routeReader.js'
import { dumpRoutes } from '../../../src/rtnetlink/routeMessages.js'
import { testNamespace } from '../../helpers/namespace.js'

test('a dump in columns says the same as one of objects', async (t) => {
  const namespace = testNamespace(t)
  namespace.sh(
    [
      'ip link add br0 type bridge && ip link set br0 up && ip address add 10.0.0.1/24 dev br0',
      'ip address add fd00::1/64 dev br0 nodad && ip route add default via 10.0.0.254 metric 7',
      'ip route add 10.1.0.0/16 via 10.0.0.2 table 1000 mtu lock 1400 && ip route append 10.1.0.0/16 via 10.0.0.3',
      'ip route add 10.1.0.0/24 via 10.0.0.2 tos 4 && ip route add blackhole 10.2.0.0/16',
      'ip route add 10.3.0.0/16 nexthop via 10.0.0.2 weight 2 nexthop via 10.0.0.3 realm 5',
      'ip -6 route add fd01::/48 via fd00::2 && ip -6 route add fd01::/32 via fd00::2',
      'ip -6 route add fd02::/32 from fd03::/64 via fd00::2 pref high && ip -6 route add default dev br0',
      'ip -6 route add fd04::/32 nexthop via fd00::2 nexthop via fd00::3 && ip -6 route add unreachable fd05::/32',
    ].join(' && '),
  )
  const connection = new Connection(new FfiTransport({ namespaceFd: namespace.fd }))
  t.teardown(() => connection.close())
  const context = { linkName: (index: number) => `link${index}` }
  for (const family of ['inet', 'inet6'] as const) {
    const { items } = await connection.dump(dumpRoutes({ family }), ({ body }) => decodeRoute(body, context))
    const reader = new RouteReader(context)
    t.true(await connection.dumpInto(dumpRoutes({ family }), reader))
    const packed = await reader.finish()
    const named = [...packed].map(({ to, way }) => ({ ...way, to: /\/0$/.test(to) ? 'default' : to }))
    t.deepEqual(named, items)
    t.true(items.length > 5)
    t.true(packed.ways.length <= items.length)
  }
})
