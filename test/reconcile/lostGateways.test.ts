import test from 'ava'
import { reconcileNamespace } from '../helpers/reconcile.js'

const failing = { guards: [() => false] }

/** The kernel keeps a route, and a nexthop object, whose gateway no address reaches any longer, and makes none such. */
const furnish = `
ip link add va address 02:00:00:00:00:01 type veth peer name vb address 02:00:00:00:00:02
ip link set va up
ip link set vb up
ip address add 10.1.0.1/24 dev va
ip address add 10.2.0.1/24 dev va
ip address add fd00::1/64 dev va nodad
ip address add fd01::1/64 dev va nodad
ip route add 10.50.0.0/16 via 10.1.0.9
ip route add 10.51.0.0/16 table 300 nexthop via 10.1.0.9 dev va weight 2 nexthop via 10.2.0.9 dev va
ip route add 10.52.0.0/16 via inet6 fd00::9 dev va
ip -6 route add fd50::/32 via fd00::9
ip -6 route add fd51::/32 nexthop via fd00::9 dev va nexthop via fd01::9 dev va
ip nexthop add id 5 via 10.1.0.9 dev va
ip route add 10.53.0.0/16 nhid 5
ip address delete 10.1.0.1/24 dev va
ip address delete fd00::1/64 dev va
`

test('what leads to any link-local gateway comes back with a link that is made anew', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh('ip link add va type veth peer name vb; ip link set va up; ip link set vb up')
  namespace.sh('ip nexthop add id 6 via fe90::9 dev va; ip -6 route add fd60::/32 nhid 6')
  namespace.sh('ip -6 route add fd61::/32 via febf::9 dev va')
  await namespace.converges({ links: [{ name: 'va', txQueues: 3 }] })
  t.regex(namespace.sh('ip nexthop show id 6'), /via fe90::9 dev va/)
  t.regex(namespace.sh('ip -6 route'), /fd60::\/32 nhid 6 via fe90::9 dev va.*fd61::\/32 via febf::9 dev va/s)
})

test('routes whose gateway is not reached any longer come back as what took them is undone', async (t) => {
  const namespace = reconcileNamespace(t)
  for (const line of furnish.trim().split('\n')) namespace.sh(line)
  const routes = namespace.sh('ip -4 route show table all; ip -6 route')
  t.is(routes.match(/via (inet6 )?(10\.1\.0\.9|fd00::9)/g)?.length, 6, routes)
  await namespace.refuses({ links: [{ name: 'va', up: false }] }, 'GUARD_FAILED', failing)
  await namespace.refuses({ links: [{ name: 'vb', up: false }] }, 'GUARD_FAILED', failing)
  const before = namespace.picture({ portable: true })
  const error = await namespace.fails({ links: [{ name: 'va', absent: true }] }, failing)
  t.true(error.rollback?.restored, JSON.stringify(error.rollback))
  t.deepEqual(namespace.picture({ portable: true }), before)
})
