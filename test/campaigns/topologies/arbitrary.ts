import fc from 'fast-check'
import { type Model, type ModelLink, type ModelRoute, routeKey, type Slot, slots } from './model.js'

const addresses = fc.uniqueArray(
  fc.constantFrom('10.0.0.1/24', '10.0.0.2/24', '10.0.1.1/24', '10.0.2.1/25', 'fd00::1/64', 'fd00::2/64', 'fd01::1/80'),
  { maxLength: 4 },
)

function link(slot: Slot): fc.Arbitrary<ModelLink> {
  return fc.record({
    slot: fc.constant(slot),
    mac: fc.constantFrom(1, 2),
    mtu: fc.constant(1500),
    isPort: fc.boolean(),
    queue: fc.constantFrom(100, 1000),
    alias: fc.constantFrom(undefined, 'one', 'two'),
    option: fc.boolean(),
    addresses,
  })
}

/** What stands on a device is only there if that is; a TUN has no MAC address and takes no port. */
function complete(chosen: readonly ModelLink[]): ModelLink[] {
  const names = new Set<string>()
  const links: ModelLink[] = []
  for (const one of chosen) {
    const { slot } = one
    if (slot.lower !== undefined && !names.has(slot.lower)) continue
    names.add(slot.name)
    if (slot.peer !== undefined) names.add(slot.peer)
    links.push(one)
  }
  return links
}

function routes(names: readonly string[]): fc.Arbitrary<ModelRoute[]> {
  const unlinked = fc.record({
    to: fc.constantFrom('10.50.0.0/16', 'fd50::/32'),
    metric: fc.constantFrom(5, 7),
    table: fc.constantFrom(254, 300),
    type: fc.constantFrom('blackhole' as const, 'unreachable' as const),
  })
  const through = fc
    .record({
      to: fc.constantFrom('10.50.0.0/16', '10.51.0.0/16', 'fd50::/32', 'fd51::/32'),
      metric: fc.constantFrom(5, 7),
      table: fc.constantFrom(254, 300),
      dev: fc.constantFrom('lo', ...names),
    })
    // Told by the key: a route that changes keeps the metrics that its spec does not state.
    .map((route) => ({ ...route, mtu: route.metric === 5 ? 1290 : undefined }))
  return fc.uniqueArray(fc.oneof(unlinked, through), { maxLength: 5, selector: routeKey })
}

/** Any topology. */
export const topology: fc.Arbitrary<Model> = fc
  .tuple(
    fc
      .integer({ min: 0, max: 3 })
      .chain((rarity) => fc.tuple(...slots.map((slot) => fc.option(link(slot), { freq: rarity === 0 ? 100 : 2 })))),
    fc.constantFrom(1400, 1450),
  )
  .map(([chosen, mtu]) => complete(chosen.filter((one) => one !== null)).map((one) => ({ ...one, mtu })))
  .chain((links) => {
    const names = links.map(({ slot }) => slot.name)
    return fc.record({
      links: fc.constant(links),
      routes: routes(names),
      rules: fc.uniqueArray(
        fc.record({
          priority: fc.constantFrom(10, 11),
          from: fc.constantFrom('10.0.0.0/8', '10.0.0.0/16'),
          table: fc.constantFrom(5, 6),
        }),
        { maxLength: 3, selector: ({ priority, from }) => `${priority} ${from}` },
      ),
      neighbors: fc
        .uniqueArray(
          fc.record({
            dev: fc.constantFrom(...names.filter((name) => !name.startsWith('u')), 'lo'),
            address: fc.constantFrom('10.0.0.7', 'fd00::7'),
            mac: fc.constantFrom(7, 8),
          }),
          { maxLength: 3, selector: ({ dev, address }) => `${dev} ${address}` },
        )
        .map((all) => all.filter(({ dev }) => dev !== 'lo')),
      forwarding: fc.boolean(),
    })
  })
