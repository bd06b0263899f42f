import type { ExecutionContext } from 'ava'
import test from 'ava'
import type { ListedRoute } from '../../src/rtnetlink/route.js'
import { failure, type OpenNetwork, ok, openNetwork } from '../helpers/network.js'

const ipv4 = '10.20.0.0/16'
const ipv6 = 'fd20::/48'

/** A namespace with several routes of one key. */
function stage(t: ExecutionContext, ...commands: string[]) {
  const namespace: OpenNetwork = openNetwork(t)
  namespace.sh(commands.join('; '))
  const { routes } = namespace.network
  return {
    routes,
    show: (): string[] => namespace.sh(`ip route show ${ipv4}; ip -6 route show ${ipv6}`).trim().split(/ *\n/),
    listed: async (): Promise<readonly ListedRoute[]> =>
      ok(await routes.list()).filter(({ to }) => to === ipv4 || to === ipv6),
  }
}

test('of two IPv4 routes of a key the listed one is changed, or none', async (t) => {
  const { routes, show, listed } = stage(
    t,
    `ip route add ${ipv4} via 10.0.0.2`,
    `ip route append ${ipv4} via 10.0.0.3 mtu 1400`,
  )
  const before = show()
  const [first, second] = await listed()
  if (!first || !second) return t.fail()
  const error = failure(await routes.update(second, { mtu: 1300 }))
  t.is(error.code, 'UNSUPPORTED')
  t.regex(error.message, /stands beside another one/)
  t.deepEqual(show(), before)
  ok(await routes.update(first, { mtu: 1350 }))
  t.regex(show()[0] ?? '', /via 10\.0\.0\.2 .*mtu 1350/)
  t.is(show()[1], before[1])
  ok(await routes.update({ to: ipv4 }, { mtu: 1360 }))
  t.regex(show()[0] ?? '', /via 10\.0\.0\.2 .*mtu 1360/)
  ok(await routes.delete(second))
  t.is(show().length, 1)
})

test('of IPv6 routes of a key the listed one is deleted, and changed where the kernel can', async (t) => {
  const { routes, show, listed } = stage(
    t,
    `ip -6 route add ${ipv6} via fd00::2`,
    `ip -6 route append ${ipv6} dev v0`,
    `ip -6 route append unreachable ${ipv6}`,
  )
  const [gateway, device, dark] = await listed()
  if (!gateway || !device || !dark) return t.fail()
  const before = show()
  t.is(failure(await routes.update(dark, { mtu: 1300 })).code, 'UNSUPPORTED')
  t.deepEqual(show(), before)
  ok(await routes.update(device, { mtu: 1300 }))
  t.deepEqual(
    show().map((line) => /mtu 1300/.test(line)),
    [false, true, false],
  )
  ok(await routes.delete({ to: ipv6, type: 'unreachable' }))
  t.deepEqual(
    (await listed()).map(({ via, dev }) => [via, dev]),
    [
      ['fd00::2', 'v0'],
      [undefined, 'v0'],
    ],
  )
  for (const one of (await listed()).slice(1)) ok(await routes.delete(one))
  t.deepEqual(
    (await listed()).map(({ via }) => via),
    ['fd00::2'],
  )
})

test('an IPv6 route with a gateway becomes one without, and back', async (t) => {
  const { routes, listed } = stage(t, `ip -6 route add ${ipv6} via fd00::2`)
  const ways = async () => (await listed()).map(({ via, dev }) => [via, dev])
  ok(await routes.update({ to: ipv6 }, { dev: 'v1' }))
  t.deepEqual(await ways(), [[undefined, 'v1']])
  ok(await routes.update({ to: ipv6 }, { via: 'fd00::3', dev: 'v0' }))
  t.deepEqual(await ways(), [['fd00::3', 'v0']])
  ok(await routes.append({ to: ipv6, dev: 'v1' }))
  const device = (await listed()).find(({ via }) => via === undefined)
  if (!device) return t.fail()
  t.is(failure(await routes.update(device, { via: 'fd00::4' })).code, 'UNSUPPORTED')
  t.is((await ways()).length, 2)
})
