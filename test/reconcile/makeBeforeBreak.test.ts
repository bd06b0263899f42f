import test from 'ava'
import { Payload } from '../../src/netlink/bytes.js'
import { RTM_DELROUTE, RTM_NEWROUTE } from '../../src/rtnetlink/constants.js'
import { decodeRoute } from '../../src/rtnetlink/decodeRoute.js'
import type { RouteSpec } from '../../src/spec/types.js'
import { type ReconcileNamespace, reconcileNamespace } from '../helpers/reconcile.js'

/** How many default routes of the main table were there at the worst moment, as the kernel's notifications tell. */
async function fewest(namespace: ReconcileNamespace, family: 4 | 6, work: () => Promise<unknown>): Promise<number> {
  // Each gateway of an IPv6 route is deleted, and told of, by itself.
  let count = legs(namespace, family)
  let least = count
  for (const { type, body } of await namespace.events(work)) {
    if (type !== RTM_NEWROUTE && type !== RTM_DELROUTE) continue
    const route = decodeRoute(new Payload(body), { linkName: (index) => index })
    if (route?.to !== 'default' || (route.family ?? 'inet') !== (family === 4 ? 'inet' : 'inet6')) continue
    if (type === RTM_DELROUTE) count--
    // A replacement is told as a new one; the test looks at deletions.
    else count++
    least = Math.min(least, count)
  }
  return least
}

function legs(namespace: ReconcileNamespace, family: 4 | 6): number {
  return namespace.sh(`ip -${family} route show default`).match(/^default (via|dev)|nexthop|blackhole/gm)?.length ?? 0
}

const setup =
  'ip link add br0 type bridge && ip link set br0 up && ip address add 10.0.0.1/24 dev br0 && ip address add fd00::1/64 dev br0 nodad;' +
  'ip link add br1 type bridge && ip link set br1 up && ip address add 10.1.0.1/24 dev br1 && ip address add fd01::1/64 dev br1 nodad;'

const cases: readonly {
  readonly title: string
  readonly family: 4 | 6
  readonly before: string
  readonly wanted: RouteSpec
  readonly after: RegExp
}[] = [
  {
    title: 'IPv4: another gateway',
    family: 4,
    before: 'ip route add default via 10.0.0.254',
    wanted: { to: 'default', via: '10.1.0.254' },
    after: /^default via 10\.1\.0\.254 dev br1 \n$/,
  },
  {
    title: 'IPv4: the first of two of one key',
    family: 4,
    before: 'ip route add default via 10.0.0.254 mtu 1300; ip route append default via 10.0.0.253 mtu 1400',
    wanted: { to: 'default', via: '10.1.0.254', mtu: 1300 },
    after: /^default via 10\.1\.0\.254 dev br1 mtu 1300 \ndefault via 10\.0\.0\.253 dev br0 mtu 1400 \n$/,
  },
  {
    title: 'IPv4: from a gateway to none',
    family: 4,
    before: 'ip route add default via 10.0.0.254',
    wanted: { to: 'default', dev: 'br1', family: 'inet' },
    after: /^default dev br1 scope link \n$/,
  },
  {
    title: 'IPv4: to a blackhole',
    family: 4,
    before: 'ip route add default via 10.0.0.254',
    wanted: { to: 'default', type: 'blackhole', family: 'inet' },
    after: /^blackhole default \n$/,
  },
  {
    title: 'IPv6: another gateway',
    family: 6,
    before: 'ip -6 route add default via fd00::fe',
    wanted: { to: 'default', via: 'fd01::fe' },
    after: /^default via fd01::fe dev br1 .*\n$/,
  },
  {
    title: 'IPv6: from a gateway to none',
    family: 6,
    before: 'ip -6 route add default via fd00::fe',
    wanted: { to: 'default', dev: 'br1', family: 'inet6' },
    after: /^default dev br1 [^\n]*\n$/,
  },
  {
    title: 'IPv6: from none to a gateway',
    family: 6,
    before: 'ip -6 route add default dev br0',
    wanted: { to: 'default', via: 'fd00::fe' },
    after: /^default via fd00::fe dev br0 [^\n]*\n$/,
  },
  {
    title: 'IPv6: from two gateways to none',
    family: 6,
    before: 'ip -6 route add default nexthop via fd00::fe nexthop via fd01::fe',
    wanted: { to: 'default', dev: 'br1', family: 'inet6' },
    after: /^default dev br1 [^\n]*\n$/,
  },
  {
    title: 'IPv6: from a gateway to a blackhole',
    family: 6,
    before: 'ip -6 route add default via fd00::fe',
    wanted: { to: 'default', type: 'blackhole', family: 'inet6' },
    after: /^blackhole default [^\n]*\n$/,
  },
  {
    title: 'IPv6: from a blackhole to a gateway',
    family: 6,
    before: 'ip -6 route add blackhole default',
    wanted: { to: 'default', via: 'fd00::fe' },
    after: /^default via fd00::fe dev br0 [^\n]*\n$/,
  },
  {
    title: 'IPv6: the gateway of two routes of one key, the other of which has none',
    family: 6,
    before: 'ip -6 route add default dev br1; ip -6 route append default via fd00::fe',
    wanted: { to: 'default', via: 'fd00::fd' },
    after: /^default dev br1 [^\n]*\ndefault via fd00::fd dev br0 [^\n]*\n$/,
  },
]

for (const { title, family, before, wanted, after } of cases) {
  test.serial(`a default route is never missing: ${title}`, async (t) => {
    const namespace = reconcileNamespace(t)
    namespace.sh(setup + before)
    const spec = { routes: [wanted] }
    const planned = await namespace.plan(spec)
    t.is(planned.disruption, 'none')
    t.true((await fewest(namespace, family, () => namespace.apply(spec))) >= 1)
    t.regex(namespace.sh(`ip -${family} route show default`).replaceAll(/ {2,}/g, ' '), after)
    t.true((await namespace.plan(spec)).empty)
    // And back again, when a later step fails.
    const other = reconcileNamespace(t)
    other.sh(setup + before)
    const failing = { to: '10.99.0.0/16', via: '10.1.0.9', dev: 'br1', src: '172.31.0.9' }
    const error = await other.refuses({ routes: [wanted, failing] }, 'EINVAL')
    t.true(error.rollback?.restored, JSON.stringify(error.rollback))
  })
}
