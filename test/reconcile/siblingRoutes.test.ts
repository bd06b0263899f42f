import test from 'ava'
import { reconcileNamespace } from '../helpers/reconcile.js'

/** The ways of an IPv6 route can be of several protocols, and the kernel shows that of the first. */
const furnish = `
ip link add va type veth peer name vb
ip link set va up
ip link set vb up
ip address add fd00::1/64 dev va nodad
ip -6 route add fd50::/32 via fd00::9 proto 11
ip -6 route append fd50::/32 via fd00::a proto 12
ip -6 route append fd50::/32 via fd00::b proto 13
ip -6 route append fd50::/32 dev vb proto 14
`

test('all ways of an IPv6 route go, whoever made each, unless one is named', async (t) => {
  const namespace = reconcileNamespace(t)
  for (const line of furnish.trim().split('\n')) namespace.sh(line)
  const before = namespace.picture()
  await namespace.fails({ routes: [{ to: 'fd50::/32', absent: true }] }, { guards: [() => false] })
  t.deepEqual(namespace.picture(), before)
  namespace.sh('ip -6 route flush root fd50::/32')
  for (const line of furnish.trim().split('\n').slice(4)) namespace.sh(line)
  await namespace.converges({ routes: [{ to: 'fd50::/32', protocol: 11, absent: true }] })
  t.regex(namespace.sh('ip -6 route show root fd50::/32'), /fd00::a.*\n?.*fd00::b/)
  namespace.sh('ip -6 route append fd50::/32 via fd00::9 proto 11')
  await namespace.converges({ routes: [{ to: 'fd50::/32', absent: true }] })
  t.is(namespace.sh('ip -6 route show root fd50::/32'), '')
})
