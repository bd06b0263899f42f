import test from 'ava'
import { RouteSet } from '../../src/spec/routeSet.js'
import type { LinkSpec, NexthopSpec, RouteSpec, Spec } from '../../src/spec/types.js'
import { reconcileNamespace } from '../helpers/reconcile.js'
import { fill } from '../helpers/sameKey.js'

const setup = [
  'for i in 0 1 2 3; do ip link add d$i type veth peer name p$i; ip link set d$i up; ip link set p$i up; done',
  'ip address add 10.9.0.1/24 dev d0',
  'for i in 1 2 3; do ip address add 10.$i.0.1/24 dev d$i; ip -6 address add 2001:db8:$i::1/64 dev d$i nodad; done',
].join('; ')

const gone: readonly LinkSpec[] = ['d2', 'p2'].map((name) => ({ name, absent: true }))

/** What leads to gateways behind some of the links. */
const through = (gateway: (link: number) => string, ...links: number[]): readonly NexthopSpec[] =>
  links.map((link) => ({ via: gateway(link), dev: `d${link}` }))

type Way = Omit<RouteSpec, 'to'>

const families = {
  inet: { prefix: (index: number) => `10.${100 + index}.0.0/16`, gateway: (link: number) => `10.${link}.0.9` },
  inet6: { prefix: (index: number) => `2001:db8:9${index}::/48`, gateway: (link: number) => `2001:db8:${link}::9` },
} as const

for (const [family, { prefix, gateway }] of Object.entries(families)) {
  const former: readonly Way[] = [
    { via: gateway(2), dev: 'd2' },
    { dev: 'd2' },
    { nexthops: through(gateway, 1, 2) },
    { nexthops: through(gateway, 2, 3) },
  ]
  const others: Readonly<Record<string, Way>> = {
    'another gateway': { via: gateway(1), dev: 'd1' },
    'a device': { dev: 'd1' },
    'several gateways': { nexthops: through(gateway, 1, 3) },
    nowhere: { type: 'unreachable' },
    nothing: { absent: true },
  }
  for (const amount of ['by itself', 'among many'] as const) {
    test(`a route whose link goes leads elsewhere at once: ${family}, ${amount}`, async (t) => {
      const { sh, apply, converges, fails } = reconcileNamespace(t)
      sh([setup, ...(amount === 'among many' ? [fill] : [])].join('; '))
      const pairs = former.flatMap((way) => Object.values(others).map((other) => [way, other] as const))
      const routesOf = (side: 0 | 1): RouteSpec[] =>
        pairs.map((pair, index): RouteSpec => ({ to: prefix(index), metric: 100, ...pair[side] }))
      await apply({ routes: routesOf(0) })
      const routes = amount === 'among many' ? (await RouteSet.from(routesOf(1))).unwrap() : routesOf(1)
      const spec: Spec = { links: gone, routes }
      const shown = (): string => sh('ip route show metric 100; ip -6 route show metric 100')
      const before = shown()
      t.is(before.match(/^(?:10|2001)/gm)?.length, pairs.length, before)
      const error = await fails(spec, { guards: [() => false] })
      t.true(error.rollback?.restored, error.rollback?.error)
      t.is(shown(), before)
      await converges(spec)
      t.false(shown().includes('d2'), shown())
    })
  }
}
