import fc from 'fast-check'
import type { RouteSpec } from '../../../src/spec/types.js'

type Family = 'inet' | 'inet6'

/** Gateways, and the link that each is reached through. */
const gateways = {
  inet: [
    ['10.0.0.2', 'd0'],
    ['10.0.0.3', 'd0'],
    ['10.0.1.2', 'e0'],
    ['10.0.1.3', 'e0'],
  ],
  inet6: [
    ['fd00::2', 'd0'],
    ['fd00::3', 'd0'],
    ['fd01::2', 'e0'],
    ['fd01::3', 'e0'],
  ],
} as const

/** Nexthop objects that routes of a family can use. */
const objects = { inet: [1, 3, 4], inet6: [2] } as const

/** What all routes hang on, as lines of `ip -batch`. */
export const tableStage = [
  'link set lo up',
  ...['d', 'e'].flatMap((name, index) => [
    `link add ${name}0 type veth peer name ${name}1`,
    `address add 10.0.${index}.1/24 dev ${name}0`,
    `address add fd0${index}::1/64 dev ${name}0 nodad`,
    `link set ${name}0 up`,
    `link set ${name}1 up`,
  ]),
  'nexthop add id 1 via 10.0.0.2 dev d0',
  'nexthop add id 2 via fd00::2 dev d0',
  'nexthop add id 3 via 10.0.1.2 dev e0',
  'nexthop add id 4 group 1/3',
]

/** Prefixes of few numbers, so that some of several lengths cover each other. */
const prefixes: Readonly<Record<Family, readonly ((number: number) => string)[]>> = {
  inet: [
    (number) => `20.${number >> 8}.${number & 255}.0/24`,
    (number) => `20.${number >> 8}.${number & 255}.16/28`,
    (number) => `20.${number >> 8}.${number & 255}.7/32`,
    (number) => `21.${number >> 8}.0.0/16`,
  ],
  inet6: [
    (number) => `2001:db8:${number.toString(16)}::/48`,
    (number) => `2001:db8:${number.toString(16)}:1::/64`,
    (number) => `2001:db8:${number.toString(16)}:1::9/128`,
  ],
}

const often = <T>(usual: fc.Arbitrary<T>, rare: fc.Arbitrary<T>, weight: number): fc.Arbitrary<T> =>
  fc.oneof({ weight: 100 - weight, arbitrary: usual }, { weight, arbitrary: rare })

const given = <T extends object>(property: fc.Arbitrary<T>, percent: number): fc.Arbitrary<Partial<T>> =>
  often<Partial<T>>(fc.constant({}), property, percent)

/** What names a route. */
function nameOf(family: Family): fc.Arbitrary<RouteSpec> {
  const to = fc
    .tuple(fc.constantFrom(...prefixes[family]), fc.integer({ min: 0, max: 8191 }))
    .map(([prefix, number]) => ({ to: prefix(number) }))
  return merged<RouteSpec>(
    to,
    given(
      fc.constantFrom(100, 1000, 70_000).map((table) => ({ table })),
      25,
    ),
    given(
      fc.constantFrom(10, 20, 4_000_000_000).map((metric) => ({ metric })),
      25,
    ),
    given(
      fc.constantFrom(4, 8, 16).map((tos) => ({ tos })),
      family === 'inet' ? 5 : 0,
    ),
  )
}

function merged<T extends object>(
  first: fc.Arbitrary<T>,
  ...others: readonly fc.Arbitrary<Partial<T>>[]
): fc.Arbitrary<T> {
  return fc.tuple(first, fc.tuple(...others)).map(([base, parts]) => Object.assign({}, base, ...parts))
}

/** Through which gateways packets go. */
function wayOf(family: Family): fc.Arbitrary<Partial<RouteSpec>> {
  const gateway = fc.constantFrom(...gateways[family])
  const one = gateway.map(([via, dev]) => ({ via, dev }))
  const several = fc.uniqueArray(gateway, { minLength: 2, maxLength: 3 }).chain((ways) =>
    fc.integer({ min: 1, max: 5 }).map((weight) => ({
      nexthops: ways.map(([via, dev], index) => ({ via, dev, ...(index === 0 ? { weight } : {}) })),
    })),
  )
  return fc.oneof(
    { weight: 70, arbitrary: one },
    { weight: 10, arbitrary: several },
    { weight: 10, arbitrary: fc.constantFrom(...objects[family]).map((nexthopId) => ({ nexthopId })) },
  )
}

const onLink = fc.constantFrom('d0', 'e0').map((dev) => ({ dev }))

const nowhere = fc.constantFrom('blackhole', 'unreachable', 'prohibit', 'throw').map((type) => ({ type }) as const)

const metrics = merged<Partial<RouteSpec>>(
  fc.constant({}),
  given(
    fc.constantFrom(1280, 1400).map((mtu) => ({ mtu })),
    10,
  ),
  given(fc.constant({ advmss: 1200 }), 5),
  given(fc.constant({ congestion: 'reno' }), 3),
)

function routeOf(family: Family): fc.Arbitrary<RouteSpec> {
  const leading = merged<Partial<RouteSpec>>(often<Partial<RouteSpec>>(wayOf(family), onLink, 10), metrics)
  return merged(nameOf(family), often<Partial<RouteSpec>>(leading, nowhere, 6))
}

const anyRoute = often(routeOf('inet'), routeOf('inet6'), 40)

/** What names a route, as a text. */
export function keyOf({ to, table = 254, metric = 0, tos = 0 }: RouteSpec): string {
  return [to, table, metric, tos].join(' ')
}

/** Routes whose names differ. */
export function drawRoutes(count: number, seed: number): RouteSpec[] {
  const drawn = fc.sample(anyRoute, { seed, numRuns: count })
  return [...new Map(drawn.map((route) => [keyOf(route), route])).values()]
}

/** Other gateways for routes that lead somewhere; whatever else they say, they go on saying. */
export function redirected(routes: readonly RouteSpec[], seed: number): RouteSpec[] {
  const ways = {
    inet: fc.sample(wayOf('inet'), { seed, numRuns: routes.length }),
    inet6: fc.sample(wayOf('inet6'), { seed, numRuns: routes.length }),
  }
  return routes.map((route, index) => {
    const { via: _via, dev: _dev, nexthops: _nexthops, nexthopId: _id, ...others } = route
    if (route.type !== undefined) return route
    return { ...others, ...ways[route.to.includes(':') ? 'inet6' : 'inet'][index] }
  })
}
