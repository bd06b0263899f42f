import test from 'ava'
import fc from 'fast-check'
import type { LinkSpec, NeighborSpec, RouteSpec, RuleSpec, Spec } from '../../src/spec/types.js'
import { patience } from '../helpers/patience.js'
import { reconcileNamespace } from '../helpers/reconcile.js'

// Few objects of each sort, so that two specs often name the same.
const address = fc.constantFrom(
  '10.0.0.1/24',
  '10.0.0.2/24',
  '10.0.1.1/24',
  '10.0.0.1/25',
  'fd00::1/64',
  'fd00::2/64',
  'fd01::1/80',
)
const addresses = fc.uniqueArray(address, {
  maxLength: 4,
  selector: (text) => (text.includes(':') ? text.split('/')[0] : text),
})

const bridge = (name: 'br0' | 'br1'): fc.Arbitrary<LinkSpec> =>
  fc.record(
    {
      name: fc.constant(name),
      kind: fc.constant('bridge'),
      bridge: fc.record({ stp: fc.boolean(), ageingTime: fc.constantFrom(0, 100, 300) }, { requiredKeys: [] }),
      mtu: fc.constantFrom(1400, 1500),
      mac: fc.constantFrom('02:00:00:00:00:01', '02:00:00:00:00:02'),
      alias: fc.constantFrom('one', 'two'),
      addresses,
    },
    { requiredKeys: ['name', 'kind'] },
  )
const attached = {
  master: fc.constantFrom('br0', 'br1', null),
  txQueueLength: fc.constantFrom(10, 1000),
}
const tap: fc.Arbitrary<LinkSpec> = fc.record(
  {
    name: fc.constant('tap0'),
    kind: fc.constant('tap'),
    tap: fc.record({ multiQueue: fc.boolean() }, { requiredKeys: [] }),
    ...attached,
  },
  { requiredKeys: ['name', 'kind'] },
)
const veth: fc.Arbitrary<LinkSpec> = fc.record(
  {
    name: fc.constant('v0'),
    kind: fc.constant('veth'),
    veth: fc.constant({ peer: { name: 'v1' } }),
    ...attached,
  },
  { requiredKeys: ['name', 'kind', 'veth'] },
)
const routes: fc.Arbitrary<RouteSpec[]> = fc.uniqueArray(
  fc.oneof<fc.Arbitrary<RouteSpec>[]>(
    fc.record({
      to: fc.constantFrom('10.50.0.0/16', '10.51.0.0/16'),
      dev: fc.constantFrom('br0', 'br1'),
      metric: fc.constantFrom(0, 5),
    }),
    fc.record({
      to: fc.constantFrom('10.50.0.0/16', 'fd50::/32'),
      type: fc.constantFrom('blackhole', 'unreachable'),
      metric: fc.constantFrom(5, 7),
    }),
    fc.record({
      to: fc.constantFrom('fd50::/32', 'fd51::/32'),
      dev: fc.constantFrom('br0', 'br1'),
      table: fc.constantFrom(254, 300),
      mtu: fc.constantFrom(1300, 1400),
    }),
  ),
  { maxLength: 4, selector: ({ to, metric, table }) => `${to} ${metric ?? 0} ${table ?? 254}` },
)
const rules: fc.Arbitrary<RuleSpec[]> = fc.uniqueArray(
  fc
    .record({
      priority: fc.constantFrom(10, 11),
      from: fc.constantFrom('10.0.0.0/8', '10.0.0.0/16', 'all'),
      iif: fc.option(fc.constant('br0'), { nil: undefined }),
      table: fc.constantFrom(5, 6),
    })
    .map(({ iif, ...rule }) => (iif === undefined ? rule : { ...rule, iif })),
  { maxLength: 4, selector: ({ priority, from, ...rest }) => `${priority} ${from} ${'iif' in rest}` },
)
const neighbors: fc.Arbitrary<NeighborSpec[]> = fc.uniqueArray(
  fc.record({
    dev: fc.constantFrom('br0', 'br1'),
    address: fc.constantFrom('10.0.0.7', 'fd00::7'),
    mac: fc.constantFrom('02:00:00:00:00:07', '02:00:00:00:00:08'),
  }),
  { maxLength: 3, selector: ({ dev, address: text }) => `${dev} ${text}` },
)
const spec: fc.Arbitrary<Spec> = fc
  .tuple(bridge('br0'), bridge('br1'), fc.option(tap), fc.option(veth), routes, rules, neighbors, fc.boolean())
  .chain(([br0, br1, tap0, v0, ...rest]) => {
    const all = [br0, br1, tap0, v0].filter((link) => link !== null)
    return fc.shuffledSubarray(all, { minLength: all.length }).map((order) => {
      const [routeList, ruleList, neighborList, forwards] = rest
      return {
        links: order,
        routes: routeList,
        rules: ruleList,
        neighbors: neighborList,
        forwarding: { ipv4: forwards },
      }
    })
  })

test('specs in any order converge; one after another gives what the other says alone', async (t) => {
  t.timeout(patience(240_000))
  await fc.assert(
    fc.asyncProperty(spec, spec, async (first, second) => {
      const namespace = reconcileNamespace(t)
      for (const one of [first, second]) {
        await namespace.apply(one)
        t.deepEqual((await namespace.plan(one)).steps, [])
      }
      // A snapshot says the same.
      t.deepEqual((await namespace.plan(await namespace.snapshot())).steps, [])
      // What the second names holds, whatever the first had made of it.
      const alone = reconcileNamespace(t)
      await alone.apply(second)
      t.deepEqual((await namespace.plan(named(await alone.snapshot(), second))).steps, [])
    }),
    { seed: 20, numRuns: 25, endOnFailure: false, interruptAfterTimeLimit: 100_000 },
  )
})

/** Of a snapshot the addresses, rules and forwarding, in the order in which the kernel has them. */
function named(snapshot: Spec, wanted: Spec): Spec {
  const listed = new Set((wanted.links ?? []).filter((link) => link.addresses).map(({ name }) => name))
  return {
    links: (snapshot.links ?? [])
      .filter(({ name }) => listed.has(name))
      .map(({ name, addresses: list = [] }) => ({ name, addresses: list })),
    rules: snapshot.rules ?? [],
    routes: snapshot.routes ?? [],
    ...(snapshot.forwarding ? { forwarding: snapshot.forwarding } : {}),
  }
}
