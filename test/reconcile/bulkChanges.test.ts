import test from 'ava'
import fc from 'fast-check'
import { bulkChanges } from '../../src/reconcile/diff/bulkChanges.js'
import { diffBulkRoutes } from '../../src/reconcile/diff/bulkRoutes.js'
import type { DiffContext } from '../../src/reconcile/diff/context.js'
import { allWishes, keyedOperations, replacedRoutes } from '../../src/reconcile/diff/packedSteps.js'
import { diffSingleRoutes, withSharedKeysApart } from '../../src/reconcile/diff/routes.js'
import type { PackedRoutes } from '../../src/rtnetlink/packed/packedRoutes.js'
import type { RouteSpec } from '../../src/spec/types.js'
import type { DesiredRoute } from '../../src/state/desired.js'
import { emptyState } from '../../src/state/model.js'
import { keyedRoutes, selectedByKey } from '../../src/state/packedSets.js'
import { allRoutes, packedRecords, unpackedRoutes } from '../../src/state/packedState.js'
import { Resolver } from '../../src/state/resolve/resolver.js'
import { resolveRoute } from '../../src/state/resolve/route.js'
import { normalizeRoute, type RouteRecord, routeKey } from '../../src/state/route.js'
import { systemNames } from '../../src/system/names.js'

const resolver = new Resolver(systemNames())
const optional = { requiredKeys: ['to'] } satisfies { requiredKeys: 'to'[] }

const ipv4 = {
  to: fc.constantFrom('10.1.0.0/16', '10.1.0.0/24', '10.2.0.0/16', 'default'),
  via: fc.constantFrom('10.0.0.1', '10.0.0.2'),
  dev: fc.constantFrom('a', 'b'),
  table: fc.constantFrom(254, 100),
  metric: fc.constantFrom(0, 5),
  tos: fc.constantFrom(0, 4),
  mtu: fc.constantFrom(1400, 1500),
  protocol: fc.constantFrom(4, 108),
  type: fc.constantFrom<('unicast' | 'blackhole')[]>('unicast', 'blackhole'),
}
const ipv6 = {
  to: fc.constantFrom('fd01::/32', 'fd01::/48', 'fd02::/32'),
  via: fc.constantFrom('fd00::1', 'fd00::2'),
  dev: fc.constantFrom('a', 'b'),
  metric: fc.constantFrom(1024, 5),
  preference: fc.constantFrom<('low' | 'high')[]>('low', 'high'),
  from: fc.constantFrom('fd09::/64'),
}
const plainIpv4 = fc.record({ to: ipv4.to, via: ipv4.via })
const route: fc.Arbitrary<RouteSpec> = fc.oneof(fc.record(ipv4, optional), fc.record(ipv6, optional), plainIpv4)
const wish = fc.tuple(route, fc.boolean(), fc.boolean())

const record = (spec: RouteSpec): RouteRecord =>
  normalizeRoute({
    ...resolveRoute(spec, [], resolver).route,
    protocol: typeof spec.protocol === 'number' ? spec.protocol : 4,
  })

function uniqueBy<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  return [...new Map(items.map((item) => [keyOf(item), item])).values()]
}

const plain = (value: unknown): string => JSON.stringify(value)

function contextOf(part: Pick<DiffContext, 'desired' | 'actual'>): DiffContext {
  return {
    ...part,
    namespace: '',
    recreated: new Set(),
    recreatedWith: new Map(),
    recreatedNexthops: new Set(),
    bounced: new Set(),
    far: new Map(),
    farUppers: new Map(),
    formerUppers: new Map(),
    before: emptyState,
    peers: new Map(),
    owner: { name: 'default', protocol: 108 },
    steps: [],
    problems: [],
  }
}

const steps = ({ steps: all }: DiffContext): string[] =>
  all.map(({ action, id, changes, operation }) => plain([action, id, changes, operation])).sort()

/** What takes the place of single routes at once, and what is found by looking for the keys of the same operations. */
async function replaced({
  desired,
  actual,
  owner,
}: DiffContext): Promise<readonly [at: string[], found: string[]] | undefined> {
  const routes = await allRoutes(actual)
  const changes = await bulkChanges(await allWishes(desired), routes, owner)
  const operations = await changes.map(({ operation }) => operation)
  const quick = await replacedRoutes(routes, operations)
  if (!quick) return undefined
  const found = await selectedByKey(keyedRoutes(routes), keyedOperations(operations), true)
  const texts = (table: PackedRoutes<RouteRecord>): string[] => unpackedRoutes(table).map(plain).sort()
  return [texts(quick), texts(found)]
}

test('packed routes come to the same steps as single ones, whatever is wanted and there', async (t) => {
  let differing = 0
  let replacing = 0
  await fc.assert(
    fc.asyncProperty(fc.array(wish, { maxLength: 12 }), fc.array(route, { maxLength: 12 }), async (wishes, there) => {
      const all = wishes.map(
        ([spec, absent, exact]): DesiredRoute => ({
          ...resolveRoute({ ...spec, absent: absent && !exact }, [], resolver),
          ...(exact ? { exact } : {}),
        }),
      )
      // What is wanted twice, or removed twice, is not for the comparison.
      const routes = uniqueBy(all, ({ route: one, absent }) =>
        absent ? `absent ${one.family} ${one.to}` : routeKey(one),
      )
      const records = uniqueBy(there.map(record), plain)
      const links = ['a', 'b'].map((name) => ({ name, absent: false, properties: {} }))
      const rest = { links, nexthops: [], rules: [], neighbors: [], forwarding: {} }
      const single = contextOf({ desired: { ...rest, routes }, actual: { ...emptyState, routes: records } })
      await diffSingleRoutes(single)
      const packed = contextOf({
        desired: { ...rest, routes: [], bulk: await allWishes({ ...rest, routes }) },
        actual: { ...emptyState, routes: [], bulk: await packedRecords(records) },
      })
      const parts = await withSharedKeysApart(packed)
      await diffSingleRoutes(parts)
      await diffBulkRoutes(parts, () => {})
      t.deepEqual(packed.problems, [])
      t.deepEqual(steps(packed), steps(single))
      differing += steps(single).length
      const routesReplaced = await replaced(packed)
      if (routesReplaced) {
        t.deepEqual(...routesReplaced)
        replacing++
      }
    }),
    { numRuns: 1500 },
  )
  t.true(differing > 1000)
  t.true(replacing > 20, `${replacing}`)
})
