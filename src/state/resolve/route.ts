import { realmText } from '../../rtnetlink/realms.js'
import type { Nexthop, Route } from '../../rtnetlink/route.js'
import { type Path, pointer } from '../../spec/pointer.js'
import { type FindOrigin, problemsAt } from '../../spec/routeOrigin.js'
import { routeFamily } from '../../spec/routeSemantics.js'
import type { NexthopSpec, RouteSpec } from '../../spec/types.js'
import type { DesiredRoute } from '../desired.js'
import { normalizeRoute } from '../route.js'
import { canonicalAddress } from './canonical.js'
import { resolveEncapsulation } from './encapsulation.js'
import { type Resolver, scopeName } from './resolver.js'

/** Brings a route of a spec into the kernel's terms. */
export function resolveRoute(spec: RouteSpec, path: Path, resolver: Resolver): DesiredRoute {
  const { absent = false, table, protocol, scope, via, src, nexthops, realms, ...rest } = spec
  const { family: _family, encapsulation, ...others } = rest
  const { names } = resolver
  const number = (property: string, table: typeof names.tables, value: string | number, what: string): number =>
    resolver.number(table, value, [...path, property], what)
  const stated: Partial<Route> = {
    ...others,
    ...(via === undefined ? {} : { via: canonicalAddress(via) }),
    ...(src === undefined ? {} : { src: canonicalAddress(src) }),
    ...(encapsulation === undefined ? {} : { encapsulation: resolveEncapsulation(encapsulation) }),
    ...(nexthops === undefined
      ? {}
      : {
          nexthops: nexthops.map((nexthop, index) => resolveNexthop(nexthop, [...path, 'nexthops', index], resolver)),
        }),
    ...(table === undefined ? {} : { table: number('table', names.tables, table, 'routing table') }),
    ...(protocol === undefined ? {} : { protocol: number('protocol', names.protocols, protocol, 'routing protocol') }),
    ...(scope === undefined ? {} : { scope: scopeName(scope, [...path, 'scope'], resolver) }),
    ...(realms === undefined ? {} : { realms: resolveRealms(realms, [...path, 'realms'], resolver) }),
  }
  const route = normalizeRoute({ ...stated, to: spec.to, family: routeFamily(spec) })
  const keys = new Set(Object.keys(stated))
  // A single next hop is the same as via and dev.
  if (keys.delete('nexthops'))
    for (const property of ['nexthops', 'via', 'dev', 'onlink', 'encapsulation', 'realms']) keys.add(property)
  const statedNormalized = Object.entries(route).filter(([property]) => keys.has(property))
  return { path: pointer(path), absent, route, stated: Object.fromEntries(statedNormalized) }
}

/** The same for what many routes share; what is wrong is told of the first of them. */
export function resolveWay(way: RouteSpec, origin: FindOrigin, path: Path, resolver: Resolver): DesiredRoute {
  const before = resolver.problems.length
  const resolved = resolveRoute(way, path, resolver)
  const found = resolver.problems.splice(before)
  if (found.length > 0) resolver.problems.push(...problemsAt(found, resolved.path, origin()))
  return { ...resolved, origin }
}

function resolveNexthop(nexthop: NexthopSpec, path: Path, resolver: Resolver): Nexthop {
  const { via, encapsulation, realms, ...others } = nexthop
  return {
    ...others,
    ...(via === undefined ? {} : { via: canonicalAddress(via) }),
    ...(encapsulation === undefined ? {} : { encapsulation: resolveEncapsulation(encapsulation) }),
    ...(realms === undefined ? {} : { realms: resolveRealms(realms, [...path, 'realms'], resolver) }),
  }
}

/** Realms as the decoders write them: numbers, `from/to` or `to` alone. */
export function resolveRealms(realms: string | number, path: Path, resolver: Resolver): string {
  const parts = String(realms).split('/')
  const numbers = parts.map((part) => resolver.number(resolver.names.realms, part, path, 'realm'))
  if (parts.length > 2) resolver.report(path, `${JSON.stringify(realms)} is neither a realm nor from/to`)
  else if (parts.every((part) => resolver.names.realms.number(part) === 0)) {
    resolver.report(path, 'the realm 0 is none; leave it out')
  }
  const [to = 0, from = 0] = numbers.reverse()
  return realmText(from * 0x10000 + to)
}
