import test from 'ava'
import type { RouteSpec } from '../../src/spec/types.js'
import { reconcileNamespace } from '../helpers/reconcile.js'

const routes: readonly RouteSpec[] = [
  { to: '10.9.0.0/16', via: '10.7.0.1' },
  { to: '10.9.0.0/16', via: '10.7.0.1', dev: 'v0' },
  { to: 'fd99::/64', via: 'fd01::1' },
  { to: 'fd99::/64', via: 'fd01::1', dev: 'v0' },
]

test('the error of a route or a nexthop whose gateway nothing leads to tells what it takes', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh('ip link add v0 type veth peer name v1 && ip link set v0 up && ip link set v1 up')
  namespace.sh('ip address add 10.0.0.1/24 dev v0')
  const hint = /; nothing leads to the gateway: the link towards it has to be up, with an address of its subnet$/
  for (const route of routes) t.regex((await namespace.fails({ routes: [route] })).message, hint)
  for (const via of ['10.7.0.1', 'fd01::1']) {
    t.regex((await namespace.fails({ nexthops: [{ id: 5, via, dev: 'v0' }] })).message, hint)
  }
  await namespace.converges({
    links: [{ name: 'v0', addresses: ['10.0.0.1/24', '10.7.0.2/24'] }],
    routes: [...routes].slice(0, 1),
  })
})

test('the error of a token tells when IPv6 takes router advertisements', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh('ip link add v0 type veth peer name v1 && ip link set v0 up && ip link set v1 up')
  const token = { name: 'v0', ipv6Token: '::42' }
  const error = await namespace.fails({ forwarding: { ipv6: true }, links: [token] })
  t.regex(error.message, /; where IPv6 is forwarded it takes `sysctl\.ipv6\.acceptRa: 2`, and 1 elsewhere$/)
  await namespace.converges({ forwarding: { ipv6: true }, links: [{ ...token, sysctl: { ipv6: { acceptRa: 2 } } }] })
})

test('the error of a route or an entry names it once, as the plan does', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh('ip link add br0 type bridge && ip link add v0 master br0 type veth peer name v1')
  const route: RouteSpec = { to: 'default', dev: 'v0', table: 100, metric: 7 }
  const { message } = await namespace.fails({ routes: [route] })
  t.regex(message, /^route default table 100 metric 7: create: (?!.*route)/)
  const entry = await namespace.fails({ fdb: [{ dev: 'v0', mac: '00:00:00:00:00:00' }] })
  t.regex(entry.message, /^fdb 00:00:00:00:00:00 dev v0: replace: (?!.*fdb)/i)
})
