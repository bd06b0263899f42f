import test, { type ExecutionContext } from 'ava'
import { apply } from '../../src/reconcile/apply.js'
import type { Spec } from '../../src/spec/types.js'
import { countingKernel } from '../helpers/countingKernel.js'
import { type ReconcileNamespace, reconcileNamespace } from '../helpers/reconcile.js'

/** A guest with a table, a rule, and a neighbor of its own. */
function guest(number: number): Spec {
  const [tap, table] = [`tap${number}`, 1000 + number]
  return {
    links: [{ name: tap, kind: 'tap', up: true, addresses: [`10.0.${number}.1/30`, `fd00:${number}::1/64`] }],
    routes: [
      { to: 'default', via: `10.0.${number}.2`, dev: tap, table },
      { to: 'default', via: `fd00:${number}::2`, dev: tap, table },
    ],
    rules: [{ priority: table, from: `10.0.${number}.2`, table }],
    neighbors: [{ dev: tap, address: `10.0.${number}.2`, mac: '02:00:00:00:00:02' }],
  }
}

/** How many bytes the kernel tells where one more guest is added beside others, and where it is there already. */
async function toldOfOne(t: ExecutionContext, others: number): Promise<readonly [number, number]> {
  const host = reconcileNamespace(t)
  const guests = Array.from({ length: others }, (_, number) => guest(number))
  await host.apply({
    links: guests.flatMap(({ links = [] }) => links),
    routes: guests.flatMap(({ routes }) => (Array.isArray(routes) ? routes : [])),
    rules: guests.flatMap(({ rules = [] }) => rules),
    neighbors: guests.flatMap(({ neighbors = [] }) => neighbors),
  })
  const told: number[] = []
  for (const isThere of [false, true]) {
    const counting = countingKernel()
    const result = await apply(guest(others), { namespace: { fd: host.fd }, kernel: counting.kernel })
    t.is(result.unwrap().changed, !isThere)
    told.push(counting.told())
  }
  t.regex(host.sh(`ip route show table ${1000 + others}`), /default via/)
  return [told[0] ?? 0, told[1] ?? 0]
}

test('adding a guest with routes and rules of its own reads the rules of the others, and nothing else of them', async (t) => {
  const [few, many] = [await toldOfOne(t, 10), await toldOfOne(t, 70)]
  t.log(`${few} bytes beside 10 guests, ${many} beside 70`)
  // A rule takes 84 bytes, and is read before and after. A link takes 1,500.
  t.true(many[0] < few[0] + 60 * 2 * 100)
  t.true(many[1] < few[1] + 60 * 100)
})

const wide =
  'ip link add br0 type bridge; ip addr add 10.0.0.1/24 dev br0; ip addr add fd00::1/64 dev br0; ip link set br0 up'
const narrow = 'ip link add br1 type bridge; ip addr add 10.1.0.1/24 dev br1; ip link set br1 up'

async function stage(t: ExecutionContext): Promise<ReconcileNamespace> {
  const host = reconcileNamespace(t)
  host.sh(`${wide}; ${narrow}`)
  return host
}

test('a route that leads elsewhere so far is changed, and shown to come from there', async (t) => {
  const host = await stage(t)
  host.sh('ip route add 10.9.0.0/16 via 10.1.0.2')
  const spec: Spec = { routes: [{ to: '10.9.0.0/16', via: '10.0.0.2', dev: 'br0' }] }
  const { steps } = await host.plan(spec)
  t.deepEqual(
    steps.map(({ action, changes }) => [action, changes.map(({ before, after }) => [before, after])]),
    [
      [
        'update',
        [
          ['10.1.0.2', '10.0.0.2'],
          ['br1', 'br0'],
        ],
      ],
    ],
  )
  await host.converges(spec)
  t.regex(host.sh('ip route'), /10\.9\.0\.0\/16 via 10\.0\.0\.2 dev br0/)
})

test('a route whose gateway another link reaches by now is led there', async (t) => {
  const host = await stage(t)
  host.sh('ip route add fd09::/32 via fd00::2; ip addr del fd00::1/64 dev br0; ip addr add fd00::1/64 dev br1')
  await host.converges({ routes: [{ to: 'fd09::/32', via: 'fd00::2' }] })
  t.regex(host.sh('ip -6 route'), /fd09::\/32 via fd00::2 dev br1/)
})

test('what is there already of routes, rules and neighbors is left, also where links have alternative names', async (t) => {
  const host = await stage(t)
  host.sh(
    'ip link property add dev br0 altname outside; ip route add 10.9.0.0/16 via 10.0.0.2; ip rule add pref 77 table 7',
  )
  host.sh('ip neigh add 10.0.0.2 dev br0 lladdr 02:00:00:00:00:02; ip -6 neigh add proxy fd00::7 dev br0')
  const spec: Spec = {
    routes: [{ to: '10.9.0.0/16', via: '10.0.0.2', dev: 'outside' }],
    rules: [{ priority: 77, table: 7 }],
    neighbors: [
      { dev: 'outside', address: '10.0.0.2', mac: '02:00:00:00:00:02' },
      { dev: 'outside', address: 'fd00::7', proxy: true },
    ],
  }
  t.true((await host.plan(spec)).empty)
})

test('a gateway that another link has is refused as ever', async (t) => {
  const host = await stage(t)
  host.sh('ip addr add fd01::1/64 dev br1')
  const spec: Spec = { routes: [{ to: 'fd09::/32', via: 'fd01::1', dev: 'br0' }] }
  const { message } = await host.refuses(spec, 'INVALID_SPEC')
  t.regex(message, /fd01::1 is an address of this host itself, on br1/)
})

test('additions are undone, and what was there of the same tables, priorities and links stays', async (t) => {
  const host = await stage(t)
  // A link whose name is another one's index.
  const index = String(host.ip('link', 'show', 'br1')[0]?.['ifindex'])
  host.sh(`ip link add ${index} type bridge; ip addr add 10.2.0.1/24 dev ${index}; ip link set ${index} up`)
  host.sh('ip route add 10.8.0.0/16 via 10.1.0.2 table 7; ip route add default via 10.1.0.2 table 7 metric 9')
  host.sh('ip rule add pref 77 from 10.8.0.0/16 table 7; ip neigh add 10.0.0.9 dev br0 lladdr 02:00:00:00:00:09')
  const before = host.picture()
  const error = await host.fails(
    {
      links: [{ name: index, addresses: ['10.2.0.1/24', '10.3.0.1/24'] }],
      routes: [{ to: 'default', via: '10.0.0.2', dev: 'br0', table: 7 }],
      rules: [{ priority: 77, from: '10.7.0.0/16', table: 7 }],
      neighbors: [{ dev: 'br0', address: '10.0.0.2', mac: '02:00:00:00:00:02' }],
    },
    { guards: [() => false] },
  )
  t.true(error.rollback?.restored, JSON.stringify(error.rollback))
  t.deepEqual(host.picture(), before)
})
